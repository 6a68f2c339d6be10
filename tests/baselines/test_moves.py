from collections import defaultdict

import numpy as np
import pytest
import torch

from molgfn.baselines.moves import Moves, apply, draw_moves, log_probability, undoing
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.fragments.local_search import removable
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.laws.enumeration import Space
from tests.flow.rewards import log_qed4
from tests.library import small_vocabulary

CORES = [None, "c1ccc([*:1])c([*:2])c1"]


def network(environment: FragmentEnvironment) -> FlowNetwork:
    torch.manual_seed(0)
    return FlowNetwork(environment, 16, 2)


def codes(environment: FragmentEnvironment, states: States) -> list[int]:
    trees = [environment.marked_tree(states, row) for row in range(len(states))]
    return [environment.marked_codes.identity(tree).code for tree in trees]


@pytest.mark.parametrize("core", CORES)
def test_undoing_a_move_leads_back(core: str | None) -> None:
    environment = FragmentEnvironment(small_vocabulary(), 2, 4, core)
    states = random_states(environment, 200, np.random.default_rng(0))
    with torch.no_grad():
        moves, movable = draw_moves(network(environment)(states), environment, states, torch.Generator().manual_seed(0))
    assert movable.all()
    after = apply(environment, states, moves)
    assert (np.abs(after.length - states.length) == 1).all()
    again = apply(environment, after, undoing(environment, states, moves))
    assert codes(environment, again) == codes(environment, states)


def all_moves(environment: FragmentEnvironment, states: States, log_orbit: np.ndarray) -> tuple[np.ndarray, Moves]:  # type: ignore[type-arg]
    """Every move of one state, with how many equivalent ones there are of each."""
    leaf = np.flatnonzero(removable(environment, states)[0])
    stems, tables = environment.open_stems(states), environment.tables
    row, kind = np.nonzero(np.isfinite(log_orbit))
    additions = Moves.removals(np.zeros(len(row), dtype=np.int64))
    additions.put_additions(
        np.arange(len(row)), (stems.node[row], stems.stem[row], tables.class_block[kind], tables.class_stem[kind])
    )
    return np.r_[np.ones(len(leaf)), np.exp(log_orbit[row, kind])], Moves.concatenate([Moves.removals(leaf), additions])


def log_targets(environment: FragmentEnvironment, states: States) -> np.ndarray:  # type: ignore[type-arg]
    """Log of QED^4 over the build multiplicity, shape (S,)."""
    trees = [environment.tree(states, row) for row in range(len(states))]
    multiplicity = [
        environment.log_build_multiplicity(tree, environment.codes.identity(tree).automorphisms) for tree in trees
    ]
    return log_qed4([environment.smiles(tree) for tree in trees]) - np.array(multiplicity)


def log_ways(environment: FragmentEnvironment, state: States) -> float:
    """Log of the number of ways to label the building of a state: added blocks' symmetries over its own."""
    orders = [environment.tables.blocks[b].order for b in state.blocks[0, environment.start : state.length[0]]]
    identity = environment.marked_codes.identity(environment.marked_tree(state, 0))
    return float(np.log(np.prod(orders)) - np.log(identity.automorphisms))


@pytest.mark.parametrize("core", CORES)
@torch.no_grad()
def test_accepting_by_the_ratio_of_single_actions_balances_every_pair_of_states(core: str | None) -> None:
    """R(x) q(x' | x) a(x' | x) is the same both ways, q and a of single moves, summed over those from x to x'."""
    vocabulary = small_vocabulary(("c1ccccc1", "C1CNCCN1", "C=O", "CO"))
    environment = FragmentEnvironment(vocabulary, 1, 2 if core is None else 3, core)
    q = network(environment)
    flow: dict[tuple[int, int], float] = defaultdict(float)
    for level in Space(environment).levels:
        for number in range(len(level.states)):
            state = level.states.take(np.array([number]))
            count, moves = all_moves(environment, state, q(state).log_orbit.numpy())
            before = state.take(np.zeros(len(count), dtype=np.int64))
            after = apply(environment, before, moves)
            forward = log_probability(q(before), environment, before, moves).double().numpy()
            back = log_probability(q(after), environment, after, undoing(environment, before, moves)).double().numpy()
            assert (count * np.exp(forward)).sum() == pytest.approx(1, abs=1e-5)
            here, weight = codes(environment, state)[0], log_targets(environment, before)
            log_accept = np.minimum(0, log_targets(environment, after) - weight + back - forward)
            flux = count * np.exp(log_ways(environment, state) + weight + forward + log_accept)
            for there, value in zip(codes(environment, after), flux.tolist(), strict=True):
                flow[here, there] += value
    assert len(flow) > 30
    for (here, there), value in flow.items():
        assert value == pytest.approx(flow[there, here], rel=1e-3)

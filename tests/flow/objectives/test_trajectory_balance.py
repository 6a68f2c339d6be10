import numpy as np
import pytest
import torch

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.exact import Space
from molgfn.flow.objectives.trajectory_balance import trajectory_balance
from molgfn.flow.random_walk import random_states
from molgfn.flow.trajectories import log_backward
from tests.flow.rewards import log_qed4, qed4
from tests.library import small_vocabulary


def exact_log_flows(space: Space) -> tuple[dict[int, float], float]:
    """Log flow of each state by its code, and log Z, from the rewards alone (backward through the levels)."""
    environment = space.environment
    flows: dict[int, float] = {}
    following: np.ndarray = np.zeros(0)
    for number in reversed(range(len(space.levels))):
        level = space.levels[number]
        flow = np.where(
            environment.may_stop(level.states), np.exp(log_qed4(level.smiles) - level.log_multiplicity), 0.0
        )
        if len(level.child):
            stems = environment.open_stems(level.states)
            actions = stems.count[level.stem] * environment.tables.class_size[level.kind]
            back = 1 / environment.leaves(space.levels[number + 1].states).sum(axis=1)
            np.add.at(flow, stems.state[level.stem], actions * (following * back)[level.child])
        for row, value in enumerate(flow.tolist()):
            flows[environment.codes.identity(environment.tree(level.states, row)).code] = float(np.log(value))
        following = flow
    return flows, float(np.log(following.sum()))


def test_exact_flows_balance_every_trajectory() -> None:
    environment = FragmentEnvironment(small_vocabulary(("c1ccccc1", "C1CNCCN1", "C=O", "N", "CO")), 1, 3)
    space = Space(environment)
    flows, log_z = exact_log_flows(space)
    names = space.molecules()
    # The symmetry correction makes Z the plain sum of rewards over distinct molecules.
    assert log_z == pytest.approx(np.log(qed4(names).sum()), abs=1e-9)
    states = random_states(environment, 300, np.random.default_rng(0))
    log_pb = torch.from_numpy(log_backward(environment, states)).double()
    log_pf = torch.zeros_like(log_pb)
    log_target = []
    for row in range(len(states)):
        log_flow = [log_z]
        for size in range(1, int(states.length[row]) + 1):
            tree = environment.tree(states.take(np.array([row])).cut_to(np.array([size])), 0)
            log_flow.append(flows[environment.codes.identity(tree).code])
        for step in range(1, len(log_flow)):
            log_pf[row, step - 1] = log_flow[step] + log_pb[row, step - 1] - log_flow[step - 1]
        identity = environment.codes.identity(tree)
        multiplicity = environment.log_build_multiplicity(tree, identity.automorphisms)
        log_target.append(float(log_qed4([environment.smiles(tree)])[0]) - multiplicity)
        log_pf[row, len(log_flow) - 1] = log_target[-1] - log_flow[-1]
    target = torch.tensor(log_target, dtype=torch.float64)
    residual = trajectory_balance(torch.tensor(log_z), log_pf, log_pb, target)
    assert residual.abs().max() < 1e-6
    assert trajectory_balance(torch.tensor(log_z + 0.1), log_pf, log_pb, target).abs().min() > 0.09

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.errors import MolgfnError
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.fragments.random_walk import random_states
from tests.chem.trees.test_tree import respelled
from tests.library import block_list, default_vocabulary, small_vocabulary


def law_by_child(network: FlowNetwork, states, row: int) -> tuple[float, dict[int, float]]:  # type: ignore[no-untyped-def]
    """Probability of stopping, and of each molecule that one more step can give."""
    environment = network.environment
    part = states.take(np.array([row]))
    law = network(part)
    children: dict[int, float] = {}
    tables = environment.tables
    p = (law.log_add + law.log_orbit).exp().detach().numpy()
    for o, c in zip(*np.nonzero(p), strict=True):
        grown = part.take(np.array([0]))
        step = (tables.class_block[c], law.stems.node[o], law.stems.stem[o], tables.class_stem[c])
        grown.append(np.array([0]), *(np.array([x]) for x in step))
        code = environment.codes.identity(environment.tree(grown, 0)).code
        children[code] = children.get(code, 0.0) + float(p[o, c])
    return float(law.log_stop.detach().exp()), children


def test_one_state_has_one_law_however_it_was_built() -> None:
    vocabulary = small_vocabulary()
    environment = FragmentEnvironment(vocabulary, 1, 6)
    torch.manual_seed(0)
    network = FlowNetwork(environment, width=16, layers=3)
    generator = np.random.default_rng(0)
    states = random_states(environment, 12, generator)
    states = states.cut_to(np.minimum(states.length, 4))
    turner = random.Random(0)
    whole = default_vocabulary()
    for row in range(len(states)):
        tree = environment.tree(states, row)
        named = tree.__class__(tuple(whole.numbers[vocabulary.blocks[b].smiles] for b in tree.blocks), tree.joins)
        turned = respelled(named, turner)
        back = tree.__class__(tuple(vocabulary.numbers[whole.blocks[b].smiles] for b in turned.blocks), turned.joins)
        other = environment.states_of([back], generator)
        stop, children = law_by_child(network, states, row)
        other_stop, other_children = law_by_child(network, other, 0)
        assert abs(stop - other_stop) < 1e-5
        assert children.keys() == other_children.keys()
        assert all(abs(children[c] - other_children[c]) < 1e-5 for c in children)


def test_probabilities_sum_to_one() -> None:
    environment = FragmentEnvironment(default_vocabulary(), 2, 5)
    network = FlowNetwork(environment, width=16, layers=2)
    states = random_states(environment, 50, np.random.default_rng(0))
    states = states.cut_to(np.maximum(1, states.length - np.arange(50) % 2))
    law = network(states)
    total = law.log_stop.exp().index_add(
        0, torch.from_numpy(law.stems.state), (law.log_add + law.log_orbit).exp().sum(1)
    )
    assert torch.allclose(total, torch.ones(50), atol=1e-5)
    assert (law.log_stop[torch.from_numpy(states.length < 2)] == -torch.inf).all()
    assert (law.log_stop[torch.from_numpy(states.length == 5)] == 0).all()


def test_ortho_meta_and_para_are_told_apart() -> None:
    environment = FragmentEnvironment(small_vocabulary(("c1ccccc1", "CO")), 1, 3)
    torch.manual_seed(0)
    network = FlowNetwork(environment, width=16, layers=2)
    tree = environment.vocabulary.decompose(environment.vocabulary.blocks[0].mol)
    states = environment.states_of([tree], np.random.default_rng(0))
    one = np.array([0])
    states.append(one, np.array([1]), np.array([0]), np.array([0]), np.array([environment.tables.class_stem[-1]]))
    law = network(states)
    on_ring = law.stems.node == 0
    values = dict(
        zip(law.stems.stem[on_ring].tolist(), law.log_add[torch.from_numpy(on_ring), 0].tolist(), strict=True)
    )
    assert abs(values[1] - values[5]) < 1e-6
    assert abs(values[2] - values[4]) < 1e-6
    assert len({round(values[i], 5) for i in (1, 2, 3)}) == 3


def test_a_state_without_any_action_is_named(tmp_path: Path) -> None:
    """Two fluorines have no stem left, and three blocks are wanted."""
    environment = FragmentEnvironment(block_list(tmp_path, ("F", [0]), ("CC", [0, 1])), 3, 4)
    states = States.empty(1, 4)
    one, none = np.array([0]), np.array([-1])
    fluorine = np.array([environment.vocabulary.numbers["F"]])
    states.append(one, fluorine, none, none, none)
    states.append(one, fluorine, one, one, one)
    with pytest.raises(MolgfnError, match=r"the state FF \(2 blocks\) has no action") as error:
        FlowNetwork(environment, width=8)(states)
    assert "min_blocks (now 3)" in str(error.value.hint)


def test_equal_branches_share_one_message() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 1, 6)
    states = random_states(environment, 20, np.random.default_rng(1))
    network = FlowNetwork(environment, width=8)
    once = network.lay_out(states).graph
    twice = network.lay_out(States.concatenate([states, states])).graph
    assert len(twice.arrive_message) == 2 * len(once.arrive_message)
    assert len(twice.message_block) == len(once.message_block) < len(once.arrive_message)
    assert sum(size for size, _ in once.levels) == len(once.message_block)

import numpy as np
import pytest
import torch

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.drawing import Exploration, draw
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.fragments.trajectories import evaluate, inflow, log_of_actions, rows_of_actions
from tests.library import small_vocabulary


@pytest.mark.parametrize("core", [None, "c1ccc([*:1])c([*:2])c1"])
def test_the_law_of_drawing_is_the_law_that_is_trained(core: str | None) -> None:
    environment = FragmentEnvironment(small_vocabulary(), 2, 5, core)
    torch.manual_seed(0)
    network = FlowNetwork(environment, width=16, layers=2)
    states, log_pf = draw(network, 64, torch.Generator().manual_seed(0), Exploration(epsilon=0.3))
    steps = evaluate(network, states, False)
    assert torch.allclose(steps.log_pf.sum(1), log_pf, atol=1e-4)
    assert (steps.log_pf <= 1e-6).all()
    assert steps.log_pf.shape == steps.log_pb.shape


def test_backward_is_uniform_over_leaves() -> None:
    environment = FragmentEnvironment(small_vocabulary(("c1ccccc1", "CO")), 1, 3)
    states = environment.states_of(
        [environment.vocabulary.decompose(environment.vocabulary.blocks[0].mol)], np.random.default_rng(0)
    )
    co = environment.tables.class_stem[-1]
    for stem in (0, 3):
        states.append(np.array([0]), np.array([1]), np.array([0]), np.array([stem]), np.array([co]))
    assert evaluate(FlowNetwork(environment, 8, 1), states, False).log_pb[0].tolist() == pytest.approx(
        [0.0, -np.log(2), -np.log(2)]
    )


def test_a_step_that_is_not_allowed_is_an_error() -> None:
    environment = FragmentEnvironment(small_vocabulary(("c1ccccc1", "CO")), 1, 3)
    network = FlowNetwork(environment, width=8, layers=1)
    states = environment.states_of(
        [environment.vocabulary.decompose(environment.vocabulary.blocks[0].mol)], np.random.default_rng(0)
    )
    states.append(np.array([0]), np.array([0]), np.array([0]), np.array([9]), np.array([0]))
    with pytest.raises((ValueError, IndexError)):
        evaluate(network, states, False)


@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("max_blocks", [1, 3])
def test_a_full_state_is_an_end_and_no_step(learned: bool, max_blocks: int) -> None:
    """Its stop has probability 1 and its flow is the reward: neither is a step of the trajectory."""
    environment = FragmentEnvironment(small_vocabulary(), 1, max_blocks)
    torch.manual_seed(0)
    network = FlowNetwork(environment, 8, 1)
    states, _ = draw(network, 40, torch.Generator().manual_seed(0))
    full = states.length == max_blocks
    assert full.any()
    assert full.all() == (max_blocks == 1)
    along = evaluate(network, states, learned)
    assert along.length.tolist() == (states.length + ~full).tolist()
    assert along.log_pf.shape[1] == max_blocks
    stopping = network(states).log_stop
    assert (stopping[torch.from_numpy(full)] == 0).all()


def test_what_flows_into_a_full_state_is_its_end() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 1, 2)
    torch.manual_seed(0)
    network = FlowNetwork(environment, 8, 1)
    states, _ = draw(network, 40, torch.Generator().manual_seed(0))
    flows = inflow(network, states)
    for row in np.flatnonzero(states.length == 2):
        pair = states.take(np.array([row, row]))
        parents = environment.without(pair, np.array([0, 1]))
        law = network(parents)
        edges = rows_of_actions(law, environment, np.arange(2), *environment.putting_back(pair, np.array([0, 1])))
        expected = torch.logsumexp(law.log_flow + log_of_actions(law, edges), 0)
        torch.testing.assert_close(flows.log_end[row], expected, atol=1e-4, rtol=1e-4)

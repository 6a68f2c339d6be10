"""With the exact flows every residual is zero on every trajectory; with one number changed it is not."""

import numpy as np
import pytest
import torch

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.laws.enumeration import Space
from molgfn.flow.objectives.detailed_balance import detailed_balance
from molgfn.flow.objectives.flow_matching import flow_matching
from molgfn.flow.objectives.subtrajectory_balance import subtrajectory_balance
from molgfn.flow.objectives.trajectory_balance import trajectory_balance
from tests.flow.exact_flows import ExactFlows
from tests.flow.rewards import qed4
from tests.library import small_vocabulary

ENVIRONMENT = FragmentEnvironment(small_vocabulary(("c1ccccc1", "C1CNCCN1", "C=O", "N", "CO")), 1, 3)
SPACE = Space(ENVIRONMENT)
FLOWS = ExactFlows.of(SPACE)
STATES = random_states(ENVIRONMENT, 200, np.random.default_rng(0))
ALONG = FLOWS.along(STATES)
TARGET = FLOWS.log_target(STATES)
# The networks of the tests are float32, and so is the log P_B that they state.
CLOSE = 1e-5


def test_z_is_the_plain_sum_of_rewards_over_molecules() -> None:
    assert pytest.approx(np.log(qed4(SPACE.molecules()).sum()), abs=1e-9) == FLOWS.log_z


def test_trajectory_balance() -> None:
    log_z = torch.tensor(FLOWS.log_z)
    residual = trajectory_balance(log_z, ALONG.log_pf, ALONG.log_pb, TARGET)
    assert residual.abs().max() < CLOSE
    assert trajectory_balance(log_z + 0.1, ALONG.log_pf, ALONG.log_pb, TARGET).abs().min() > 0.09


def test_detailed_balance() -> None:
    residual = detailed_balance(ALONG.log_flow, ALONG.log_pf, ALONG.log_pb, TARGET, ALONG.length)
    assert residual.shape == ALONG.log_pf.shape
    assert residual.abs().max() < CLOSE
    wrong = ALONG.log_flow.clone()
    wrong[:, 1] += 0.1
    residual = detailed_balance(wrong, ALONG.log_pf, ALONG.log_pb, TARGET, ALONG.length)
    # A wrong state flow shows in the step that leads to the state and in the one that leaves it.
    assert residual[:, 0].tolist() == pytest.approx([-0.1] * 200, abs=CLOSE)
    assert residual[:, 1].tolist() == pytest.approx([0.1] * 200, abs=CLOSE)
    assert residual[:, 2:].abs().max() < CLOSE


@pytest.mark.parametrize("decay", [0.5, 0.9, 1.0])
def test_subtrajectory_balance(decay: float) -> None:
    residual, weight = subtrajectory_balance(ALONG.log_flow, ALONG.log_pf, ALONG.log_pb, TARGET, ALONG.length, decay)
    assert residual.abs().max() < CLOSE
    assert weight.sum((1, 2)).tolist() == pytest.approx([1.0] * 200)
    pieces = (weight > 0).sum((1, 2))
    assert pieces.tolist() == (ALONG.length * (ALONG.length + 1) // 2).tolist()
    residual, _ = subtrajectory_balance(ALONG.log_flow, ALONG.log_pf, ALONG.log_pb, TARGET + 0.1, ALONG.length, decay)
    # Only the pieces that reach the end see the reward.
    rows = torch.arange(200)
    assert residual[rows, 0, ALONG.length].tolist() == pytest.approx([-0.1] * 200, abs=CLOSE)
    assert residual[:, 0, 1].abs().max() < CLOSE


def test_the_whole_trajectory_is_one_of_its_pieces() -> None:
    residual, _ = subtrajectory_balance(ALONG.log_flow, ALONG.log_pf + 0.3, ALONG.log_pb, TARGET, ALONG.length, 1.0)
    whole = trajectory_balance(torch.tensor(FLOWS.log_z), ALONG.log_pf, ALONG.log_pb, TARGET) + 0.3 * ALONG.length
    assert torch.allclose(residual[torch.arange(200), 0, ALONG.length], whole, atol=1e-4)


def test_flow_matching() -> None:
    """Inflow over every leaf, also where two lead to one parent, is the flow of the state."""
    states = STATES.take(STATES.length >= 2)
    log_flow, log_edge, edge_state = [], [], []
    for row in range(len(states)):
        size = int(states.length[row])
        here = FLOWS.of_state(states, row, size)
        leaves = np.flatnonzero(ENVIRONMENT.leaves(states.take(np.array([row])))[0])
        for leaf in leaves:
            parent = ENVIRONMENT.without(states.take(np.array([row])), np.array([leaf]))
            from_parent = FLOWS.of_state(parent, 0, size - 1)
            log_pf = here - np.log(len(leaves)) - from_parent
            log_edge.append(from_parent + log_pf)
            edge_state.append(row)
        log_flow.append(here)
    residual = flow_matching(
        torch.tensor(log_flow), torch.tensor(log_edge, dtype=torch.float32), torch.tensor(edge_state)
    )
    assert residual.abs().max() < CLOSE
    wrong = flow_matching(
        torch.tensor(log_flow) + 0.1, torch.tensor(log_edge, dtype=torch.float32), torch.tensor(edge_state)
    )
    assert wrong.tolist() == pytest.approx([-0.1] * len(states), abs=CLOSE)

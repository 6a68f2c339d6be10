import numpy as np
import torch

from molgfn.flow.condition import UNCONDITIONED, Condition
from molgfn.flow.replay import Targets

TARGETS = Targets(np.array([-1.0, -2.0, -3.0]), np.array([0.5, 0.0, -0.5]))


def test_without_a_condition_the_target_is_the_reward_itself() -> None:
    assert Condition.repeated(None, 3) == UNCONDITIONED
    assert UNCONDITIONED.take(slice(1)) is UNCONDITIONED
    assert np.array_equal(TARGETS.at(UNCONDITIONED), [-0.5, -2.0, -3.5])


def test_a_temperature_raises_the_reward_to_a_power_and_leaves_the_share() -> None:
    condition = Condition(torch.tensor([1.0, 2.0, 0.5]))
    assert np.array_equal(TARGETS.at(condition), [-0.5, -4.0, -2.0])
    assert np.array_equal(condition.take(np.array([2, 0])).exponent(), [0.5, 1.0])
    assert np.array_equal(Condition.repeated(2.0, 3).exponent(), [2.0, 2.0, 2.0])

"""Objectives in spaces where nothing lies between the start and the states in which molecules must end."""

import numpy as np
import pytest

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.trainer import Trainer, TrainerSettings
from molgfn.flow.laws.enumeration import Space, total_variation
from molgfn.flow.loss import ObjectiveName
from tests.flow.rewards import log_qed4, qed4
from tests.library import small_vocabulary


@pytest.mark.parametrize(
    ("objective", "max_blocks", "core"),
    [*((name, 2, "c1ccc([*:1])cc1") for name in ("FM", "DB", "SubTB", "TB")), ("FM", 1, None), ("SubTB", 1, None)],
)
def test_one_step_from_the_start_to_the_end_trains_to_the_law(
    objective: ObjectiveName, max_blocks: int, core: str | None
) -> None:
    environment = FragmentEnvironment(small_vocabulary(("c1ccccc1", "CO", "N")), 1, max_blocks, core)
    settings = TrainerSettings(steps=100, batch_size=16, width=16, learning_rate=2e-2, objective=objective)
    trainer = Trainer(environment, log_qed4, settings, seed=0)
    losses: list[float] = []
    trainer.train(100, lambda step: losses.append(step.loss))
    assert np.isfinite(losses).all()
    space = Space(environment)
    assert total_variation(space.policy_law(trainer.network), space.law(qed4)) < 0.05

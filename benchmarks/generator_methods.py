"""MARS and PPO as methods of `active_learning.py`: generators whose every reward is a call of the oracle."""

from collections.abc import Callable, Sequence

import numpy as np
from oracle_calls import Task, smiles_of

from molgfn.arrays import FloatArray
from molgfn.baselines.mars import MARS, MARSSettings
from molgfn.baselines.method import Method as Generator
from molgfn.baselines.ppo import PPO, PPOSettings
from molgfn.flow.fragments.random_walk import random_states

EXPONENT, HIGHEST, LEAST = 8.0, 8.0, 0.1
"""R = (max(value, LEAST) / HIGHEST)^EXPONENT, as in the sEH task of Bengio et al. (2021)."""
WIDER = 4
"""Molecules that a generator makes for each one that is asked: some are known or do not meet the constraints."""


class AskedReward:
    """The log reward of molecules by what the oracle answers.

    Of the molecules of one call that are new and meet the constraints as many are asked as make a batch; where there
    are too few, random molecules complete it. All others without a value have the lowest reward.

    Parameters
    ----------
    task : Task
    batch : int
    """

    def __init__(self, task: Task, batch: int) -> None:
        self._task, self._batch = task, batch

    def __call__(self, smiles: Sequence[str]) -> FloatArray:
        task = self._task
        new = [name for name in dict.fromkeys(smiles) if name not in task.data and task.meets(name)][: self._batch]
        while len(new) < self._batch:
            names = smiles_of(task.environment, random_states(task.environment, 64, task.generator))
            new = list(dict.fromkeys([*new, *(n for n in names if n not in task.data and task.meets(n))]))
        task.ask(new[: self._batch])
        values = np.array([task.data.get(name, LEAST) for name in smiles])
        log_reward: FloatArray = EXPONENT * np.log(np.maximum(values, LEAST) / HIGHEST)
        return log_reward


def _steps(task: Task, batch: int, make: Callable[[AskedReward, int], Generator]) -> None:
    generator = make(AskedReward(task, batch), int(task.generator.integers(2**31)))
    while True:
        generator.step()


def mars(task: Task, batch: int) -> None:
    """MARS (Xie et al. 2021), its chains start at the best molecules."""

    def make(reward: AskedReward, seed: int) -> Generator:
        steps = max(1, task.calls.left // batch)
        chains = MARS(task.environment, reward, MARSSettings(steps=steps, chains=WIDER * batch), seed)
        best = task.trees(task.best(len(task.data)))[: WIDER * batch]
        chains.chains = task.environment.states_of((best * (WIDER * batch))[: WIDER * batch], task.generator)
        return chains

    _steps(task, batch, make)


def ppo(task: Task, batch: int) -> None:
    """PPO (Schulman et al. 2017), which learns nothing from the initial data."""

    def make(reward: AskedReward, seed: int) -> Generator:
        return PPO(task.environment, reward, PPOSettings(batch_size=WIDER * batch), seed)

    _steps(task, batch, make)

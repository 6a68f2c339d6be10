"""The flow network of molecules: training it on a reward, and sampling from it."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.fragment_flow import FragmentFlow
from molgfn.flow.random_walk import random_states
from molgfn.flow.reward import Reward, TreeScorer
from molgfn.flow.training import TrainerSettings, Training, TrainingStep

__all__ = ["Sample", "Trainer", "TrainerSettings", "TrainingStep", "random_samples"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """A molecule drawn from the policy: standard SMILES, its blocks, and the log probability of its trajectory."""

    smiles: str
    blocks: tuple[str, ...]
    log_pf: float


class Trainer(Training[States]):
    """A flow network of molecules, its reward and all the state of its training.

    Parameters
    ----------
    environment : FragmentEnvironment
    reward : Reward
        Log reward of molecules; called once for each molecule.
    settings : TrainerSettings
    seed : int
        Same seed, same result (on one machine, with one number of threads).
    device : str
        Where the network runs.
    """

    def __init__(
        self,
        environment: FragmentEnvironment,
        reward: Reward,
        settings: TrainerSettings,
        seed: int,
        device: str = "cpu",
    ) -> None:
        self.environment = environment
        self.scorer = TreeScorer(environment, reward)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network = FragmentFlow(environment, settings.width, settings.layers).to(device)
        super().__init__(self.network, self._scores, settings, seed, environment.vocabulary.sha256)

    def _scores(self, states: States) -> tuple[Floats, Floats]:
        scored = self.scorer(states)
        return np.array([s.log_reward for s in scored]), np.array([s.log_target for s in scored])

    def sample(self, n: int) -> list[Sample]:
        """Draw n molecules from the policy as it is; equal ones may occur."""
        samples: list[Sample] = []
        while len(samples) < n:
            states, log_pf = self.network.draw(min(256, n - len(samples)), self.generator)
            samples += _as_samples(self.environment, states, log_pf.tolist())
        return samples


def _as_samples(environment: FragmentEnvironment, states: States, log_pf: list[float]) -> list[Sample]:
    trees = [environment.tree(states, row) for row in range(len(states))]
    return [
        Sample(environment.smiles(tree), environment.block_smiles(tree), value)
        for tree, value in zip(trees, log_pf, strict=True)
    ]


def random_samples(environment: FragmentEnvironment, n: int, seed: int) -> list[Sample]:
    """Draw n molecules from a random policy (see `random_states`); their log probability is not known (NaN)."""
    states = random_states(environment, n, np.random.default_rng(seed))
    return _as_samples(environment, states, [float("nan")] * n)

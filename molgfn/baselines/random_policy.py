"""The lowest baseline of every comparison: molecules from a random walk over the blocks, without learning."""

import numpy as np

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.fragments.reward import Reward, Scored, TreeScorer


class RandomPolicy:
    """Draws as `random_states` does; a `Method`.

    Parameters
    ----------
    environment : FragmentEnvironment
    reward : Reward
    batch_size : int
    seed : int
    """

    def __init__(self, environment: FragmentEnvironment, reward: Reward, batch_size: int, seed: int) -> None:
        self._environment, self._batch_size = environment, batch_size
        self._scorer = TreeScorer(environment, reward)
        self._generator = np.random.default_rng(seed)

    def step(self) -> list[Scored]:
        """Draw molecules; equal ones may occur."""
        return self._scorer(random_states(self._environment, self._batch_size, self._generator))

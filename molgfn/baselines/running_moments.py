"""Mean and spread of rewards that are given by their logarithms, over all that was seen."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class RunningMoments:
    """Mean and standard deviation of R, in units of the largest R so far: no reward is too large or too small."""

    def __init__(self) -> None:
        self._log_unit = -np.inf
        self._count, self._sum, self._sum_squares = 0, 0.0, 0.0

    def add(self, log_reward: Floats) -> None:
        """Take in more rewards, shape (B,)."""
        unit = max(self._log_unit, float(log_reward.max()))
        shrink = np.exp(self._log_unit - unit)
        self._log_unit = unit
        reward = np.exp(log_reward - unit)
        self._count += len(reward)
        self._sum = self._sum * shrink + float(reward.sum())
        self._sum_squares = self._sum_squares * shrink**2 + float((reward**2).sum())

    def standardise(self, log_reward: Floats) -> Floats:
        """Return R less the mean, over the standard deviation, shape (B,); 0 where all rewards were equal."""
        mean = self._sum / self._count
        spread = np.sqrt(max(self._sum_squares / self._count - mean**2, 0.0))
        scaled: Floats = (np.exp(log_reward - self._log_unit) - mean) / (spread + 1e-8)
        return scaled

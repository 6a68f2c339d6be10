"""Computes an acquisition from predictions, and from an acquisition a score between 0 and 1."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from molgfn.campaign.reward.acquisition import (
    AcquisitionKind,
    expected_improvement,
    greedy,
    probability_of_improvement,
    thompson,
    upper_confidence_bound,
    utility,
)
from molgfn.direction import Direction

Array = NDArray[np.float64]
SHARPNESS = 20.0
"""Of the soft clip: how fast the score flattens outside the range from `worst` to `best`."""


@dataclass(frozen=True)
class Scoring:
    """How predictions become an acquisition, and an acquisition a score between 0 and 1.

    Attributes
    ----------
    kind : str
        One of `ACQUISITION_KINDS`.
    kappa : float
        Weight of the standard deviation in "ucb".
    worst, best : float
        Values of the oracle that map to the scores 0 and 1.
    best_so_far : float or None
        Best value before this round; `worst` is used if there is none.
    seed : int
        Of the draws of "thompson", one for each molecule, so that a molecule has one value in a round.
    """

    kind: AcquisitionKind
    kappa: float
    worst: float
    best: float
    best_so_far: float | None = None
    seed: int = 0

    @property
    def direction(self) -> Direction:
        return "minimise" if self.best < self.worst else "maximise"

    def acquisition(self, smiles: Sequence[str], mean: Array, std: Array) -> Array:
        """Return the acquisition of each molecule, shape (B,); higher is better. No error bar (NaN) counts as 0."""
        std = np.where(np.isnan(std), 0.0, std)
        best_so_far = self.worst if self.best_so_far is None else self.best_so_far
        match self.kind:
            case "greedy":
                return greedy(mean, self.direction)
            case "ucb":
                return upper_confidence_bound(mean, std, self.direction, self.kappa)
            case "ei":
                return expected_improvement(mean, std, best_so_far, self.direction)
            case "pi":
                return probability_of_improvement(mean, std, best_so_far, self.direction)
            case "thompson":
                rows = zip(smiles, mean.reshape(-1, 1), std.reshape(-1, 1), strict=True)
                draws = [thompson(m, s, self.direction, self._generator_of(text)) for text, m, s in rows]
                return np.concatenate([np.empty(0), *draws])

    def score(self, acquisition: Array) -> Array:
        """Map an acquisition to (0, 1), strictly increasing.

        Values of the oracle are counted from `worst` (0) to `best` (1), improvements as a share of that range, and
        probabilities as they are; `soft_clip` bounds the result.
        """
        span = abs(self.best - self.worst)
        match self.kind:
            case "pi":
                return soft_clip(acquisition)
            case "ei":
                return soft_clip(acquisition / span)
            case _:
                return soft_clip((acquisition - utility(np.array(self.worst), self.direction)) / span)

    def _generator_of(self, smiles: str) -> np.random.Generator:
        digest = hashlib.sha256(f"{self.seed}:{smiles}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:16], "little"))


def soft_clip(x: Array) -> Array:
    r"""Return :math:`\frac1k \log\frac{1+e^{kx}}{1+e^{k(x-1)}}`: x, smoothly limited to 0 and 1.

    Examples
    --------
    >>> soft_clip(np.array([-9.0, 0.25, 0.5, 9.0])).round(3).tolist()
    [0.0, 0.25, 0.5, 1.0]
    """
    k = SHARPNESS
    clipped: Array = (np.logaddexp(0.0, k * x) - np.logaddexp(0.0, k * (x - 1.0))) / k
    return clipped

"""The reward of a molecule: its acquisition as a score between 0 and 1, times how desirable its properties are."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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
from molgfn.campaign.reward.constraints import Constraints
from molgfn.chem.standardise import parse_smiles
from molgfn.direction import Direction
from molgfn.errors import MolgfnError
from molgfn.files import write_text

Array = NDArray[np.float64]
SHARPNESS = 20.0
"""Of the soft clip: how fast the score flattens outside the range from `worst` to `best`."""
_CACHE_FILE = "rewards.json"


class Predicted(Protocol):
    """Mean and standard deviation, shape (B,), in the unit of the oracle; NaN where there is no standard deviation."""

    @property
    def mean(self) -> Array: ...
    @property
    def std(self) -> Array: ...


class Predictor(Protocol):
    """A proxy, as far as a reward needs one."""

    def predict(self, smiles: Sequence[str]) -> Predicted: ...


@dataclass(frozen=True)
class Assessment:
    """What is thought of B molecules before they are measured; every array has shape (B,).

    `std` is NaN where the proxy gives no error bars.
    """

    mean: Array
    std: Array
    acquisition: Array
    log_reward: Array


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
        Best value measured before this round; `worst` is taken where there is none.
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
                draws = [thompson(m, s, self.direction, self._generator_of(one)) for one, m, s in rows]
                return np.concatenate([np.empty(0), *draws])

    def score(self, acquisition: Array) -> Array:
        """Map an acquisition to (0, 1), strictly rising.

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
    r"""Return :math:`\frac1k \log\frac{1+e^{kx}}{1+e^{k(x-1)}}`: x between 0 and 1, smoothly bent to 0 and 1 outside.

    Examples
    --------
    >>> soft_clip(np.array([-9.0, 0.25, 0.5, 9.0])).round(3).tolist()
    [0.0, 0.25, 0.5, 1.0]
    """
    k = SHARPNESS
    clipped: Array = (np.logaddexp(0.0, k * x) - np.logaddexp(0.0, k * (x - 1.0))) / k
    return clipped


class Objective:
    r"""Reward of molecules, a function of the molecule alone.

    .. math:: \log R = \beta \, (\log f(\text{score}) + \log f(\text{desirability})), \quad f(x) = c + (1 - c) x

    with the exponent :math:`\beta` and the floor :math:`c`, so that :math:`2 \beta \log c \le \log R \le 0`.

    Parameters
    ----------
    proxy : Predictor
    scoring : Scoring
    constraints : Constraints
    exponent, floor : float
    """

    def __init__(
        self, proxy: Predictor, scoring: Scoring, constraints: Constraints, *, exponent: float, floor: float
    ) -> None:
        self._proxy, self._scoring, self._constraints = proxy, scoring, constraints
        self._exponent, self._floor = exponent, floor
        self._cache: dict[str, float] = {}

    def __call__(self, smiles: Sequence[str]) -> Array:
        """Return log_reward, shape (B,); a molecule seen before is not scored again."""
        fresh = [one for one in dict.fromkeys(smiles) if one not in self._cache]
        if fresh:
            self._cache.update(zip(fresh, self.assess(fresh).log_reward.tolist(), strict=True))
        return np.array([self._cache[one] for one in smiles], dtype=np.float64)

    def assess(self, smiles: Sequence[str]) -> Assessment:
        """Predict and score each molecule anew.

        Raises
        ------
        MolgfnError
            If the proxy predicts something that is no number.
        """
        if not smiles:
            return Assessment(*(np.empty(0) for _ in range(4)))
        predicted = self._proxy.predict(smiles)
        mean, std = np.asarray(predicted.mean, np.float64), np.asarray(predicted.std, np.float64)
        wrong = np.flatnonzero(~np.isfinite(mean) | np.isinf(std))
        if wrong.size:
            raise MolgfnError(
                f"the proxy predicts {mean[wrong[0]]} +- {std[wrong[0]]} for {smiles[wrong[0]]}",
                "Retrain the proxy: its weights are damaged.",
            )
        acquisition = self._scoring.acquisition(smiles, mean, std)
        log_desirability = np.array([self._constraints.log_desirability(parse_smiles(one)) for one in smiles])
        log_reward = self._exponent * (
            self._log_floored(self._scoring.score(acquisition)) + self._log_floored(np.exp(log_desirability))
        )
        return Assessment(mean, std, acquisition, log_reward)

    def save(self, folder: Path) -> None:
        """Keep every reward given so far.

        Predictions of one molecule in two different batches may differ in the last digit, so training goes on exactly
        only with the very rewards it had. For the same reason none is ever forgotten.
        """
        write_text(folder / _CACHE_FILE, json.dumps(self._cache))

    def load(self, folder: Path) -> None:
        """Restore what `save` kept."""
        self._cache = json.loads((folder / _CACHE_FILE).read_text(encoding="utf-8"))

    def _log_floored(self, share: Array) -> Array:
        logs: Array = np.log(self._floor + (1.0 - self._floor) * share)
        return logs

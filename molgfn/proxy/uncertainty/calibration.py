"""Error bars: calibrated on molecules outside the training, and judged on still other molecules."""

import math
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, FiniteFloat, NonNegativeFloat, PositiveFloat
from scipy.optimize import minimize
from scipy.stats import norm

from molgfn.arrays import FloatArray, IntArray
from molgfn.proxy.evaluation.metrics import spearman

LEVELS = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Levels at which intervals are given and judged."""
LEAST = 20
"""Molecules that a calibration needs."""
LEAST_VARIATION = 0.1
"""By how much, as a share, error bars of molecules must differ to tell one molecule from another."""
_SPREAD_OF_EARLIER = 3.0
"""Standard deviations of the base that the spread reaches, where an earlier version did not keep how far it reaches."""
_BINS = 10


@dataclass(frozen=True)
class ErrorBars:
    """Standard deviations and intervals of the errors of B predictions.

    Attributes
    ----------
    std : (B,) float64
    half_widths : (19, B) float64
        Of the intervals of each of `LEVELS`.
    """

    std: FloatArray
    half_widths: FloatArray

    def take(self, rows: IntArray) -> "ErrorBars":
        """Return those of some of the predictions."""
        return ErrorBars(self.std[rows], self.half_widths[:, rows])


class Calibration(BaseModel):
    """Computes the standard deviation of the error, and the width of intervals, from the spread of an ensemble.

    Attributes
    ----------
    scale : float
        Factor of the spread of the members.
    base : float
        Standard deviation if all members agree; in the unit of the values.
    widths : tuple of float
        For each of `LEVELS`, how many calibrated standard deviations on either side hold that share (split conformal
        prediction, Lei et al. 2018, of errors over their standard deviations).
    n : int
        Number of molecules of the fit.
    spreads : (float, float), optional
        5th and 95th percentile of the spread of the members on these molecules; earlier versions did not keep them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scale: NonNegativeFloat
    base: PositiveFloat
    widths: tuple[FiniteFloat, ...]
    n: int
    spreads: tuple[NonNegativeFloat, NonNegativeFloat] | None = None

    @property
    def tells_molecules_apart(self) -> bool:
        """Whether the standard deviation at the 95th percentile of the spread is 10 % above that at the 5th, or more.

        If not, all molecules have practically the same one: that tells the usual error, and nothing of a molecule.
        """
        low, high = self.std(np.array(self.spreads or (0.0, _SPREAD_OF_EARLIER * self.base)))
        return bool(high >= (1 + LEAST_VARIATION) * low)

    def std(self, spread: FloatArray) -> FloatArray:
        """Return the standard deviation of the error, shape (B,), from the spread of the members, shape (B,)."""
        return np.sqrt(self.base**2 + (self.scale * spread) ** 2)

    def half_width(self, spread: FloatArray, level: float = 0.9) -> FloatArray:
        """Return half the width of the intervals that hold a share `level` (one of `LEVELS`), shape (B,)."""
        return self.widths[LEVELS.index(level)] * self.std(spread)

    def bars(self, spread: FloatArray) -> "ErrorBars":
        """Return the error bars of predictions with this spread of the members, shape (B,)."""
        std = self.std(spread)
        return ErrorBars(std, np.outer(self.widths, std))


def fit_calibration(mean: FloatArray, spread: FloatArray, value: FloatArray) -> Calibration:
    """Fit error bars to predictions of molecules that the members were not trained on; all of shape (B,).

    Scale and base maximise the likelihood of the errors under a normal distribution; the widths assume none.

    Raises
    ------
    ValueError
        For fewer than 20 molecules.
    """
    error = np.abs(value - mean)
    if len(error) < LEAST:
        raise ValueError(f"{len(error)} molecules: a calibration needs {LEAST}")
    typical = max(float(np.sqrt(np.mean(error**2))), 1e-9)

    def loss(logs: FloatArray) -> float:
        variance = np.exp(2 * logs[0]) + np.exp(2 * logs[1]) * spread**2
        return float(np.mean(np.log(variance) + error**2 / variance))

    start = np.log([typical, 1.0])
    best = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-7, "maxiter": 2000}).x
    base, scale = max(float(np.exp(best[0])), 1e-3 * typical), float(np.exp(best[1])) if spread.any() else 0.0
    score = np.sort(error / np.sqrt(base**2 + (scale * spread) ** 2))
    # With this rank the share is at least the level for one further molecule (finite-sample correction).
    ranks = [min(math.ceil(level * (len(score) + 1)), len(score)) - 1 for level in LEVELS]
    widths = tuple(float(score[rank]) for rank in ranks)
    low, high = np.quantile(spread, (0.05, 0.95)).tolist()
    return Calibration(scale=scale, base=base, widths=widths, n=len(score), spreads=(low, high))


@dataclass(frozen=True)
class CalibrationMetrics:
    """How well error bars describe errors, on molecules outside training and calibration.

    Attributes
    ----------
    coverage_90 : float
        Share of values inside their 90 % interval.
    coverage : tuple of float
        The same at each of `LEVELS`.
    ence : float
        Expected normalised calibration error (Levi et al. 2022): in ten bins by standard deviation, how far it is from
        the root mean square of the errors, relative to it.
    miscalibration_area : float
        Between the share expected inside normal intervals and the share found, over all levels (Tran et al. 2020).
    spearman : float
        Of the absolute error with the standard deviation.
    mean_half_width : float
        Of the 90 % intervals.
    """

    coverage_90: float
    coverage: tuple[float, ...]
    ence: float
    miscalibration_area: float
    spearman: float
    mean_half_width: float


def judge_error_bars(bars: ErrorBars, error: FloatArray) -> CalibrationMetrics:
    """Judge error bars by errors, shape (B,), on molecules outside training and calibration."""
    size, std = np.abs(error), bars.std
    coverage = tuple(float(share) for share in np.mean(size <= bars.half_widths, axis=1))
    levels = np.linspace(0.01, 0.99, 99)
    shares = np.mean(size <= norm.ppf(0.5 + levels / 2)[:, None] * std, axis=1)
    parts = np.array_split(np.argsort(std, kind="stable"), min(_BINS, len(std)))
    stds = np.array([np.sqrt(np.mean(std[part] ** 2)) for part in parts])
    errors = np.array([np.sqrt(np.mean(size[part] ** 2)) for part in parts])
    return CalibrationMetrics(
        coverage_90=coverage[LEVELS.index(0.9)],
        coverage=coverage,
        ence=float(np.mean(np.abs(stds - errors) / stds)),
        miscalibration_area=float(np.mean(np.abs(shares - levels))),
        spearman=spearman(std, size),
        mean_half_width=float(np.mean(bars.half_widths[LEVELS.index(0.9)])),
    )

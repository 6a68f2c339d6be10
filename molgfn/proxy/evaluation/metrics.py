"""Metrics of predictions against measured values."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from molgfn.arrays import FloatArray, IntArray
from molgfn.direction import Direction

BEST_SHARE = 0.1
"""Share of the molecules that enrichment takes for the best."""


@dataclass(frozen=True)
class Metrics:
    """Agreement of predictions with measured values.

    Attributes
    ----------
    spearman, pearson : float
        NaN where one side is constant.
    rmse, mae : float
        In the unit of the values.
    spearman_beyond_size : float
        Spearman after the number of heavy atoms is regressed out of both sides: how well a method ranks
        beyond what size explains.
    enrichment : float
        See `enrichment`.
    """

    spearman: float
    pearson: float
    rmse: float
    mae: float
    spearman_beyond_size: float
    enrichment: float


def judge(predicted: FloatArray, measured: FloatArray, heavy_atoms: IntArray, direction: Direction) -> Metrics:
    """Compare predictions with measured values, all of shape (B,), B > 0."""
    return Metrics(
        spearman=spearman(predicted, measured),
        pearson=pearson(predicted, measured),
        rmse=rmse(predicted, measured),
        mae=float(np.mean(np.abs(predicted - measured))),
        spearman_beyond_size=spearman(regress_out(predicted, heavy_atoms), regress_out(measured, heavy_atoms)),
        enrichment=enrichment(predicted, measured, direction),
    )


def rmse(predicted: FloatArray, measured: FloatArray) -> float:
    """Return the root mean square error."""
    return float(np.sqrt(np.mean((predicted - measured) ** 2)))


def spearman(a: FloatArray, b: FloatArray) -> float:
    """Return the rank correlation; NaN where one side is constant, or for fewer than two pairs."""
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    # The p-value of two pairs is 0 / 0; it is not used.
    with np.errstate(invalid="ignore"):
        return float(spearmanr(a, b).statistic)


def pearson(a: FloatArray, b: FloatArray) -> float:
    """Return the linear correlation; NaN where one side is constant, or for fewer than two pairs."""
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def enrichment(predicted: FloatArray, measured: FloatArray, direction: Direction, share: float = BEST_SHARE) -> float:
    """Return how many times more of the best molecules are among those predicted best than among all.

    "Best" is the best `share` of each; 1 is no better than chance, and 1 / share the most there can be.
    """
    sign, n = (1.0 if direction == "maximise" else -1.0), max(1, round(share * len(measured)))
    best = set(np.argsort(-sign * measured, kind="stable")[:n].tolist())
    first = set(np.argsort(-sign * predicted, kind="stable")[:n].tolist())
    return len(best & first) / n / (n / len(measured))


def regress_out(values: FloatArray, of: IntArray) -> FloatArray:
    """Return what is left of `values` after the best straight line in `of`."""
    x, y = of - of.mean(), values - values.mean()
    left: FloatArray = y - x * (x @ y / max(float(x @ x), 1e-12))
    # Rounding errors of an exact line must not be ranked.
    left[np.abs(left) < 1e-9 * max(1.0, float(np.abs(values).max(initial=0.0)))] = 0.0
    return left

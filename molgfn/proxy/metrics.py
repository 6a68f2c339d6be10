"""How well predictions agree with measured values."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Metrics:
    """Agreement of predictions with measured values on n molecules.

    Attributes
    ----------
    n : int
    spearman, pearson : float
        NaN where one side is constant.
    rmse, mae : float
        In the unit of the values.
    spearman_beyond_size : float
        Spearman after the number of heavy atoms is regressed out of both sides: what is known beyond size.
    """

    n: int
    spearman: float
    pearson: float
    rmse: float
    mae: float
    spearman_beyond_size: float


@dataclass(frozen=True)
class Uncertainty:
    """What the standard deviation of a prediction says about its error.

    Attributes
    ----------
    mean_std : float
        In the unit of the values; to be compared with the RMSE.
    spearman : float
        Of the absolute error with the standard deviation.
    """

    mean_std: float
    spearman: float


def judge_std(predicted: FloatArray, std: FloatArray, measured: FloatArray) -> Uncertainty:
    """Compare standard deviations with the errors made, all of shape (B,)."""
    return Uncertainty(float(std.mean()), spearman(std, np.abs(predicted - measured)))


def judge(predicted: FloatArray, measured: FloatArray, heavy_atoms: NDArray[np.int64]) -> Metrics:
    """Compare predictions with measured values, all of shape (B,)."""
    error = predicted - measured
    return Metrics(
        n=len(measured),
        spearman=spearman(predicted, measured),
        pearson=pearson(predicted, measured),
        rmse=float(np.sqrt(np.mean(error**2))),
        mae=float(np.mean(np.abs(error))),
        spearman_beyond_size=spearman(regress_out(predicted, heavy_atoms), regress_out(measured, heavy_atoms)),
    )


def spearman(a: FloatArray, b: FloatArray) -> float:
    """Return the rank correlation; NaN where one side is constant."""
    return pearson(rankdata(a), rankdata(b))


def pearson(a: FloatArray, b: FloatArray) -> float:
    """Return the linear correlation; NaN where one side is constant."""
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def regress_out(values: FloatArray, of: NDArray[np.int64]) -> FloatArray:
    """Return what is left of `values` after the best straight line in `of`."""
    design = np.column_stack([np.ones(len(of)), of]).astype(np.float64)
    left: FloatArray = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    # What rounding leaves of an exact line must not be ranked.
    left[np.abs(left) < 1e-9 * max(1.0, float(np.abs(values).max(initial=0.0)))] = 0.0
    return left

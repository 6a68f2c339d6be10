"""Ridge regression on counts: where every network starts from, and a baseline of its own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from molgfn.arrays import FloatArray, IntArray

_LEAST_SCALE = 0.25
_ITERATIONS = 50
_MOST_FITTED = 0.9
"""Share of the values that the columns are taken to fit at most."""


@dataclass(frozen=True)
class Ridge:
    """values = intercept + weights . (counts - mean) / scale."""

    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    intercept: float

    def predict(self, counts: NDArray[np.float32]) -> FloatArray:
        """Return one value for each row of counts, shape (B,)."""
        values: FloatArray = self.intercept + (counts - self.mean) / self.scale @ self.weights
        return values


def fit_ridge(
    counts: NDArray[np.float32], values: FloatArray, penalty: float = 10.0, sides: IntArray | None = None
) -> Ridge:
    """Fit standardised counts, shape (B, C), to values, shape (B,); the intercept is not penalised.

    Bounds take part by their likelihood, maximised by expectation and maximisation (Tobin 1958; Amemiya 1984): each
    stands for the value that is expected beyond it.

    Parameters
    ----------
    counts : (B, C)
    values : (B,)
    penalty : float
    sides : (B,), optional
        0: measured, as all are by default; -1: the true value is below; 1: it is above.
    """
    x = counts.astype(np.float64)
    mean = x.mean(axis=0)
    # A kind that few molecules have must not be stretched: one molecule full of it would get an absurd value.
    scale = np.maximum(x.std(axis=0), _LEAST_SCALE)
    x = (x - mean) / scale
    solver = np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T)
    side = np.zeros(len(values), dtype=np.int64) if sides is None else sides
    bounds = np.flatnonzero(side)
    measured, expected = side == 0, values.astype(np.float64)
    # As if every molecule had been left out: with as many columns as molecules, residuals are far below the errors.
    left_out = 1 - min((np.trace(x @ solver) + 1) / len(values), _MOST_FITTED)
    for _ in range(_ITERATIONS if len(bounds) else 1):
        intercept = float(expected.mean())
        weights = solver @ (expected - intercept)
        predicted = intercept + x @ weights
        error = float(np.sqrt(np.mean((values - predicted)[measured] ** 2))) / left_out if measured.any() else 0.0
        expected[bounds] = _expected_beyond(predicted[bounds], max(error, 1e-6), values[bounds], side[bounds])
    return Ridge(mean, scale, weights, intercept)


def _expected_beyond(predicted: FloatArray, error: float, bound: FloatArray, side: IntArray) -> FloatArray:
    """Return the mean of a normal law about each prediction, cut off at its bound."""
    distance = side * (predicted - bound) / error
    expected: FloatArray = predicted + side * error * np.exp(norm.logpdf(distance) - norm.logcdf(distance))
    return expected

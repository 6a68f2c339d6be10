"""Ridge regression on counts: where every network starts from, and a baseline of its own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from molgfn.arrays import FloatArray

_LEAST_SCALE = 0.25


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


def fit_ridge(counts: NDArray[np.float32], values: FloatArray, penalty: float = 10.0) -> Ridge:
    """Fit standardised counts, shape (B, C), to values, shape (B,); the intercept is not penalised."""
    x = counts.astype(np.float64)
    mean = x.mean(axis=0)
    # A kind that few molecules have must not be stretched: one molecule full of it would get an absurd value.
    scale = np.maximum(x.std(axis=0), _LEAST_SCALE)
    x = (x - mean) / scale
    intercept = float(values.mean())
    weights = np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ (values - intercept))
    return Ridge(mean, scale, weights, intercept)

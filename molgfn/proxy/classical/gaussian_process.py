"""A Gaussian process with the Tanimoto kernel on Morgan counts (Ralaivola et al. 2005; Rasmussen & Williams 2006)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array

from molgfn.arrays import FloatArray, IntArray
from molgfn.proxy.data.graphs import featurise_counted
from molgfn.proxy.data.training_data import TrainingData, weights

_NOISES = np.logspace(-2.5, 1, 15)
"""Variances of a measurement's noise that are tried, in units of that of the signal."""
_MOST = 2000
"""Molecules it learns from at most, at random: time grows with the cube of their number."""
_CHUNK = 1024


@dataclass(frozen=True)
class Posterior:
    """What a process predicts for B molecules; every array has shape (B,).

    Attributes
    ----------
    mean, std : float64
        Of a measurement, in the unit of the values.
    explained : float64
        Share of the variance between molecules that the training molecules explain, from 0 (nothing) to 1.
    """

    mean: FloatArray
    std: FloatArray
    explained: FloatArray

    def put(self, rows: IntArray, other: "Posterior") -> None:
        """Replace some molecules by those of another one."""
        for name in ("mean", "std", "explained"):
            getattr(self, name)[rows] = getattr(other, name)


@dataclass(frozen=True)
class GaussianProcess:
    """A process that has learnt from n molecules.

    Attributes
    ----------
    counts : (n, 2048) sparse
        Morgan counts.
    values : (n,) float64
    noise : (n,) float64
        Variance of the noise of each value, in units of `variance`.
    single : float
        That of a single measurement.
    mean, variance : float
        Of the signal.
    """

    counts: csr_array
    values: FloatArray
    noise: FloatArray
    single: float
    mean: float
    variance: float

    def __call__(self, counts: csr_array) -> Posterior:
        """Return what it predicts for molecules by their Morgan counts, shape (B, 2048)."""
        starts = range(0, counts.shape[0], _CHUNK)
        parts = [self._posterior(tanimoto(counts[start : start + _CHUNK], self.counts)) for start in starts]
        names = ("mean", "std", "explained")
        return Posterior(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def _posterior(self, kernel: FloatArray) -> Posterior:
        # In single precision: twice as fast, and nobody reads a standard deviation to six digits.
        single = kernel.astype(np.float32)
        explained = np.clip(((single @ self._precision) * single).sum(axis=1).astype(np.float64), 0.0, 1.0)
        std = np.sqrt(self.variance * (1 - explained + self.single))
        return Posterior(self.mean + kernel @ self._weights, std, explained)

    def left_out(self) -> Posterior:
        """Return what it would predict for each training molecule without that one (their eqs. 5.10-5.12)."""
        own = np.diag(self._inverse)
        std = np.sqrt(self.variance / own)
        explained = np.clip(1 + self.noise - 1 / own, 0.0, 1.0)
        return Posterior(self.values - self._weights / own, std, explained)

    @cached_property
    def _inverse(self) -> FloatArray:
        kernel = tanimoto(self.counts, self.counts) + np.diag(self.noise)
        inverse: FloatArray = cho_solve(cho_factor(kernel, lower=True), np.eye(len(kernel)))
        return inverse

    @cached_property
    def _precision(self) -> NDArray[np.float32]:
        return self._inverse.astype(np.float32)

    @cached_property
    def _weights(self) -> FloatArray:
        weights: FloatArray = self._inverse @ (self.values - self.mean)
        return weights

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return all that must be kept to have the same process again."""
        return {
            "columns": self.counts.indices.astype(np.uint16),
            "counts": self.counts.data.astype(np.uint16),
            "starts": self.counts.indptr.astype(np.int64),
            "values": self.values,
            "noise": self.noise,
            "scales": np.array([self.single, self.mean, self.variance]),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]], columns: int) -> "GaussianProcess":
        """Make the process again from what `arrays` gave."""
        parts = (arrays["counts"].astype(np.float64), arrays["columns"].astype(np.int64), arrays["starts"])
        counts = csr_array(parts, shape=(len(arrays["values"]), columns))
        scales = [float(scale) for scale in arrays["scales"]]
        return cls(counts, arrays["values"].astype(np.float64), arrays["noise"].astype(np.float64), *scales)


def tanimoto(x: csr_array, y: csr_array) -> FloatArray:
    """Return x.y / (x.x + y.y - x.y) of all pairs of rows of counts, shape (X, Y)."""
    both: FloatArray = (x @ y.T).toarray()
    squares = [np.asarray(rows.multiply(rows).sum(axis=1)).ravel() for rows in (x, y)]
    kernel: FloatArray = both / np.maximum(squares[0][:, None] + squares[1][None, :] - both, 1e-12)
    return kernel


def fit_process(data: TrainingData, seed: int) -> tuple[GaussianProcess, Posterior]:
    """Learn from values, bounds taken for values; the scales are those of the highest marginal likelihood.

    Returns
    -------
    GaussianProcess
    Posterior
        What it predicts for every molecule of `data` without having learnt from that one.
    """
    n = len(data)
    rows = np.arange(n)
    if n > _MOST:
        rows = np.sort(np.random.default_rng(seed).choice(n, _MOST, replace=False))
    (_, counts), values = featurise_counted(data.smiles, data.stereo), data.values[rows]
    kernel, mean = tanimoto(counts[rows], counts[rows]), float(values.mean())
    share = 1 / weights(data.counts[rows])
    fits = [likelihood_and_variance(kernel, values - mean, noise * share) for noise in _NOISES]
    best = int(np.argmax([likelihood for likelihood, _ in fits]))
    single, variance = float(_NOISES[best]), fits[best][1]
    process = GaussianProcess(counts[rows], values, single * share, single, mean, variance)
    if len(rows) == n:
        return process, process.left_out()
    posterior = process(counts)
    posterior.put(rows, process.left_out())
    return process, posterior


def likelihood_and_variance(kernel: FloatArray, values: FloatArray, noise: FloatArray) -> tuple[float, float]:
    """Return the log marginal likelihood at the best variance of the signal, and that variance."""
    factor, lower = cho_factor(kernel + np.diag(noise), lower=True)
    variance = max(float(values @ cho_solve((factor, lower), values)) / len(values), 1e-12)
    return float(-0.5 * len(values) * np.log(variance) - np.log(np.diag(factor)).sum()), variance

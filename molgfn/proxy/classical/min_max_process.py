"""A Gaussian process of which hardly anything is fitted: the second model of an acquisition.

Min-max kernel on Morgan counts of radius 3, mean of the data (Tripp and Hernandez-Lobato 2023); the variances of signal
and noise are those of the highest marginal likelihood. Far from its molecules it predicts their mean.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rdkit.Chem import rdFingerprintGenerator
from scipy.sparse import csr_array

from molgfn.arrays import FloatArray, IntArray
from molgfn.chem.standardise import standard_mol
from molgfn.proxy.classical.gaussian_process import GaussianProcess, likelihood_and_variance, tanimoto
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.interfaces import Prediction

_COLUMNS = 2048
_COUNTS = rdFingerprintGenerator.GetMorganGenerator(radius=3, fpSize=_COLUMNS)
_HIGHEST = 32
"""Counts above it are taken for it; no molecule of ordinary size has more of one environment."""
_NOISES = np.logspace(-2, 0.5, 6)
"""Variances of a measurement's noise that are tried, in units of that of the signal."""
_MOST = 2_000
"""Molecules it learns from at most: the better half of them the best of all, the others at random."""


class MinMaxProcess:
    """A process that has learnt from the measured molecules of a proxy; bounds are left out.

    Parameters
    ----------
    data : TrainingData
        At least one of them measured.
    minimise : bool
        Whether low values are good.
    """

    def __init__(self, data: TrainingData, minimise: bool) -> None:
        measured = data.take(np.flatnonzero(data.sides == 0))
        data = measured.take(_rows(-measured.values if minimise else measured.values))
        features, mean = _features(data.smiles), float(data.values.mean())
        kernel, values = tanimoto(features, features), data.values - mean
        fits = [likelihood_and_variance(kernel, values, np.full(len(data), noise)) for noise in _NOISES]
        best = int(np.argmax([likelihood for likelihood, _ in fits]))
        self._noise, self._scale = float(_NOISES[best]), float(np.sqrt(fits[best][1]))
        # The textbook's formulas are those of the other process, which is given these features and variances.
        noises = np.full(len(data), self._noise)
        self._process = GaussianProcess(features, data.values, noises, self._noise, mean, self._scale**2)

    def predict(self, smiles: Sequence[str]) -> Prediction:
        """Return mean and standard deviation of the true value, without the noise of a measurement."""
        posterior = self._process(_features(smiles))
        std = self._scale * np.sqrt(np.maximum(1 - posterior.explained, 1e-9))
        return Prediction(posterior.mean, std, std)


def _rows(goodness: FloatArray) -> IntArray:
    """Return which molecules are learnt from, if there are too many."""
    n = len(goodness)
    if n <= _MOST:
        return np.arange(n)
    order = np.argsort(-goodness, kind="stable")
    best, others = order[: _MOST // 2], order[_MOST // 2 :]
    drawn = np.random.default_rng(0).choice(others, _MOST - len(best), replace=False)
    return np.sort(np.concatenate([best, drawn]))


def _features(smiles: Sequence[str]) -> csr_array:
    """Return Morgan counts, each as so many ones: the Tanimoto kernel of these is the min-max kernel of the counts."""
    rows = [_COUNTS.GetCountFingerprint(standard_mol(name)).GetNonzeroElements() for name in smiles]
    places = [np.fromiter(row.keys(), np.int64, len(row)) for row in rows]
    counts = [np.minimum(np.fromiter(row.values(), np.int64, len(row)), _HIGHEST) for row in rows]
    columns = [_ones(place, count) for place, count in zip(places, counts, strict=True)]
    starts = np.cumsum([0, *(len(column) for column in columns)])
    whole = np.concatenate([np.empty(0, np.int64), *columns])
    return csr_array((np.ones(len(whole)), whole, starts), shape=(len(smiles), _COLUMNS * _HIGHEST))


def _ones(places: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the columns of the ones of a molecule."""
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    columns: NDArray[np.int64] = np.repeat(places * _HIGHEST, counts) + np.arange(counts.sum()) - starts
    return columns

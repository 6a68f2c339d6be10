"""The Gaussian process is that of the textbook, and what it says of a molecule it has left out is what it would."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, PairwiseKernel, WhiteKernel

from molgfn.chem.similarity import N_ENVIRONMENTS
from molgfn.proxy.classical.gaussian_process import GaussianProcess, fit_process, tanimoto
from molgfn.proxy.data.graphs import featurise_counted
from molgfn.proxy.data.training_data import merge

ASKED = ["CCOc1ccccc1", "CCCCCCCC", "O=C(N)c1ccncc1"]


def morgan(smiles: list[str]) -> csr_array:
    return featurise_counted(smiles)[1]


def without(process: GaussianProcess, row: int) -> GaussianProcess:
    kept = np.arange(len(process.values)) != row
    return GaussianProcess(
        process.counts[kept], process.values[kept], process.noise[kept], process.single, process.mean, process.variance
    )


def similarity(x: np.ndarray, y: np.ndarray, gamma: float = 1.0) -> float:  # noqa: ARG001
    return float(x @ y / (x @ x + y @ y - x @ y))


def test_it_predicts_what_scikit_learn_does(smiles, values):
    process, _ = fit_process(merge(smiles[::2], values[::2]), seed=0)
    kernel = ConstantKernel(process.variance, "fixed") * PairwiseKernel(metric=similarity)
    noise = WhiteKernel(process.variance * process.single, "fixed")
    other = GaussianProcessRegressor(kernel + noise, optimizer=None)
    other.fit(process.counts.toarray(), process.values - process.mean)
    asked = morgan(ASKED)
    mean, std = other.predict(asked.toarray(), return_std=True)
    found = process(asked)
    assert found.mean - process.mean == pytest.approx(mean, abs=1e-6)
    assert found.std == pytest.approx(std, rel=1e-4)


def test_what_is_left_out_is_as_if_it_had_never_been_there(smiles, values):
    process, posterior = fit_process(merge(smiles, values), seed=0)
    for row in (0, 7, 40):
        found = without(process, row)(process.counts[[row]])
        for name in ("mean", "std", "explained"):
            assert getattr(posterior, name)[row] == pytest.approx(getattr(found, name)[0], rel=1e-3)


def test_it_knows_less_of_what_is_farther_away(smiles, values):
    process, _ = fit_process(merge(smiles, values), seed=0)
    near, far = process(morgan([smiles[0], "FS(F)(F)(F)(F)F"])).explained
    assert near > 0.5 > far


def test_the_mean_of_many_measurements_is_trusted_more(smiles, values):
    values = values.copy()
    values[5] += 3
    counts = np.ones(len(smiles))
    at = morgan([smiles[5]])
    once = fit_process(merge(smiles, values, None, counts), seed=0)[0](at).mean
    counts[5] = 50
    often = fit_process(merge(smiles, values, None, counts), seed=0)[0](at).mean
    assert once < often


def test_of_many_molecules_it_takes_some_and_has_an_opinion_of_all(smiles, values, monkeypatch):
    monkeypatch.setattr("molgfn.proxy.classical.gaussian_process._MOST", 30)
    data = merge(smiles, values)
    process, posterior = fit_process(data, seed=0)
    assert len(process.values) == 30
    assert len(posterior.mean) == len(data)
    assert np.corrcoef(posterior.mean, data.values)[0, 1] > 0.5


def test_kept_as_arrays_it_is_the_same(smiles, values):
    process, _ = fit_process(merge(smiles, values), seed=0)
    again = GaussianProcess.of(process.arrays(), N_ENVIRONMENTS)
    asked = morgan(ASKED)
    assert np.array_equal(process(asked).mean, again(asked).mean)
    assert np.array_equal(process(asked).std, again(asked).std)


def test_the_kernel_is_positive_and_that_of_counts():
    rows = csr_array(np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 3.0], [2.0, 4.0, 0.0]]))
    kernel = tanimoto(rows, rows)
    assert kernel[0, 2] == pytest.approx(10 / (5 + 20 - 10))
    some = csr_array(np.random.default_rng(0).poisson(1.0, (40, 30)).astype(float))
    assert np.linalg.eigvalsh(tanimoto(some, some)).min() > -1e-9


def test_molecules_without_anything_in_common_are_not_alike():
    rows = csr_array(np.array([[2.0, 0, 1], [0, 3, 0], [2, 0, 1]]))
    assert tanimoto(rows, rows).tolist() == [[1, 0, 1], [0, 1, 0], [1, 0, 1]]

import numpy as np
import pytest

from molgfn.proxy.classical import min_max_process as module
from molgfn.proxy.classical.min_max_process import MinMaxProcess
from molgfn.proxy.data.training_data import merge
from tests.library import library_molecules

SMILES = ["c1ccccc1", "Cc1ccccc1", "Clc1ccccc1", "CCO", "CCCO", "CC(C)O", "CCN", "CCCCN"]
VALUES = [-6.0, -6.5, -7.0, -3.0, -3.4, -3.2, -4.0, -4.4]


def counts(smiles):
    return np.array([module._COUNTS.GetCountFingerprintAsNumPy(module.standard_mol(one)) for one in smiles], float)


def test_the_kernel_is_minima_over_maxima_of_counts():
    x, y = counts(SMILES[:3]), counts(SMILES)
    expected = np.array([[np.minimum(a, b).sum() / np.maximum(a, b).sum() for b in y] for a in x])
    assert module.tanimoto(module._features(SMILES[:3]), module._features(SMILES)) == pytest.approx(expected)


def test_it_is_the_posterior_of_the_textbook_with_the_mean_of_the_data():
    data = merge(SMILES, VALUES)
    process = MinMaxProcess(data, True)
    noise, scale = process._noise, process._scale
    asked = ["Fc1ccccc1", "CCCCO", "O=S1(=O)CCC1"]
    kernel = module.tanimoto(module._features(data.smiles), module._features(data.smiles)) + noise * np.eye(len(data))
    cross = module.tanimoto(module._features(asked), module._features(data.smiles))
    mean = data.values.mean()
    predicted = process.predict(asked)
    assert predicted.mean == pytest.approx(mean + cross @ np.linalg.solve(kernel, data.values - mean))
    variance = 1 - np.diag(cross @ np.linalg.solve(kernel, cross.T))
    assert predicted.std == pytest.approx(scale * np.sqrt(variance), rel=1e-4)


def test_noise_of_the_measurements_is_seen_in_the_data():
    names = library_molecules(150)
    exact = np.array([2.0 * name.upper().count("N") - 0.5 * name.count("O") for name in names])
    noisy = exact + np.random.default_rng(0).normal(0, 3 * exact.std(), len(names))
    quiet, loud = (MinMaxProcess(merge(names, values), True) for values in (exact, noisy))
    assert quiet._noise < 0.1 < loud._noise


def test_it_is_sure_of_its_molecules_and_knows_nothing_far_from_them():
    data = merge(SMILES, VALUES)
    process = MinMaxProcess(data, True)
    near, far = process.predict(list(data.smiles)), process.predict(["O=S1(=O)NN=NN1"])
    assert np.abs(near.mean - data.values).max() < 0.1
    assert near.std.max() < 0.15 * data.values.std()
    assert far.mean[0] == pytest.approx(data.values.mean(), abs=0.3)
    assert far.std[0] > 0.9 * process._scale


def test_bounds_are_left_out_and_of_too_many_molecules_the_best_stay(monkeypatch):
    with_bound = merge([*SMILES, "CCCl"], [*VALUES, -99.0], sides=[0] * 8 + [-1])
    assert MinMaxProcess(with_bound, True).predict(["CCCCl"]).mean == pytest.approx(
        MinMaxProcess(merge(SMILES, VALUES), True).predict(["CCCCl"]).mean
    )
    monkeypatch.setattr(module, "_MOST", 4)
    data = merge(SMILES, VALUES)
    assert len(module._rows(-data.values)) == 4
    assert {data.values[row] for row in module._rows(-data.values)} >= {-7.0, -6.5}
    assert MinMaxProcess(data, True).predict(["Clc1ccccc1"]).mean[0] == pytest.approx(-7.0, abs=0.1)

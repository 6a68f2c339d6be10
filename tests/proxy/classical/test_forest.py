"""A forest kept as arrays predicts what scikit-learn's does, and is a proxy like any other."""

import numpy as np
import pytest
from rdkit import Chem
from sklearn.ensemble import RandomForestRegressor

from molgfn.chem.similarity import MORGAN
from molgfn.errors import DataError
from molgfn.proxy.classical import forest
from molgfn.proxy.classical.forest import Forest, grow
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.settings import ProxySettings
from molgfn.proxy.train import train_proxy

FOREST = ProxySettings(model="forest", trees=40)
KNOWN = {"unit": "kcal/mol", "direction": "minimise", "settings": FOREST, "seed": 1}


@pytest.fixture(scope="module")
def trained(smiles, values) -> Proxy:
    return train_proxy(smiles, values, **KNOWN, name="trees")


def test_it_predicts_what_scikit_learn_does(smiles, values, monkeypatch):
    counts = np.stack([MORGAN.GetCountFingerprintAsNumPy(Chem.MolFromSmiles(text)) for text in smiles])
    model = RandomForestRegressor(n_estimators=30, random_state=5).fit(counts[::2], values[::2])
    monkeypatch.setattr(forest, "_CHUNK", 7)
    ours = Forest.grown(model).member_predictions(smiles)
    assert ours.mean() == pytest.approx(model.predict(counts), abs=1e-9)
    theirs = np.stack([tree.predict(counts) for tree in model.estimators_])
    assert ours.values == pytest.approx(theirs, abs=1e-9)
    assert ours.spread() == pytest.approx(theirs.std(axis=0), abs=1e-9)


def test_it_is_read_as_it_was_written(trained, smiles, tmp_path):
    trained.save(tmp_path)
    loaded = Proxy.load(tmp_path)
    assert loaded.info == trained.info
    assert (loaded.info.model, loaded.info.members, loaded.info.architecture) == ("forest", 40, None)
    assert np.array_equal(loaded.predict(smiles).mean, trained.predict(smiles).mean)
    assert np.array_equal(loaded.predict(smiles).std, trained.predict(smiles).std, equal_nan=True)
    assert {path.name for path in tmp_path.iterdir()} == {"proxy.json", "weights.safetensors", "molecules.csv"}


def test_it_has_error_bars_of_molecules_that_trees_had_not_seen(trained, smiles, values):
    error = np.abs(trained.predict(smiles).mean - values)
    # Of molecules it has seen a forest knows much: those errors must not be taken for the usual ones.
    assert trained.info.domain.usual_error > 1.3 * error.mean()
    calibration = trained.info.calibration
    assert (calibration.std(trained.predict(smiles).spread) >= calibration.base).all()


def test_spelling_does_not_matter_and_what_cannot_be_read_is_named(trained):
    same = trained.predict(["CC(N)C(=O)Nc1ccccc1", "C[C@@H]([NH3+])C(=O)Nc1ccccc1.[Cl-]"]).mean
    assert same[0] == same[1]
    with pytest.raises(DataError, match=r"molecule 1 \(counted from 0\), 'nonsense'"):
        trained.predict(["C", "nonsense"])
    with pytest.raises(DataError, match="empty"):
        trained.predict([])


def test_the_seed_and_the_data_decide(trained, smiles, values):
    order = np.random.default_rng(0).permutation(len(smiles))
    again = train_proxy([smiles[i] for i in order], values[order], **KNOWN, name="trees")
    assert np.array_equal(again.predict(smiles).mean, trained.predict(smiles).mean)
    other = train_proxy(smiles, values, **(KNOWN | {"seed": 2}))
    assert not np.array_equal(other.predict(smiles).mean, trained.predict(smiles).mean)


def test_grown_anew_it_remembers_what_it_knew(smiles, values):
    first = train_proxy(smiles[:60], values[:60], **KNOWN)
    further = train_proxy(smiles[50:], values[50:] - 1, **KNOWN, initial=first)
    assert set(further.training_molecules.smiles) == set(smiles)
    told = dict(zip(further.training_molecules.smiles, further.training_molecules.values, strict=True))
    assert [told[smiles[i]] for i in (0, 55, 70)] == [values[0], values[55] - 1, values[70] - 1]


def test_grown_anew_it_learns_a_compound_once_as_whichever_tautomer(smiles, values):
    first = train_proxy([*smiles, "Cc1cc[nH]n1"], [*values, -9.0], **KNOWN)
    further = train_proxy(["Cc1ccn[nH]1"], [-5.0], **KNOWN, initial=first)
    told = dict(zip(further.training_molecules.smiles, further.training_molecules.values, strict=True))
    assert told["Cc1ccn[nH]1"] == -5.0
    assert "Cc1cc[nH]n1" not in told


def test_bounds_teach_it_nothing(smiles, values):
    sides = np.where(np.arange(len(smiles)) < 20, -1, 0)
    assert train_proxy(smiles, values, **KNOWN, sides=sides).n_train == len(smiles) - 20


def test_values_measured_more_often_count_more(smiles, values):
    generator = np.random.default_rng(0)
    doubled = smiles * 1
    noisy = values + generator.normal(0, np.where(np.arange(len(smiles)) % 2, 3.0, 0.0))
    counts = np.where(np.arange(len(smiles)) % 2, 1.0, 50.0)
    error = []
    for given in (counts, np.ones(len(smiles))):
        grown, _ = grow(doubled, noisy, given, 40, 0)
        error.append(np.abs(grown.member_predictions(smiles).mean() - values)[::2].mean())
    assert error[0] < error[1]

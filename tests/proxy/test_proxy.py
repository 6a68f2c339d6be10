"""A proxy is a function of the standardised molecule, and survives being written and read."""

import json

import numpy as np
import pytest
import torch

from molgfn.errors import ConfigError, DataError
from molgfn.proxy.classical.mixture import networks_of
from molgfn.proxy.evaluation.metrics import rmse
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.uncertainty.domain import Domain
from molgfn.proxy.uncertainty.limits import limits_of_folder


def test_prediction_is_mean_and_spread_of_the_members(proxy, smiles):
    prediction = proxy.predict(smiles)
    member_predictions = proxy.ensemble.member_predictions(smiles)
    members = member_predictions.values
    assert members.shape == (2, len(smiles))
    assert prediction.mean.dtype == prediction.std.dtype == np.float64
    assert prediction.mean == pytest.approx(members.mean(axis=0))
    assert prediction.spread == pytest.approx(
        np.sqrt((members[0] - members[1]) ** 2 / 4 + (member_predictions.noise**2).mean(axis=0))
    )
    assert (prediction.spread > 0).any()


def test_the_standard_deviation_is_the_calibrated_one(proxy, smiles):
    calibration = proxy.info.calibration.model_copy(update={"scale": 2.0, "base": 0.1, "spreads": (0.01, 0.5)})
    told = Proxy(proxy.info.model_copy(update={"calibration": calibration}), proxy.ensemble, proxy.training_molecules)
    prediction = told.predict(smiles)
    assert told.limits.error_bars == ""
    assert prediction.std == pytest.approx(calibration.std(prediction.spread))
    low, high = prediction.interval(0.9)
    assert high - low == pytest.approx(2 * calibration.half_width(prediction.spread))
    assert (low + high) / 2 == pytest.approx(prediction.mean)


def test_a_process_on_the_training_molecules_is_the_second_model(proxy, smiles):
    assert proxy.has_process
    near, far = proxy.process(list(proxy.training_molecules.smiles)), proxy.process(["O=S1(=O)NN=NN1"])
    assert near.std.max() < far.std[0]
    assert np.isfinite(proxy.process(smiles).mean).all()
    bare = Proxy(proxy.info, proxy.ensemble)
    assert not bare.has_process
    assert bare.process(smiles) is None


def test_without_a_calibration_there_is_no_standard_deviation(proxy, smiles):
    """The spread of the members is none: on 34 compounds it was 0.3 where predictions were off by 3."""
    bare = Proxy(proxy.info.model_copy(update={"calibration": None}), proxy.ensemble, proxy.training_molecules)
    prediction = bare.predict(smiles)
    assert np.isnan(prediction.std).all()
    assert (prediction.spread > 0).any()
    assert prediction.interval() is None
    assert "no error bars: fewer than 20" in bare.limits.error_bars


def test_one_and_the_same_standard_deviation_for_all_is_none(proxy, smiles):
    calibration = proxy.info.calibration.model_copy(update={"scale": 4.4e-7, "base": 0.48})
    same = Proxy(proxy.info.model_copy(update={"calibration": calibration}), proxy.ensemble, proxy.training_molecules)
    assert np.isnan(same.predict(smiles).std).all()
    assert same.limits.error_bars.endswith("(usual error of all: 0.48 kcal/mol)")
    low, high = same.predict(smiles).interval()  # what it knows of its usual error stays
    assert (high > low).all()


def test_without_a_threshold_no_molecule_is_called_inside(proxy, smiles):
    domain = Domain(threshold=0.0, usual_error=0.4, n=80)
    without = Proxy(proxy.info.model_copy(update={"domain": domain}), proxy.ensemble, proxy.training_molecules)
    near = without.neighbours([smiles[3], "[SiH4]"])
    assert near.in_domain == (None, False)
    assert near.similarity[0] == 1.0
    assert without.limits.domain.startswith("no domain")


def test_the_nearest_training_molecule_tells_whether_it_is_in_the_domain(proxy, smiles):
    domain = Domain(threshold=0.35, usual_error=0.4, n=80)
    proxy = Proxy(proxy.info.model_copy(update={"domain": domain}), proxy.ensemble, proxy.training_molecules)
    found = proxy.neighbours([smiles[3], "FC(F)(F)C(F)(F)C(F)(F)S(F)(F)(F)(F)F"])
    assert (found.similarity[0], found.smiles[0], found.in_domain[0]) == (1.0, smiles[3], True)
    assert found.similarity[1] < 0.3
    threshold = proxy.info.domain.threshold
    assert found.in_domain == tuple(similarity >= threshold for similarity in found.similarity.tolist())


def test_a_proxy_of_an_earlier_version_has_neither(proxy, smiles, tmp_path):
    proxy.save(tmp_path)
    (tmp_path / "molecules.csv").unlink()
    (tmp_path / "curves.csv").unlink()
    described = json.loads((tmp_path / "proxy.json").read_text())
    for new in ("calibration", "domain", "model", "process_weight"):
        del described[new]
    (tmp_path / "proxy.json").write_text(json.dumps(described))
    old = Proxy.load(tmp_path)
    assert np.isnan(old.predict(smiles).std).all()
    assert old.limits.sentences == limits_of_folder(tmp_path).sentences
    assert len(old.limits.sentences) == 2
    found = old.neighbours(["CCO"])
    assert (np.isnan(found.similarity[0]), found.smiles, found.in_domain) == (True, ("",), (None,))


def test_prediction_is_in_the_unit_of_the_target(proxy, smiles, values):
    # Any constant has an error of at least one standard deviation of the values.
    assert rmse(proxy.predict(smiles).mean, values) < 0.5 * values.std()
    assert (proxy.unit, proxy.direction, proxy.name, proxy.n_train) == ("kcal/mol", "minimise", "tiny", len(smiles))


def test_the_spelling_does_not_matter(proxy):
    same = ["CC(N)C(=O)Nc1ccccc1", "c1ccccc1NC(=O)[C@H](C)N", "C[C@@H]([NH3+])C(=O)Nc1ccccc1.[Cl-]"]
    prediction = proxy.predict(same)
    assert np.ptp(prediction.mean) == pytest.approx(0, abs=1e-6)


def test_order_and_chunks_do_not_matter(proxy, smiles):
    many = smiles * 8  # more than one chunk
    whole = proxy.predict(many)
    backwards = proxy.predict(many[::-1])
    assert whole.mean[::-1] == pytest.approx(backwards.mean, abs=1e-5)
    assert whole.mean[: len(smiles)] == pytest.approx(proxy.predict(smiles).mean, abs=1e-5)


def test_asking_again_gives_the_same_numbers(proxy, smiles):
    first, again = proxy.predict(smiles), proxy.predict(smiles)
    assert np.array_equal(first.mean, again.mean)
    assert np.array_equal(first.spread, again.spread)


def test_prediction_leaves_no_gradients_and_no_random_draws(proxy, smiles):
    state = torch.random.get_rng_state()
    proxy.predict(smiles)
    assert torch.equal(state, torch.random.get_rng_state())
    assert all(
        weight.grad is None for network in networks_of(proxy.ensemble).networks for weight in network.parameters()
    )


def test_an_unreadable_molecule_is_named(proxy):
    with pytest.raises(DataError, match=r"molecule 2 \(counted from 0\), 'nonsense'"):
        proxy.predict(["C", "CC", "nonsense"])
    with pytest.raises(DataError, match="empty"):
        proxy.predict([])


def test_saved_and_loaded_it_predicts_the_same(proxy, smiles, tmp_path):
    proxy.save(tmp_path / "new" / "folder")
    loaded = Proxy.load(tmp_path / "new" / "folder")
    assert loaded.info == proxy.info
    assert loaded.curves == proxy.curves
    assert loaded.training_molecules.sha256() == proxy.training_molecules.sha256()
    assert loaded.neighbours(smiles[:5]).in_domain == proxy.neighbours(smiles[:5]).in_domain
    assert np.array_equal(loaded.predict(smiles).mean, proxy.predict(smiles).mean)
    assert np.array_equal(loaded.predict(smiles).std, proxy.predict(smiles).std, equal_nan=True)


def test_loading_says_what_is_wrong(proxy, tmp_path):
    with pytest.raises(ConfigError, match=r"proxy\.json: no such file\n  A proxy is a folder"):
        Proxy.load(tmp_path)
    proxy.save(tmp_path)
    weights, described = tmp_path / "weights.safetensors", tmp_path / "proxy.json"
    whole, text = weights.read_bytes(), described.read_text()
    weights.unlink()
    with pytest.raises(ConfigError, match=r"weights\.safetensors: no such file"):
        Proxy.load(tmp_path)
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ConfigError, match=r"weights\.safetensors: not a safetensors file, or cut short"):
        Proxy.load(tmp_path)
    weights.write_bytes(whole)
    for change, message in [
        ({"members": 3}, "weights.safetensors: does not fit"),
        ({"model": "forest"}, "weights.safetensors: does not fit"),
        ({"architecture": None}, "weights.safetensors: does not fit"),
        ({"architecture": {"width": 9, "steps": 2, "dropout": 0.1}}, "weights.safetensors: does not fit"),
        ({"target_std": 0}, "target_std: Input should be greater than 0"),
        ({"direction": "up"}, "direction: Input should be 'minimise' or 'maximise'"),
        ({"format": 2}, "format: Input should be 1"),
    ]:
        described.write_text(json.dumps({**json.loads(text), **change}))
        with pytest.raises(ConfigError) as caught:
            Proxy.load(tmp_path)
        assert message in str(caught.value)
    described.write_text(text)
    (tmp_path / "molecules.csv").write_text("smiles,value,relation,n\nCCO,1.0,?,1\n")
    with pytest.raises(ConfigError, match=r"molecules\.csv: not the molecules of a proxy"):
        Proxy.load(tmp_path)
    described.write_text(text[:40])
    with pytest.raises(ConfigError, match=r"proxy\.json: not the description of a proxy\n  Invalid JSON"):
        Proxy.load(tmp_path)


def test_a_proxy_of_an_earlier_version_merges_stereoisomers_and_predicts_as_before(proxy, smiles, tmp_path):
    proxy.save(tmp_path)
    described = json.loads((tmp_path / "proxy.json").read_text())
    assert described.pop("stereo") == "merge"
    (tmp_path / "proxy.json").write_text(json.dumps(described))
    earlier = Proxy.load(tmp_path)
    assert earlier.info == proxy.info
    assert np.array_equal(earlier.predict(smiles).mean, proxy.predict(smiles).mean)
    r, s = earlier.predict(["C[C@@H](N)CO", "C[C@H](N)CO"]).mean
    assert r == s


def test_the_nearest_training_molecule_is_the_same_stereoisomer_where_they_are_kept(keeping, isomers):
    near = keeping.neighbours(list(isomers))
    assert near.smiles == tuple(isomers)
    (other,) = keeping.neighbours(["C[C@H](N)CBr"]).smiles
    assert isomers[other] < 6

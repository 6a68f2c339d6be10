"""A Gaussian process beside networks has weight where it makes them better, and none where it explains nothing."""

import numpy as np
import pytest

from molgfn.errors import ConfigError
from molgfn.proxy.classical.gaussian_process import Posterior
from molgfn.proxy.classical.mixture import Mixture, add_process, mixed, networks_of
from molgfn.proxy.data.training_data import merge
from molgfn.proxy.interfaces import MemberPredictions
from molgfn.proxy.proxy import WEIGHTS, Proxy
from molgfn.proxy.settings import ProxySettings
from molgfn.proxy.train import train_proxy

FAR = "FS(F)(F)(F)(F)F"


class Told:
    """Networks that think what they were told."""

    def __init__(self, member_predictions: MemberPredictions) -> None:
        self._predictions = member_predictions

    def member_predictions(self, _: object) -> MemberPredictions:
        return self._predictions


def seen(n: int) -> np.ndarray:
    return np.random.default_rng(0).random((3, n)) < 0.6


def told(data, off: np.ndarray) -> Told:
    return Told(MemberPredictions(data.values + off, np.zeros((3, len(data)))))


def test_networks_that_miss_much_are_corrected(smiles, values):
    data = merge(smiles, values)
    rough = told(data, np.random.default_rng(1).normal(0, 1, len(data)) + np.zeros((3, 1)))
    made, member_predictions = add_process(rough, data, seen(len(data)), seed=0)
    assert isinstance(made, Mixture)
    assert made.weight > 0.5
    before, after = (
        np.abs(one.mean() - data.values).mean() for one in (rough.member_predictions(()), member_predictions)
    )
    assert after < 0.8 * before


def test_networks_that_know_better_are_left_alone(smiles, values):
    data = merge(smiles, values)
    fine = told(data, np.random.default_rng(1).normal(0, 0.02, (3, len(data))))
    made, member_predictions = add_process(fine, data, seen(len(data)), seed=0)
    assert made is fine
    assert member_predictions is fine.member_predictions(())


def test_errors_of_single_members_are_no_merit_of_the_process(smiles, values):
    """What the members miss by chance is gone from their mean: for that no correction is needed."""
    data = merge(smiles, values)
    generator = np.random.default_rng(1)
    same = told(data, generator.normal(0, 0.6, len(data)) + np.zeros((3, 1)))
    chance = told(data, generator.normal(0, 0.6, (3, len(data))))
    asked_of_one = np.ones((3, len(data)), dtype=bool)
    asked_of_one[np.arange(len(data)) % 3, np.arange(len(data))] = False
    weights = [
        getattr(add_process(networks, data, asked_of_one, seed=0)[0], "weight", 0.0) for networks in (same, chance)
    ]
    assert weights[1] < weights[0] - 0.1


def test_few_molecules_that_no_member_has_met_tell_nothing(smiles, values):
    data = merge(smiles, values)
    rough = told(data, np.random.default_rng(1).normal(0, 1, (3, len(data))))
    all_seen = np.ones((3, len(data)), dtype=bool)
    all_seen[0, :19] = False
    assert add_process(rough, data, all_seen, seed=0)[0] is rough


def test_a_bound_that_the_networks_keep_is_no_value(smiles, values):
    """Half of the values are known to be below the median: the process must not take them for the median."""
    bound = float(np.median(values))
    sides = np.where(values < bound, -1, 0)
    data = merge(smiles, np.maximum(values, bound), sides)
    truth = merge(smiles, values).values
    off = np.random.default_rng(1).normal(0, 0.5, len(data)) + np.zeros((3, 1))
    good = Told(MemberPredictions(truth + off, np.zeros((3, len(data)))))
    made, member_predictions = add_process(good, data, seen(len(data)), seed=0)
    assert isinstance(made, Mixture)
    below = data.sides == -1
    assert np.abs(member_predictions.mean() - truth)[below].mean() < 0.8 * np.abs(data.values - truth)[below].mean()


def test_where_the_process_explains_nothing_it_corrects_nothing():
    member_predictions = MemberPredictions(np.array([[1.0, 1.0], [3.0, 3.0]]), np.zeros((2, 2)))
    posterior = Posterior(mean=np.array([10.0, 10.0]), std=np.array([2.0, 2.0]), explained=np.array([0.0, 1.0]))
    found = mixed(member_predictions, posterior, weight=0.5)
    assert found.values.tolist() == [[1.0, 5.5], [3.0, 6.5]]
    assert found.noise.tolist() == [[0.0, 1.0], [0.0, 1.0]]


@pytest.fixture(scope="module")
def corrected(smiles, values) -> Proxy:
    """A proxy whose networks have hardly learnt anything."""
    noise = np.random.default_rng(5).normal(0, 1, len(smiles))
    by_series = np.array([hash_of(text) for text in smiles]) + 0.1 * noise
    settings = ProxySettings(members=3, width=4, steps=1, epochs=1, batch_size=16, learning_rate=1e-6)
    return train_proxy(smiles, values + by_series, unit="x", direction="minimise", settings=settings, seed=0)


def hash_of(smiles: str) -> float:
    """Return what a molecule owes to one group, which counts of atoms tell badly."""
    return 3.0 * ("C(=O)N" in smiles or "NC(=O)" in smiles or "C#N" in smiles) - 2.0 * ("ccn" in smiles)


def test_a_trained_proxy_with_a_process_is_written_and_read(corrected, smiles, tmp_path):
    assert isinstance(corrected.ensemble, Mixture)
    assert corrected.info.process_weight == corrected.ensemble.weight
    corrected.save(tmp_path)
    again = Proxy.load(tmp_path)
    assert np.array_equal(again.predict([*smiles, FAR]).mean, corrected.predict([*smiles, FAR]).mean)
    assert np.array_equal(again.predict(smiles).spread, corrected.predict(smiles).spread)


def test_the_weight_of_a_process_is_read_under_its_earlier_name(corrected, tmp_path):
    corrected.save(tmp_path)
    described = tmp_path / "proxy.json"
    described.write_text(described.read_text().replace("process_weight", "process_say"))
    assert Proxy.load(tmp_path).info == corrected.info


def test_a_process_that_is_missing_is_reported(corrected, tmp_path):
    corrected.save(tmp_path)
    bare = Proxy(corrected.info, networks_of(corrected.ensemble))
    bare.save(tmp_path)
    with pytest.raises(ConfigError, match="does not fit") as error:
        Proxy.load(tmp_path)
    assert WEIGHTS in str(error.value)


def test_going_on_from_a_corrected_proxy_trains_its_networks(corrected, smiles, values):
    settings = ProxySettings(fine_tune_epochs=1)
    further = train_proxy(smiles, values, unit="x", direction="minimise", settings=settings, seed=1, initial=corrected)
    assert further.info.members == 3

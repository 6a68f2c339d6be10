"""Intervals hold the true value as often as they say, and repeated predictions of a molecule are no new evidence."""

import numpy as np
import pytest

from molgfn.proxy.evaluation import bootstrap as module
from molgfn.proxy.evaluation.bootstrap import Interval, bootstrap, compare
from molgfn.proxy.evaluation.metrics import judge


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch):
    monkeypatch.setattr(module, "RESAMPLES", 200)


def noisy(seed: int, n: int, noise: float = 1.0):
    generator = np.random.default_rng(seed)
    measured = generator.normal(size=n)
    return measured + noise * generator.normal(size=n), measured, generator.integers(10, 30, size=n)


def judge_one(predicted, measured, heavy, molecule=None):
    return compare({"a": predicted}, measured, heavy, "maximise", molecule).methods["a"]


def test_the_value_is_that_of_all_molecules_and_the_interval_is_around_it():
    predicted, measured, heavy = noisy(0, 80)
    judged = judge_one(predicted, measured, heavy)
    whole = judge(predicted, measured, heavy, "maximise")
    assert set(judged) == {"spearman", "pearson", "rmse", "mae", "spearman_beyond_size", "enrichment"}
    for key, interval in judged.items():
        assert interval.value == getattr(whole, key)
        assert interval.low <= interval.value <= interval.high


def test_intervals_hold_the_true_value_as_often_as_they_say():
    def interval(errors):
        return bootstrap(lambda rows: {"rmse": float(np.sqrt(np.mean(errors[rows] ** 2)))}, len(errors))["rmse"]

    intervals = [interval(p - m) for p, m, _ in (noisy(seed, 60) for seed in range(20))]
    assert sum(each.low <= 1.0 <= each.high for each in intervals) >= 16


def test_predicting_molecules_again_does_not_make_the_interval_narrow():
    predicted, measured, heavy = noisy(1, 40)
    again = [np.tile(one, 5) for one in (predicted, measured, heavy)]
    once = judge_one(predicted, measured, heavy)["rmse"]
    told = judge_one(*again, np.tile(np.arange(40), 5))["rmse"]
    untold = judge_one(*again)["rmse"]
    assert told.high - told.low == pytest.approx(once.high - once.low, rel=0.2)
    assert untold.high - untold.low < 0.6 * (once.high - once.low)


def test_gains_are_those_over_the_same_molecules():
    worse, measured, heavy = noisy(2, 60)
    better = measured + (worse - measured) * 0.8
    found = compare({"own": better, "other": worse, "same": better}, measured, heavy, "maximise")
    assert list(found.gains) == ["other", "same"]
    gain = found.gains["other"]["rmse"]
    assert gain.value == pytest.approx(-0.2 * np.sqrt(np.mean((worse - measured) ** 2)))
    assert gain.high < 0
    assert found.gains["same"]["mae"] == Interval(0, 0, 0)


def test_any_number_has_its_interval():
    values = np.random.default_rng(0).normal(5, 1, 400)
    found = bootstrap(lambda rows: {"mean": float(values[rows].mean())}, 400)["mean"]
    assert found.value == values.mean()
    assert found.high - found.low == pytest.approx(2 * 1.96 / 20, rel=0.2)


def test_what_is_undefined_is_said():
    _, measured, heavy = noisy(3, 10)
    judged = judge_one(np.zeros(10), measured, heavy)["spearman"]
    assert str(judged) == "undefined"
    assert np.isnan([judged.value, judged.low, judged.high]).all()

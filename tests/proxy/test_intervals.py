"""Intervals hold the true value as often as they say, and repeated predictions of a molecule are no new evidence."""

import numpy as np
import pytest

from molgfn.proxy.intervals import Interval, differences, judge_all
from molgfn.proxy.metrics import judge


def noisy(seed: int, n: int, noise: float = 1.0):
    generator = np.random.default_rng(seed)
    measured = generator.normal(size=n)
    return measured + noise * generator.normal(size=n), measured, generator.integers(10, 30, size=n)


def test_the_value_is_that_of_all_molecules_and_the_interval_is_around_it():
    predicted, measured, heavy = noisy(0, 80)
    judged = judge_all({"a": predicted}, measured, heavy)["a"]
    whole = judge(predicted, measured, heavy)
    assert set(judged) == {"spearman", "pearson", "rmse", "mae", "spearman_beyond_size"}
    for key, interval in judged.items():
        assert interval.value == getattr(whole, key)
        assert interval.low < interval.value < interval.high


def test_intervals_hold_the_true_value_as_often_as_they_say():
    held = [judge_all({"a": p}, m, h)["a"]["rmse"] for p, m, h in (noisy(seed, 60) for seed in range(20))]
    assert sum(one.low <= 1.0 <= one.high for one in held) >= 16


def test_predicting_molecules_again_does_not_make_the_interval_narrow():
    predicted, measured, heavy = noisy(1, 40)
    again = [np.tile(one, 5) for one in (predicted, measured, heavy)]
    once = judge_all({"a": predicted}, measured, heavy)["a"]["rmse"]
    told = judge_all({"a": again[0]}, again[1], again[2], np.tile(np.arange(40), 5))["a"]["rmse"]
    untold = judge_all({"a": again[0]}, again[1], again[2])["a"]["rmse"]
    assert told.high - told.low == pytest.approx(once.high - once.low, rel=0.2)
    assert untold.high - untold.low < 0.6 * (once.high - once.low)


def test_differences_are_those_of_the_same_molecules():
    worse, measured, heavy = noisy(2, 60)
    better = measured + (worse - measured) * 0.8
    found = differences(worse, better, measured, heavy)["rmse"]
    assert found.value == pytest.approx(-0.2 * np.sqrt(np.mean((worse - measured) ** 2)))
    assert found.high < 0
    assert differences(worse, worse, measured, heavy)["mae"] == Interval(0, 0, 0)


def test_what_is_undefined_is_said():
    _, measured, heavy = noisy(3, 10)
    judged = judge_all({"constant": np.zeros(10)}, measured, heavy)["constant"]["spearman"]
    assert (str(judged), judged.as_json()) == ("undefined", {"value": None, "low": None, "high": None})

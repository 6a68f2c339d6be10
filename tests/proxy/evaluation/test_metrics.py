"""Metrics on arrays whose agreement is known."""

import math

import numpy as np
import pytest

from molgfn.proxy.evaluation.metrics import enrichment, judge, regress_out, rmse, spearman

HEAVY = np.array([10, 20, 30, 40, 50])
MEASURED = np.array([-5.0, -6.5, -7.0, -9.0, -8.5])


def test_perfect_predictions():
    metrics = judge(MEASURED, MEASURED, HEAVY, "minimise")
    assert (metrics.rmse, metrics.mae, metrics.enrichment) == (0, 0, 5)
    assert [metrics.spearman, metrics.pearson, metrics.spearman_beyond_size] == pytest.approx([1, 1, 1])


def test_a_constant_shift_costs_error_but_no_rank():
    metrics = judge(MEASURED + 2, MEASURED, HEAVY, "minimise")
    assert (metrics.rmse, metrics.mae, metrics.spearman) == pytest.approx((2, 2, 1))


def test_size_alone_knows_nothing_beyond_size():
    metrics = judge(-0.1 * HEAVY - 4.3, MEASURED, HEAVY, "minimise")
    assert metrics.spearman == pytest.approx(0.9)
    assert math.isnan(metrics.spearman_beyond_size)


def test_regressing_out_leaves_what_is_orthogonal():
    left = regress_out(MEASURED, HEAVY)
    assert [left.sum(), left @ HEAVY] == pytest.approx([0, 0], abs=1e-9)


def test_ranks_of_a_constant_are_undefined():
    assert math.isnan(spearman(np.ones(5), MEASURED))


def test_enrichment_goes_from_none_to_all():
    measured = np.arange(100.0)
    assert enrichment(measured, measured, "maximise") == 10
    assert enrichment(-measured, measured, "maximise") == 0
    assert enrichment(measured, measured, "minimise") == 10
    chance = [enrichment(np.random.default_rng(i).random(1000), np.arange(1000.0), "maximise") for i in range(50)]
    assert np.mean(chance) == pytest.approx(1, abs=0.15)


def test_large_errors_weigh_more_in_the_root_mean_square():
    assert rmse(np.array([3.0, 0.0]), np.array([0.0, 4.0])) == pytest.approx(np.sqrt(12.5))

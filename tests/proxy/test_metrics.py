"""Metrics on arrays whose agreement is known."""

import math

import numpy as np
import pytest

from molgfn.proxy.metrics import judge, judge_std, regress_out, spearman

HEAVY = np.array([10, 20, 30, 40, 50])
MEASURED = np.array([-5.0, -6.5, -7.0, -9.0, -8.5])


def test_perfect_predictions():
    metrics = judge(MEASURED, MEASURED, HEAVY)
    assert (metrics.n, metrics.rmse, metrics.mae) == (5, 0, 0)
    assert [metrics.spearman, metrics.pearson, metrics.spearman_beyond_size] == pytest.approx([1, 1, 1])


def test_a_constant_shift_costs_error_but_no_rank():
    metrics = judge(MEASURED + 2, MEASURED, HEAVY)
    assert (metrics.rmse, metrics.mae, metrics.spearman) == pytest.approx((2, 2, 1))


def test_size_alone_knows_nothing_beyond_size():
    metrics = judge(-0.1 * HEAVY - 4.3, MEASURED, HEAVY)
    assert metrics.spearman == pytest.approx(0.9)
    assert math.isnan(metrics.spearman_beyond_size)


def test_regressing_out_leaves_what_is_orthogonal():
    left = regress_out(MEASURED, HEAVY)
    assert [left.sum(), left @ HEAVY] == pytest.approx([0, 0], abs=1e-9)


def test_ranks_of_a_constant_are_undefined():
    assert math.isnan(spearman(np.ones(5), MEASURED))


def test_a_standard_deviation_that_follows_the_error():
    error = np.array([0.1, -0.4, 0.2, -0.8, 0.3])
    found = judge_std(MEASURED + error, 2 * np.abs(error), MEASURED)
    assert (found.mean_std, found.spearman) == pytest.approx((0.72, 1))
    assert math.isnan(judge_std(MEASURED + error, np.zeros(5), MEASURED).spearman)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from molgfn.campaign.reward.acquisition import (
    expected_improvement,
    greedy,
    probability_of_improvement,
    thompson,
    upper_confidence_bound,
    utility,
)

DIRECTIONS = ("minimise", "maximise")
means = st.floats(-20, 20)
stds = st.floats(1e-3, 5)


def array(*values):
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_better_value_has_a_higher_utility(direction):
    better, worse = (-10.0, -8.0) if direction == "minimise" else (-8.0, -10.0)
    assert utility(array(better), direction) > utility(array(worse), direction)


def test_utility_gives_a_new_array():
    values = array(1.0)
    assert utility(values, "maximise") is not values


@given(mean=means, std=stds, kappa=st.floats(0, 5))
def test_ucb_is_greedy_and_kappa_standard_deviations(mean, std, kappa):
    for direction in DIRECTIONS:
        bound = upper_confidence_bound(array(mean), array(std), direction, kappa)
        assert bound == pytest.approx(greedy(array(mean), direction) + kappa * std)


@given(mean=means, std=stds, best=means)
def test_pi_is_the_normal_tail(mean, std, best):
    assert probability_of_improvement(array(mean), array(std), best, "minimise") == pytest.approx(
        stats.norm.cdf(best, mean, std), abs=1e-12
    )
    assert probability_of_improvement(array(mean), array(std), best, "maximise") == pytest.approx(
        stats.norm.sf(best, mean, std), abs=1e-12
    )


@pytest.mark.parametrize(("mean", "std", "best"), [(-9.0, 1.0, -10.0), (-11.0, 0.3, -10.0), (-10.0, 2.0, -10.0)])
def test_ei_is_the_integral_of_the_gain(mean, std, best):
    def gain(value):
        return max(best - value, 0.0) * stats.norm.pdf(value, mean, std)

    integral, _ = integrate.quad(gain, mean - 12 * std, best)
    assert expected_improvement(array(mean), array(std), best, "minimise") == pytest.approx(integral, rel=1e-6)


@given(mean=means, std=stds, best=means)
def test_directions_mirror_each_other(mean, std, best):
    for function in (expected_improvement, probability_of_improvement):
        down, up = (
            function(array(mean), array(std), best, "minimise"),
            function(array(-mean), array(std), -best, "maximise"),
        )
        assert down == pytest.approx(up, abs=1e-12)


@given(low=means, step=st.floats(0.1, 5), std=stds, best=means)
def test_improvement_never_falls_as_the_mean_gets_better(low, step, std, best):
    for function in (expected_improvement, probability_of_improvement):
        worse, better = function(array(low + step, low), array(std, std), best, "minimise")
        assert worse <= better


def test_certainty_is_no_division_by_zero():
    mean, std = array(-11.0, -10.0, -9.0), array(0.0, 0.0, 0.0)
    assert expected_improvement(mean, std, -10.0, "minimise").tolist() == [1.0, 0.0, 0.0]
    assert probability_of_improvement(mean, std, -10.0, "minimise").tolist() == [1.0, 0.5, 0.0]


def test_hopeless_molecules_have_an_improvement_of_zero_not_less():
    assert (expected_improvement(array(50.0, 1e6), array(1.0, 1e-6), -10.0, "minimise") >= 0).all()


def test_thompson_draws_from_each_normal_with_the_generator_given():
    mean, std = np.full(20_000, -9.0), np.full(20_000, 0.5)
    drawn = thompson(mean, std, "minimise", np.random.default_rng(3))
    assert (drawn == thompson(mean, std, "minimise", np.random.default_rng(3))).all()
    assert drawn.mean() == pytest.approx(9.0, abs=0.02)
    assert drawn.std() == pytest.approx(0.5, abs=0.02)

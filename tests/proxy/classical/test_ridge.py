"""Ridge regression."""

import numpy as np
import pytest

from molgfn.proxy.classical.ridge import fit_ridge


@pytest.fixture
def counts() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 9, size=(50, 4)).astype(np.float32)


def test_recovers_a_line_without_penalty(counts):
    values = 3.0 + counts @ np.array([1.0, -2.0, 0.0, 0.5])
    assert fit_ridge(counts, values, penalty=1e-9).predict(counts) == pytest.approx(values, abs=1e-8)


def test_bounds_are_kept_and_not_taken_for_values(counts):
    """Half of the values are known to be below the median alone, as where no activity was found."""
    truth = 3.0 + counts @ np.array([1.0, -2.0, 0.0, 0.5]) + np.random.default_rng(1).normal(0, 0.5, 50)
    bound = np.median(truth)
    sides = np.where(truth < bound, -1, 0)
    censored = np.maximum(truth, bound)
    below = sides == -1
    # A small penalty: that of 10 draws the predictions of 50 molecules to their mean, bounds or not.
    tobit, clamped = fit_ridge(counts, censored, 1.0, sides), fit_ridge(counts, censored, 1.0)
    on_their_side = [(ridge.predict(counts)[below] < bound).mean() for ridge in (tobit, clamped)]
    assert on_their_side[0] > 0.85 > on_their_side[1]
    error = [np.abs(ridge.predict(counts) - truth)[below].mean() for ridge in (tobit, clamped)]
    assert error[0] < 0.3 * error[1]
    mirrored = fit_ridge(counts, -censored, 1.0, -sides)
    assert mirrored.predict(counts) == pytest.approx(-tobit.predict(counts))


def test_a_great_penalty_leaves_the_mean(counts):
    values = counts[:, 0].astype(np.float64)
    assert fit_ridge(counts, values, penalty=1e12).predict(counts) == pytest.approx(np.full(50, values.mean()))


def test_a_kind_never_seen_has_no_weight(counts):
    counts[:, 2] = 0
    ridge = fit_ridge(counts, counts[:, 0].astype(np.float64))
    assert ridge.weights[2] == 0
    unseen = counts.copy()
    unseen[:, 2] = 7
    assert np.array_equal(ridge.predict(unseen), ridge.predict(counts))

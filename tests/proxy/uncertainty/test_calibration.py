"""Error bars are right on errors whose law is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from molgfn.proxy.uncertainty.calibration import (
    LEVELS,
    Calibration,
    CalibrationMetrics,
    fit_calibration,
    judge_error_bars,
)


def drawn(n: int, scale: float, base: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean, spread and value with errors of standard deviation sqrt(base^2 + (scale spread)^2)."""
    generator = np.random.default_rng(seed)
    spread = generator.gamma(2.0, 0.3, n)
    mean = generator.normal(size=n)
    return mean, spread, mean + generator.normal(size=n) * np.sqrt(base**2 + (scale * spread) ** 2)


def judged(calibration: Calibration, mean: np.ndarray, spread: np.ndarray, value: np.ndarray) -> CalibrationMetrics:
    return judge_error_bars(calibration.bars(spread), value - mean)


def test_scale_and_base_are_found() -> None:
    found = fit_calibration(*drawn(20_000, 2.5, 0.4, 0))
    assert found.scale == pytest.approx(2.5, rel=0.05)
    assert found.base == pytest.approx(0.4, rel=0.05)


def test_a_right_calibration_is_judged_right_and_a_wrong_one_wrong() -> None:
    found = fit_calibration(*drawn(5000, 2.0, 0.3, 0))
    right = judged(found, *drawn(5000, 2.0, 0.3, 1))
    assert right.coverage_90 == pytest.approx(0.9, abs=0.02)
    assert np.allclose(right.coverage, LEVELS, atol=0.03)
    assert right.ence < 0.08
    assert right.miscalibration_area < 0.02
    assert right.spearman > 0.3
    wrong = judged(found, *drawn(5000, 4.0, 0.6, 1))
    assert wrong.coverage_90 < 0.7
    assert wrong.ence > 0.5
    assert wrong.miscalibration_area > 0.15


def test_error_bars_that_hardly_differ_tell_no_molecule_from_another() -> None:
    widths = tuple(LEVELS)
    varied = Calibration(scale=1.0, base=0.5, widths=widths, n=50, spreads=(0.1, 0.4))
    assert varied.tells_molecules_apart
    assert not varied.model_copy(update={"spreads": (0.1, 0.2)}).tells_molecules_apart
    assert not varied.model_copy(update={"scale": 0.0}).tells_molecules_apart
    assert fit_calibration(*drawn(500, 2.0, 0.3, 0)).tells_molecules_apart


def test_calibrations_of_an_earlier_version_are_judged_by_their_scale() -> None:
    bundled = {"scale": 4.4e-7, "base": 0.484, "widths": LEVELS, "n": 221}
    assert not Calibration.model_validate(bundled).tells_molecules_apart
    assert Calibration.model_validate(bundled | {"scale": 1.0}).tells_molecules_apart


def test_spread_that_says_nothing_is_left_out() -> None:
    generator = np.random.default_rng(0)
    mean, spread = np.zeros(5000), generator.gamma(2.0, 1.0, 5000)
    found = fit_calibration(mean, spread, generator.normal(size=5000))
    assert found.scale < 0.1
    assert found.base == pytest.approx(1.0, rel=0.05)


@settings(max_examples=20, deadline=None)
@given(st.integers(20, 200), st.integers(0, 2**31 - 1))
def test_intervals_hold_their_share_whatever_the_law(n: int, seed: int) -> None:
    """Split conformal prediction: on average over calibration sets the share is at least the level."""
    generator = np.random.default_rng(seed)
    shares = []
    for _ in range(40):
        error = generator.standard_t(2, size=n + 200)
        spread = np.abs(generator.normal(size=n + 200)) + 0.1
        found = fit_calibration(np.zeros(n), spread[:n], error[:n])
        shares.append(judged(found, np.zeros(200), spread[n:], error[n:]).coverage_90)
    assert np.mean(shares) > 0.87


def test_it_is_kept_as_json() -> None:
    found = fit_calibration(*drawn(100, 1.0, 0.5, 0))
    assert Calibration.model_validate_json(found.model_dump_json()) == found


def test_too_few_are_refused() -> None:
    with pytest.raises(ValueError, match="19 molecules: a calibration needs 20"):
        fit_calibration(*drawn(19, 1.0, 0.5, 0))

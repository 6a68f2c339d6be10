import numpy as np
import pytest

from molgfn.campaign.reward.error_bars import scale_of


def test_error_bars_are_left_alone_before_the_first_answers():
    assert scale_of([]) == 1.0


def test_they_grow_where_a_batch_was_far_off_and_shrink_where_it_was_near():
    ones = np.ones(40)
    assert scale_of([(3 * ones, ones)]) == pytest.approx(np.sqrt((10 + 40 * 9) / 50))
    assert scale_of([(0.5 * ones, ones)]) == pytest.approx(np.sqrt((10 + 40 * 0.25) / 50))
    # One molecule does not decide.
    assert scale_of([(np.array([-3.0]), np.array([1.0]))]) == pytest.approx(np.sqrt(19 / 11))


def test_only_the_last_batch_counts_and_what_was_recorded_had_a_factor_already():
    generator = np.random.default_rng(0)
    raw, error = generator.uniform(0.5, 2.0, (3, 50)), generator.normal(0, 1, (3, 50)) * [[3.0], [1.0], [0.3]]
    recorded, scale = [], 1.0
    for number in range(3):
        recorded.append((error[number], scale * raw[number]))
        scale = scale_of(recorded)
        assert scale == pytest.approx(scale_of([(error[number], raw[number])]))

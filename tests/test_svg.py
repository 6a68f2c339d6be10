import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from molgfn.svg import Scale, scale_of, text


@given(low=st.floats(-1e4, 1e4), span=st.floats(1e-3, 1e4))
def test_ticks_are_few_and_round_and_within_the_range(low, span):
    ticks = Scale(low, low + span, 0, 100).ticks()
    assert 2 <= len(ticks) <= 7
    assert all(low - 1e-6 * span <= tick <= low + span + 1e-6 * span for tick in ticks)
    steps = np.diff(ticks)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-3)


def test_a_scale_holds_what_is_finite_even_a_single_value():
    scale = scale_of([1.0, float("nan"), 3.0, float("inf")], 0, 100)
    assert 0 < scale(1.0) < scale(3.0) < 100
    assert 0 < scale_of([5.0], 0, 100)(5.0) < 100


def test_words_from_a_file_are_no_markup():
    assert "<b>" not in text(0, 0, "<b>")

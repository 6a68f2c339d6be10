import numpy as np
import pytest

from benchmarks.batch_intervals import judged


def test_intervals_of_the_right_width_hold_nine_tenths() -> None:
    error = np.random.default_rng(0).normal(0, 2.0, 20_000)
    right, narrow = judged(error, np.full(20_000, 2.0)), judged(error, np.full(20_000, 1.0))
    assert right["inside_90"] == pytest.approx(0.9, abs=0.01)
    assert narrow["inside_90"] == pytest.approx(0.59, abs=0.02)
    assert right["log_likelihood"] > narrow["log_likelihood"]

import numpy as np

from molgfn.proxy.data.training_data import merge
from molgfn.proxy.uncertainty.extrapolation import ValueRange


def test_predictions_far_outside_the_measured_values_are_extrapolations() -> None:
    """34 compounds up to 9.2 gave predictions up to 12.05. Bounds are no values."""
    data = merge(["CCO", "CCN", "CCC", "CCCC"], [5.2, 7.2, 9.2, 11.0], [0, 0, 0, 1])
    found = ValueRange.of(data)
    assert (found.least, found.most) == (5.2, 9.2)
    assert np.isclose(found.margin, np.std([5.2, 7.2, 9.2]))
    assert found.is_beyond(np.array([12.05, 10.5, 6.0, 3.0])).tolist() == [True, False, False, True]

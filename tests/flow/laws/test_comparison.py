import numpy as np
import pytest

from molgfn.flow.laws.comparison import compare
from molgfn.flow.laws.enumeration import Law

NAMES = ("a", "b", "c")


def test_equal_laws_are_at_no_distance() -> None:
    law = Law(NAMES, np.array([0.2, 0.3, 0.5]))
    other = Law(("c", "a", "b"), np.array([0.5, 0.2, 0.3]))
    found = compare(law, other)
    assert (found.tv, found.jsd) == pytest.approx((0, 0))
    assert (found.pearson, found.slope) == pytest.approx((1, 1))


def test_laws_without_overlap_are_as_far_as_can_be() -> None:
    p = Law(NAMES, np.array([1 - 2e-12, 1e-12, 1e-12]))
    q = Law(NAMES, np.array([1e-12, 1 - 2e-12, 1e-12]))
    assert compare(p, q).tv == pytest.approx(1)
    assert compare(p, q).jsd == pytest.approx(np.log(2))


def test_a_law_that_is_too_flat_has_a_slope_below_one() -> None:
    q = np.array([0.1, 0.3, 0.6])
    p = np.sqrt(q) / np.sqrt(q).sum()
    found = compare(Law(NAMES, p), Law(NAMES, q))
    assert found.slope == pytest.approx(0.5)
    assert found.pearson == pytest.approx(1)

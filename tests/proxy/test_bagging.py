"""What a member is kept from depends on the molecule and the member alone."""

import numpy as np
import pytest

from molgfn.proxy.bagging import draws, stopping


def test_a_member_keeps_its_resample_when_data_are_added(smiles):
    for member in range(3):
        assert np.array_equal(draws(smiles, member)[:50], draws(smiles[:50], member))
    assert np.array_equal(stopping(smiles)[:50], stopping(smiles[:50]))


def test_members_draw_each_molecule_once_in_the_mean():
    many = [f"C{'C' * (n % 97)}O{n}" for n in range(4000)]
    drawn = [draws(many, member) for member in range(2)]
    for times in drawn:
        assert (times.mean(), times.var(), (times == 0).mean()) == pytest.approx((1, 1, np.exp(-1)), abs=0.06)
    assert abs(np.corrcoef(*drawn)[0, 1]) < 0.06
    assert stopping(many).mean() == pytest.approx(0.5, abs=0.03)
    assert abs(np.corrcoef(stopping(many), drawn[0])[0, 1]) < 0.06


def test_a_member_is_never_left_without_molecules():
    assert all(draws([text], 0).any() for text in ("C", "CC", "CCC", "CCCC", "CCCCC", "CCCCCC"))

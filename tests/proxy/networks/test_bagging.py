"""What a member is kept from depends on the molecule and the member alone."""

import numpy as np
import pytest

from molgfn.proxy.networks.bagging import SHARE, drawn, stopping


def test_a_member_keeps_its_share_when_data_are_added(smiles):
    for member in range(3):
        assert np.array_equal(drawn(smiles, member)[:50], drawn(smiles[:50], member))
    assert np.array_equal(stopping(smiles)[:50], stopping(smiles[:50]))


def test_members_draw_on_their_own():
    many = [f"C{'C' * (n % 97)}O{n}" for n in range(4000)]
    shares = [drawn(many, member) for member in range(2)]
    assert [share.mean() for share in shares] == pytest.approx([SHARE, SHARE], abs=0.03)
    assert abs(np.corrcoef(*shares)[0, 1]) < 0.06
    assert stopping(many).mean() == pytest.approx(0.5, abs=0.03)
    assert abs(np.corrcoef(stopping(many), shares[0])[0, 1]) < 0.06


def test_a_member_is_never_left_with_a_single_molecule():
    assert all(drawn([text, text + "O"], 0).all() for text in ("C", "CC", "CCC", "CCCC", "CCCCC", "CCCCCC"))

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from molgfn.campaign.reward.size import UNCORRECTED_ATOMS, size_corrected
from molgfn.chem.standardise import parse_smiles


def test_each_heavy_atom_beyond_25_costs_the_amount_and_hydrogens_cost_nothing():
    mols = [parse_smiles("C" * atoms) for atoms in (20, 25, 30)]
    assert size_corrected(mols, np.full(3, -9.0), 0.1, "minimise") == pytest.approx([-9.5, -9.0, -8.5])
    assert size_corrected(mols, np.full(3, 7.0), 0.1, "maximise") == pytest.approx([7.5, 7.0, 6.5])
    assert size_corrected([], np.empty(0), 0.1, "minimise").shape == (0,)


@given(st.integers(1, 60), st.floats(0, 2), st.floats(-20, 20))
def test_values_that_size_alone_gives_are_all_the_same(atoms, per_atom, level):
    value = np.array([level - per_atom * (atoms - UNCORRECTED_ATOMS)])
    assert size_corrected([parse_smiles("C" * atoms)], value, per_atom, "minimise") == pytest.approx([level], abs=1e-9)

"""Laws of splits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from molgfn.chem.scaffolds import murcko_scaffold
from molgfn.proxy.splits import split


@pytest.mark.parametrize("kind", ["random", "scaffold"])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31 - 1), fraction=st.floats(0.05, 0.5))
def test_parts_hold_every_molecule_once(smiles, kind, seed, fraction):
    parts = split(kind, smiles, fraction, seed)
    assert sorted([*parts.train, *parts.test]) == list(range(len(smiles)))
    assert len(parts.test) <= fraction * len(smiles)
    assert np.all(np.diff(parts.train) > 0)
    assert np.all(np.diff(parts.test) > 0)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31 - 1))
def test_no_scaffold_is_in_both_parts(smiles, seed):
    scaffolds = np.array([murcko_scaffold(Chem.MolFromSmiles(text)) for text in smiles])
    parts = split("scaffold", smiles, 0.3, seed)
    assert len(parts.test) > 0
    assert not set(scaffolds[parts.train]) & set(scaffolds[parts.test])


def test_the_seed_decides():
    smiles = ["C" * n for n in range(1, 40)]
    first, again, other = (split("random", smiles, 0.2, seed).test for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)

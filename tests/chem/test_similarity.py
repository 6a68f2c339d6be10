from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.DataStructs import TanimotoSimilarity

from molgfn.chem.similarity import fingerprint, pick_diverse

SMILES = ["c1ccccc1", "Cc1ccccc1", "CCc1ccccc1", "c1ccncc1", "CCO", "CCCO", "CC(=O)N1CCNCC1", "NS(=O)(=O)c1ccccc1"]
PRINTS = [fingerprint(Chem.MolFromSmiles(smiles)) for smiles in SMILES]


def test_fingerprint_has_2048_bits_and_sees_two_bonds_far():
    assert PRINTS[0].GetNumBits() == 2048
    # benzene: one aromatic carbon and its two neighbourhoods
    assert PRINTS[0].GetNumOnBits() == 3


def test_fingerprint_does_not_depend_on_the_spelling():
    assert fingerprint(Chem.MolFromSmiles("OCC")) == fingerprint(Chem.MolFromSmiles("CCO"))


@given(order=st.permutations(range(len(SMILES))), n=st.integers(0, 8), limit=st.floats(0, 1))
def test_picks_are_diverse_and_nothing_pickable_is_passed_over(order, n, limit):
    prints = [PRINTS[i] for i in order]
    picked = pick_diverse(prints, n, limit)
    assert picked == sorted(set(picked))
    assert len(picked) <= n
    assert all(TanimotoSimilarity(prints[i], prints[j]) <= limit for i, j in combinations(picked, 2))
    if len(picked) < n:
        for left in set(range(len(prints))) - set(picked):
            better = [prints[i] for i in picked if i < left]
            assert max(TanimotoSimilarity(prints[left], other) for other in better) > limit


def test_best_is_always_first_unless_taken():
    assert pick_diverse(PRINTS, 3, 0.0)[0] == 0
    assert 0 not in pick_diverse(PRINTS, 3, 0.99, taken=PRINTS[:1])


@pytest.mark.parametrize("n", [0, 3, 8])
@pytest.mark.parametrize("limit", [1.0, 0.9999999999999999])
def test_without_a_limit_the_first_are_picked(n, limit):
    assert pick_diverse(PRINTS, n, limit) == list(range(n))
    assert pick_diverse(PRINTS[:2], n, limit) == list(range(min(n, 2)))

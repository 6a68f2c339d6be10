"""Laws of splits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from molgfn.chem.scaffolds import murcko_scaffold
from molgfn.errors import DataError
from molgfn.proxy.evaluation.splits import folds, split, time_split


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


@pytest.mark.parametrize("kind", ["random", "scaffold"])
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**31 - 1), n=st.integers(2, 6))
def test_folds_test_every_molecule_once(smiles, kind, seed, n):
    parts = folds(kind, smiles, n, seed)
    assert sorted(np.concatenate([part.test for part in parts])) == list(range(len(smiles)))
    for part in parts:
        assert len(part.test) > 0
        assert sorted([*part.train, *part.test]) == list(range(len(smiles)))
    if kind == "random":
        assert np.ptp([len(part.test) for part in parts]) <= 1


def test_folds_keep_scaffolds_together(smiles):
    scaffolds = np.array([murcko_scaffold(Chem.MolFromSmiles(text)) for text in smiles])
    for part in folds("scaffold", smiles, 4, 0):
        assert not set(scaffolds[part.train]) & set(scaffolds[part.test])


def test_more_folds_than_groups_are_refused():
    with pytest.raises(DataError, match="1 scaffolds cannot be dealt to 2 folds"):
        folds("scaffold", ["CCO", "CCN", "CCC"], 2, 0)


@given(
    st.lists(st.sampled_from(["2019", "2020-01-03", "2020-05-01", "2021", "2022-12-31"]), min_size=2),
    st.floats(0.1, 0.6),
)
def test_what_is_tested_was_measured_later(days, fraction):
    try:
        parts = time_split(days, fraction)
    except DataError:
        assert max(days) == min(days) or days.count(max(days)) > int(fraction * len(days))
        return
    assert max(days[i] for i in parts.train) < min(days[i] for i in parts.test)
    assert 0 < len(parts.test) <= max(fraction * len(days), 1)
    assert len(parts.train) + len(parts.test) == len(days)


def test_a_split_by_time_needs_dates():
    with pytest.raises(DataError, match="1 of 3 molecules have no date"):
        time_split(["2020", "", "2021"], 0.3)
    with pytest.raises(DataError, match=r"nearly all of one date \(2020\)"):
        time_split(["2020"] * 5, 0.3)

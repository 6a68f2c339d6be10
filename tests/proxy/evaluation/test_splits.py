"""Laws of splits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from molgfn.chem.scaffolds import murcko_scaffold
from molgfn.errors import DataError
from molgfn.proxy.evaluation.splits import folds, time_split


def molecules_of_scaffolds(sizes):
    """Return molecules of as many scaffolds as there are sizes, which are rings of growing size."""
    tails = ["C" * length for length in range(1, max(sizes) + 1)]
    return [f"{tail}C1{'C' * (ring + 2)}1" for ring, size in enumerate(sizes) for tail in tails[:size]]


@pytest.mark.parametrize("kind", ["random", "scaffold"])
def test_the_seed_decides(smiles, kind):
    first, again, other = (folds(kind, smiles, 3, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a.test, b.test) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a.test, b.test) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("kind", ["random", "scaffold"])
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**31 - 1), n=st.integers(2, 6))
def test_folds_test_every_molecule_once(smiles, kind, seed, n):
    parts = folds(kind, smiles, n, seed)
    assert sorted(np.concatenate([part.test for part in parts])) == list(range(len(smiles)))
    for part in parts:
        assert len(part.test) > 0
        assert sorted([*part.train, *part.test]) == list(range(len(smiles)))
        assert np.all(np.diff(part.train) > 0)
        assert np.all(np.diff(part.test) > 0)
    if kind == "random":
        assert np.ptp([len(part.test) for part in parts]) <= 1


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**31 - 1))
def test_folds_keep_scaffolds_together(smiles, seed):
    scaffolds = np.array([murcko_scaffold(Chem.MolFromSmiles(text)) for text in smiles])
    for part in folds("scaffold", smiles, 4, seed):
        assert not set(scaffolds[part.train]) & set(scaffolds[part.test])


@pytest.mark.parametrize("seed", range(5))
def test_folds_are_as_even_as_the_largest_scaffold_lets_them_be(seed):
    even = folds("scaffold", molecules_of_scaffolds([4, 1, 1, 2, 3, 1]), 3, seed)
    assert [len(part.test) for part in even] == [4, 4, 4]
    uneven = folds("scaffold", molecules_of_scaffolds([8, 1, 1, 1, 1]), 3, seed)
    assert sorted(len(part.test) for part in uneven) == [2, 2, 8]


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

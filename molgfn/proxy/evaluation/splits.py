"""Splits into a training and a test part: at random, so that no scaffold is in both, or by the date of measurement."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from rdkit import Chem
from sklearn.model_selection import GroupKFold, KFold

from molgfn.arrays import IntArray
from molgfn.chem.scaffolds import murcko_scaffold
from molgfn.errors import DataError

GroupKind = Literal["random", "scaffold"]
SplitKind = Literal["random", "scaffold", "time"]


@dataclass(frozen=True)
class Split:
    """Positions of the training and of the test molecules, each ascending; together every molecule once."""

    train: IntArray
    test: IntArray


def folds(kind: GroupKind, smiles: Sequence[str], n: int, seed: int) -> list[Split]:
    """Return n splits whose test parts hold every molecule once (n-fold cross-validation).

    `scaffold` keeps the molecules of one Bemis-Murcko scaffold together; molecules without rings are one group. The
    folds are as even as the largest scaffold lets them be.

    Parameters
    ----------
    kind : {"random", "scaffold"}
    smiles : sequence of str, length B
    n : int
    seed : int

    Raises
    ------
    DataError
        If there are fewer molecules, or scaffolds, than folds.
    """
    groups = np.arange(len(smiles)) if kind == "random" else _scaffold_groups(smiles)
    n_groups = len(np.unique(groups))
    if n_groups < n:
        what = "molecules" if kind == "random" else "scaffolds"
        raise DataError(f"{n_groups} {what} cannot be dealt to {n} folds")
    if kind == "random":
        parts = KFold(n, shuffle=True, random_state=seed).split(groups)
    else:
        # GroupKFold deals the large groups first, each to the smallest fold. Its own shuffling would make uneven folds,
        # so that the seed decides in which order groups of one size are dealt.
        groups = np.random.default_rng(seed).permutation(n_groups)[groups]
        parts = GroupKFold(n).split(groups, groups=groups)
    return [Split(train, test) for train, test in parts]


def time_split(days: Sequence[str], test_fraction: float) -> Split:
    """Return a split that trains on what was measured first and tests on what came last.

    Parameters
    ----------
    days : sequence of str, length B
        ISO dates or years. Molecules of one day stay together, so that the test part may be smaller than asked for.
    test_fraction : float

    Raises
    ------
    DataError
        If a molecule has no date, or all have one and the same.
    """
    missing = sum(not day for day in days)
    if missing:
        raise DataError(f"{missing} of {len(days)} molecules have no date: no split by time can be made")
    ordered, most = sorted(days), max(int(test_fraction * len(days)), 1)
    start = next((day for day in ordered if len(days) - bisect_left(ordered, day) <= most), ordered[0])
    if start == ordered[0]:
        raise DataError(f"{len(days)} molecules, nearly all of one date ({ordered[-1]}): no split by time can be made")
    is_test = np.array([day >= start for day in days])
    return Split(np.flatnonzero(~is_test), np.flatnonzero(is_test))


def _scaffold_groups(smiles: Sequence[str]) -> IntArray:
    scaffolds = [murcko_scaffold(Chem.MolFromSmiles(text)) for text in smiles]
    return np.unique(scaffolds, return_inverse=True)[1].astype(np.int64)

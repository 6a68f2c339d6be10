"""Splits into a training and a test part: at random, so that no scaffold is in both, or by the date of measurement."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from molgfn.chem.scaffolds import murcko_scaffold
from molgfn.errors import DataError

GroupKind = Literal["random", "scaffold"]
SplitKind = Literal["random", "scaffold", "time"]


@dataclass(frozen=True)
class Split:
    """Positions of the training and of the test molecules, each ascending; together every molecule once."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def split(kind: GroupKind, smiles: Sequence[str], test_fraction: float, seed: int) -> Split:
    """Return a split of molecules.

    `scaffold` keeps the molecules of one Bemis-Murcko scaffold together; molecules without rings are one group. Groups
    are drawn in random order, and those that would make the test part larger than asked for are passed over.

    Parameters
    ----------
    kind : {"random", "scaffold"}
    smiles : sequence of str, length B
    test_fraction : float
        Share of the test part, which is never larger.
    seed : int
    """
    groups = np.arange(len(smiles)) if kind == "random" else _scaffold_groups(smiles)
    sizes = np.bincount(groups)
    room = int(test_fraction * len(smiles))
    in_test = np.zeros(len(sizes), dtype=np.bool_)
    for group in np.random.default_rng(seed).permutation(len(sizes)):
        if sizes[group] <= room:
            in_test[group] = True
            room -= sizes[group]
    return Split(np.flatnonzero(~in_test[groups]), np.flatnonzero(in_test[groups]))


def folds(kind: GroupKind, smiles: Sequence[str], n: int, seed: int) -> list[Split]:
    """Return n splits whose test parts hold every molecule once (n-fold cross-validation).

    Groups (see `split`) are dealt in random order, the large ones first, each to the smallest fold: the folds are as
    even as the largest scaffold lets them be.

    Raises
    ------
    DataError
        If there are fewer groups than folds.
    """
    groups = np.arange(len(smiles)) if kind == "random" else _scaffold_groups(smiles)
    sizes = np.bincount(groups)
    if len(sizes) < n:
        what = "molecules" if kind == "random" else "scaffolds"
        raise DataError(f"{len(sizes)} {what} cannot be dealt to {n} folds")
    order = np.random.default_rng(seed).permutation(len(sizes))
    fold_of, filled = np.zeros(len(sizes), dtype=np.int64), np.zeros(n, dtype=np.int64)
    for group in order[np.argsort(-sizes[order], kind="stable")]:
        fold_of[group] = np.argmin(filled)
        filled[fold_of[group]] += sizes[group]
    fold = fold_of[groups]
    return [Split(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(n)]


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


def _scaffold_groups(smiles: Sequence[str]) -> NDArray[np.int64]:
    scaffolds = [murcko_scaffold(Chem.MolFromSmiles(text)) for text in smiles]
    return np.unique(scaffolds, return_inverse=True)[1].astype(np.int64)

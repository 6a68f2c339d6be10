"""Splits into a training and a test part: at random, or so that no scaffold is in both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from molgfn.chem.scaffolds import murcko_scaffold

SplitKind = Literal["random", "scaffold"]


@dataclass(frozen=True)
class Split:
    """Positions of the training and of the test molecules, each ascending; together every molecule once."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def split(kind: SplitKind, smiles: Sequence[str], test_fraction: float, seed: int) -> Split:
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


def _scaffold_groups(smiles: Sequence[str]) -> NDArray[np.int64]:
    scaffolds = [murcko_scaffold(Chem.MolFromSmiles(text)) for text in smiles]
    return np.unique(scaffolds, return_inverse=True)[1].astype(np.int64)

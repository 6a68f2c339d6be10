"""Candidates from a library that the user names, such as the catalogue of a vendor."""

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from molgfn.campaign.models.interfaces import Score
from molgfn.campaign.sources.proposed import Proposed
from molgfn.chem.standardise import MoleculeError, standard_smiles
from molgfn.tables.molecules import open_molecules

AT_ONCE = 1_000
KEPT_PER_WANTED = 5
"""Best molecules that are returned for each one wanted, because some of them may be known or rejected."""


class LibrarySource:
    """The molecules of a file that score best; see `Source`.

    The file is read and scored in parts, so that it may be larger than the memory. Rows that are no molecule are
    passed over.

    Parameters
    ----------
    share : float
    file : Path
        A table with a column of SMILES, or a list.
    """

    name = "library"

    def __init__(self, share: float, file: Path) -> None:
        self.share, self._file = share, file

    def scored(self, wanted: int) -> int:
        """Return the number of lines of the file."""
        del wanted
        return open_molecules(self._file).text.n_lines

    def exact(self, wanted: int) -> int:
        return KEPT_PER_WANTED * wanted

    def candidates(
        self, score: Score, measured: Sequence[str], wanted: int, generator: np.random.Generator
    ) -> Sequence[Proposed]:
        del generator
        best: list[tuple[float, int, str]] = []
        known, number = set(measured), 0
        molecules = self._molecules()
        while part := list(islice(molecules, AT_ONCE)):
            fresh = [name for name in dict.fromkeys(part) if name not in known]
            values = score(fresh).tolist() if fresh else []
            scored = zip(values, range(-number, -number - len(fresh), -1), fresh, strict=True)
            best = heapq.nlargest(self.exact(wanted), [*best, *scored])
            number += len(fresh)
        return [Proposed(name) for name in dict.fromkeys(name for score, _, name in best if score > -np.inf)]

    def _molecules(self) -> Iterator[str]:
        file = open_molecules(self._file)
        for row in file.rows():
            if row.fault:
                continue
            try:
                yield standard_smiles(row.cells[file.column])
            except (MoleculeError, ValueError, RuntimeError):
                continue

"""What the molecules of a library are made of."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from molgfn.chem.standardise import MoleculeError, standard_mol
from molgfn.chem.trees.fragmentation import Fragments, fragment
from molgfn.errors import DataError
from molgfn.progress import Progress
from molgfn.tables.molecules import open_molecules


@dataclass
class Census:
    """What a library's molecules are made of.

    Attributes
    ----------
    molecules : list of Fragments
        One for each molecule that could be read.
    smiles : list of str
        Each of these molecules as it stands in the library.
    rejected : list of (int, str, str)
        Line, text and reason of every row that could not be read.
    """

    molecules: list[Fragments] = field(default_factory=list)
    smiles: list[str] = field(default_factory=list)
    rejected: list[tuple[int, str, str]] = field(default_factory=list)

    def block_frequency(self) -> list[tuple[str, int]]:
        """Return blocks by the number of molecules that hold them, most frequent first, ties by SMILES."""
        count = Counter(name for fragments in self.molecules for name in set(fragments.smiles))
        return sorted(count.items(), key=lambda item: (-item[1], item[0]))


def take_census(library: Path, progress: Progress) -> Census:
    """Standardise and cut every molecule of a library: a table with a column of SMILES, or a SMILES a line.

    Raises
    ------
    DataError
        If the file cannot be read or holds no molecule.
    """
    file = open_molecules(library)
    census = Census()
    with progress.step("cutting molecules", total=file.text.n_lines) as step:
        done = 0
        for row in file.rows():
            step.advance(row.line - done)
            done = row.line
            smiles = row.cells[0] if row.fault else row.cells[file.column]
            try:
                if row.fault:
                    raise MoleculeError(row.fault)
                census.molecules.append(fragment(standard_mol(smiles)))
                census.smiles.append(smiles)
            except (MoleculeError, ValueError, RuntimeError) as error:
                census.rejected.append((row.line, smiles, str(error).splitlines()[0]))
    if not census.molecules:
        raise DataError(
            f"{library}: none of its {len(census.rejected)} rows is a molecule.",
            "Accepted: a table with a column `smiles`, or one SMILES a line.",
        )
    return census

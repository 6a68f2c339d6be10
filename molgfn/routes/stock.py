"""Which reactants a laboratory has: its list of compounds, in which other forms of a handle count too."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from rdkit import Chem

from molgfn.chem.standardise import MoleculeError, standard_smiles
from molgfn.errors import DataError
from molgfn.tables.molecules import open_molecules

_BORONIC_ACID = Chem.MolFromSmarts("B(-[OH1])-[OH1]")
_PINACOL_ESTER = Chem.MolFromSmiles("B1OC(C)(C)C(C)(C)O1")
_ACID = Chem.MolFromSmarts("[#6](=O)-[OH1]")
_BROMINE, _CHLORINE, _IODINE = 35, 17, 53


class Stock:
    """Compounds that are there.

    Parameters
    ----------
    path : Path
        A table with a column of SMILES, or a list of SMILES.

    Raises
    ------
    DataError
        If the file cannot be read or holds no molecule.
    """

    def __init__(self, path: Path) -> None:
        file = open_molecules(path)
        self._there: set[str] = set()
        for row in file.rows():
            if row.fault or len(row.cells) <= file.column:
                continue
            try:
                self._there.add(standard_smiles(row.cells[file.column]))
            except MoleculeError:
                continue
        if not self._there:
            raise DataError(f"{path}: no molecule can be read", "A stock is a table with a column smiles, or a list.")

    def __len__(self) -> int:
        return len(self._there)

    def __contains__(self, smiles: str) -> bool:
        return any(_standard(form) in self._there for form in forms_of(smiles))


def forms_of(smiles: str) -> Iterator[str]:
    """Yield a reactant, and then the same with other forms of its handles.

    Bromides also as chlorides and iodides, boronic acids as pinacol esters, acids as acyl chlorides; all handles of a
    kind together.
    """
    plain = Chem.MolFromSmiles(smiles)
    for halogen, ester, chloride in product((_BROMINE, _CHLORINE, _IODINE), (False, True), (False, True)):
        mol = Chem.RWMol(plain)
        acids = mol.GetSubstructMatches(_ACID) if chloride else ()
        for *_, oxygen in acids:
            mol.GetAtomWithIdx(oxygen).SetAtomicNum(_CHLORINE)
        bromines = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() == _BROMINE]
        for atom in bromines:
            atom.SetAtomicNum(halogen)
        changed = (halogen == _BROMINE or bool(bromines), not chloride or bool(acids))
        boron = not ester or mol.HasSubstructMatch(_BORONIC_ACID)
        if not (all(changed) and boron):
            continue
        Chem.SanitizeMol(mol)
        forms = [mol]
        if ester:
            forms = list(Chem.ReplaceSubstructs(mol, _BORONIC_ACID, _PINACOL_ESTER, replaceAll=True))
        yield Chem.MolToSmiles(forms[0])


def _standard(smiles: str) -> str | None:
    try:
        return standard_smiles(smiles)
    except MoleculeError:
        return None

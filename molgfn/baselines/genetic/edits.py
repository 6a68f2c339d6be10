"""Editing molecules: taking them out of aromatic form and back, and telling whether the result is sound."""

from functools import cache

from rdkit import Chem
from rdkit.rdBase import BlockLogs

from molgfn.chem.standardise import MoleculeError, standard_mol

LARGEST_RING = 6


@cache
def _unsound() -> tuple[Chem.Mol, ...]:
    """Patterns that no molecule may show: cumulated double bonds in a ring, double bonds in rings of 3 or 4."""
    return tuple(Chem.MolFromSmarts(pattern) for pattern in ("[R]=[R]=[R]", "[r3,r4]=[r3,r4]"))


def opened(mol: Chem.Mol) -> Chem.RWMol:
    """Return a copy to edit: single and double bonds instead of aromatic ones, hydrogens to be counted anew."""
    copy = Chem.RWMol(mol)
    Chem.Kekulize(copy, clearAromaticFlags=True)
    for atom in copy.GetAtoms():
        atom.SetNumExplicitHs(0)
        atom.SetNoImplicit(False)
    return copy


def finished(mol: Chem.Mol) -> Chem.Mol | None:
    """Return the standard form of an edited molecule, or None if it is not one sound molecule.

    Not sound are radicals, broken valences, rings of more than six atoms (Jensen 2019) and those in `_unsound`.
    """
    with BlockLogs():
        try:
            Chem.SanitizeMol(mol)
            smiles = Chem.MolToSmiles(mol)
            if "." in smiles or "*" in smiles:
                return None
            result = standard_mol(smiles)
        except (MoleculeError, ValueError, RuntimeError):
            return None
    if any(len(ring) > LARGEST_RING for ring in result.GetRingInfo().AtomRings()):
        return None
    if any(atom.GetNumRadicalElectrons() for atom in result.GetAtoms()):
        return None
    return None if any(result.HasSubstructMatch(pattern) for pattern in _unsound()) else result

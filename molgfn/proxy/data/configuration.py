"""The configuration of a molecule: CIP codes of its atoms, E and Z of its double bonds (Hanson et al. 2018)."""

from rdkit import Chem
from rdkit.Chem import rdCIPLabeler

ATOM_CODES = {"R": 1, "S": 2, "r": 3, "s": 4}
"""Small letters are those of centres that only other centres make one, such as cis and trans in 1,4 of a ring."""
BOND_CODES = {"E": 1, "Z": 2, "e": 1, "z": 2}

_MOST_STEPS = 1_000_000
"""Of the search for the priorities of neighbours: about a second. Only large and symmetric molecules need more."""


def configuration(mol: Chem.Mol) -> tuple[bytes, bytes]:
    """Return the code of each atom (`ATOM_CODES`) and of each bond (`BOND_CODES`); 0 where none is drawn."""
    atoms = [mol.GetAtomWithIdx(number) for number in range(mol.GetNumAtoms())]
    bonds = [mol.GetBondWithIdx(number) for number in range(mol.GetNumBonds())]
    if not any(atom.GetChiralTag() for atom in atoms) and not any(bond.GetStereo() for bond in bonds):
        return bytes(len(atoms)), bytes(len(bonds))
    try:
        # RDKit's codes from reading a SMILES lack cis and trans of most rings.
        rdCIPLabeler.AssignCIPLabels(mol, maxRecursiveIterations=_MOST_STEPS)
    except RuntimeError:
        Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    return (
        bytes(ATOM_CODES.get(_label(atom), 0) for atom in atoms),
        bytes(BOND_CODES.get(_label(bond), 0) for bond in bonds),
    )


def _label(part: Chem.Atom | Chem.Bond) -> str:
    return str(part.GetProp("_CIPCode")) if part.HasProp("_CIPCode") else ""

"""Scaffolds: the ring systems of a molecule and what links them (Bemis and Murcko 1996)."""

from rdkit import Chem
from rdkit.Chem.Scaffolds import MurckoScaffold


def murcko_scaffold(mol: Chem.Mol) -> str:
    """Return the Bemis-Murcko scaffold as canonical SMILES, without stereo; empty for a molecule without rings.

    Atoms double-bonded to the scaffold are kept, as RDKit does.

    Examples
    --------
    >>> murcko_scaffold(Chem.MolFromSmiles("Cc1ccc(C(=O)N2CCCC2)cc1"))
    'O=C(c1ccccc1)N1CCCC1'
    >>> murcko_scaffold(Chem.MolFromSmiles("CCO"))
    ''
    """
    scaffold = MurckoScaffold.GetScaffoldForMol(mol)  # type: ignore[no-untyped-call]
    return str(Chem.MolToSmiles(scaffold, isomericSmiles=False))

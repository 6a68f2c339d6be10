"""One molecule, one spelling: salts, charges, sulfoxides and stereo, settled before anything is cut or scored."""

import re
from functools import cache

from rdkit import Chem
from rdkit.Chem import rdChemReactions
from rdkit.Chem.MolStandardize import rdMolStandardize
from rdkit.rdBase import BlockLogs

_PLAIN = re.compile(r"(?:[^\s.\[\]/\\@]|\[nH\])+")
"""SMILES of one molecule without charges, stereo, isotopes, map numbers and hydrogen atoms."""


class MoleculeError(ValueError):
    """A SMILES that is no usable molecule; the message says why in a few words."""


def parse_smiles(smiles: str) -> Chem.Mol:
    """Read a SMILES quietly.

    Raises
    ------
    MoleculeError
        If it is empty, not SMILES, or chemically impossible.
    """
    if not smiles.strip():
        raise MoleculeError("empty SMILES")
    with BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        raise MoleculeError(f"not a valid SMILES: {smiles!r}")
    if mol.GetNumAtoms() == 0:
        raise MoleculeError("no atoms")
    return mol


@cache
def _uncharger() -> rdMolStandardize.Uncharger:
    return rdMolStandardize.Uncharger(canonicalOrder=True)


@cache
def _largest_fragment() -> rdMolStandardize.LargestFragmentChooser:
    return rdMolStandardize.LargestFragmentChooser(preferOrganic=True)


@cache
def _sulfoxide() -> rdChemReactions.ChemicalReaction:
    reaction = rdChemReactions.ReactionFromSmarts("[S+1:1][O-1:2]>>[S+0:1]=[O+0:2]")
    reaction.Initialize()
    return reaction


def parent_mol(smiles: str) -> Chem.Mol:
    """Strip salts and neutralise, keeping stereo: the molecule that is docked.

    The largest organic fragment is kept, charges are removed where a proton can do it, and the charge-separated
    sulfoxide is written S=O.

    Raises
    ------
    MoleculeError
        As `parse_smiles`.
    """
    mol = parse_smiles(smiles)
    with BlockLogs():
        if "." in smiles:
            mol = _largest_fragment().choose(mol)
        if any(atom.GetFormalCharge() for atom in mol.GetAtoms()):
            mol = _uncharger().uncharge(mol)
            while _sulfoxide().RunReactantInPlace(mol):
                pass
        Chem.SanitizeMol(mol)
    return mol


def standard_mol(smiles: str) -> Chem.Mol:
    """Return the one molecule that molgfn reasons about: parent, without stereo, isotopes or map numbers.

    Its atoms are in the order of its canonical SMILES, so that nothing computed from it depends on how the input was
    spelled.

    Raises
    ------
    MoleculeError
        As `parse_smiles`.
    """
    if _PLAIN.fullmatch(smiles):
        # There is nothing to strip: most SMILES, and all that were standard before, need to be read only once.
        mol = parse_smiles(smiles)
        canonical = Chem.MolToSmiles(mol)
        return mol if canonical == smiles else parse_smiles(canonical)
    mol = parent_mol(smiles)
    for atom in mol.GetAtoms():
        atom.SetIsotope(0)
        atom.SetAtomMapNum(0)
    Chem.RemoveStereochemistry(mol)
    return parse_smiles(Chem.MolToSmiles(Chem.RemoveHs(mol)))


def standard_smiles(smiles: str) -> str:
    """Return the canonical SMILES of `standard_mol`.

    Examples
    --------
    >>> standard_smiles("C[S@+]([O-])c1ccc(C[NH3+])cc1.[Cl-]")
    'CS(=O)c1ccc(CN)cc1'
    """
    return Chem.MolToSmiles(standard_mol(smiles))

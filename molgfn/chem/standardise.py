"""The standard form of a molecule: salts, charges, sulfoxides and stereo are treated before it is cut or scored."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from rdkit import Chem
from rdkit.Chem import rdChemReactions
from rdkit.Chem.MolStandardize import rdMolStandardize
from rdkit.rdBase import BlockLogs

from molgfn.chem.counter_ions import SALT_METALS, candidates

Stereo = Literal["merge", "keep"]
"""Whether stereoisomers are one molecule, or each its own."""

MAX_SMILES_LENGTH = 2_000
"""Characters; RDKit crashes on chains of some ten thousand atoms, and nothing that long is a small molecule."""
MAX_HEAVY_ATOMS = 150
"""Of a compound that a user gives."""

_PLAIN = re.compile(r"(?:[^\s.\[\]/\\@*]|\[nH\])+")
"""SMILES of one molecule without charges, stereo, isotopes, map numbers, hydrogen atoms and open ends."""
_NON_METALS = frozenset((1, 5, 6, 7, 8, 9, 14, 15, 16, 17, 33, 34, 35, 53))


class MoleculeError(ValueError):
    """A SMILES that is no usable molecule; the message says why in a few words.

    Attributes
    ----------
    code : str
        The same for programs: "unparsable", "too_large", "several_fragments", "unsupported_element", "not_organic" or
        "radical".
    """

    def __init__(self, message: str, code: str = "unparsable") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Parent:
    """The compound of a SMILES, stereo and isotopes kept, and what was done to get it.

    Attributes
    ----------
    mol : Chem.Mol
    stripped : bool
        Whether counter-ions or solvents were taken away.
    neutralised : bool
        Whether a proton was added or taken away; a quaternary ammonium keeps its charge.
    """

    mol: Chem.Mol
    stripped: bool
    neutralised: bool


def parse_smiles(smiles: str) -> Chem.Mol:
    """Read a SMILES quietly.

    Raises
    ------
    MoleculeError
        If it is empty, longer than `MAX_SMILES_LENGTH`, not SMILES, or chemically impossible.
    """
    if not smiles.strip():
        raise MoleculeError("empty SMILES")
    if len(smiles) > MAX_SMILES_LENGTH:
        message = f"a SMILES of {len(smiles):,} characters; at most {MAX_SMILES_LENGTH:,} are read"
        raise MoleculeError(message, "too_large")
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
def _metal_disconnector() -> rdMolStandardize.MetalDisconnector:
    return rdMolStandardize.MetalDisconnector()


@cache
def _hydrogens() -> Chem.RemoveHsParameters:
    """All explicit hydrogens, also those that give an imine N-H a configuration: in solution it has none."""
    chosen = Chem.RemoveHsParameters()
    chosen.removeDefiningBondStereo = True  # type: ignore[assignment]  # the type in RDKit's stub is wrong
    return chosen


@cache
def _charge_separated() -> tuple[rdChemReactions.ChemicalReaction, ...]:
    """Sulfoxides and sulfones as libraries draw them, with single bonds and charges."""
    # The valence of sulfur is asked for: with a fourth single bond (a radical on paper) no double bond fits.
    drawings = ("[S+2;v4:1]([O-1:2])[O-1:3]>>[S+0:1](=[O+0:2])=[O+0:3]", "[S+1;v3,v5:1][O-1:2]>>[S+0:1]=[O+0:2]")
    reactions = tuple(rdChemReactions.ReactionFromSmarts(drawing) for drawing in drawings)
    for reaction in reactions:
        reaction.Initialize()
    return reactions


def parent_of(smiles: str) -> Parent:
    """Strip salts and neutralise, keeping stereo.

    Counter-ions and solvents are recognised by structure (`molgfn.chem.counter_ions`), charges are removed where a
    proton can do it, and charge-separated sulfoxides and sulfones are written S=O.

    Raises
    ------
    MoleculeError
        As `parse_smiles`; also for an open atom, an element that organic molecules do not hold, a metal that is bonded,
        a radical, a molecule without carbon among salts, and a mixture of several compounds.
    """
    mol = parse_smiles(smiles)
    with BlockLogs():
        if _PLAIN.fullmatch(smiles):
            return Parent(mol, stripped=False, neutralised=False)
        mol = _without_metal_bonds(mol)
        n_atoms = mol.GetNumAtoms()
        if "." in smiles or len(Chem.GetMolFrags(mol)) > 1:
            mol = _compound(mol)
        stripped = mol.GetNumAtoms() < n_atoms
        charges = [atom.GetFormalCharge() for atom in mol.GetAtoms()]
        neutralised = False
        if any(charges):
            mol = _uncharger().uncharge(mol)
            neutralised = charges != [atom.GetFormalCharge() for atom in mol.GetAtoms()]
            for reaction in _charge_separated():
                while reaction.RunReactantInPlace(mol):
                    pass
        Chem.SanitizeMol(mol)
    if any(atom.GetNumRadicalElectrons() for atom in mol.GetAtoms()):
        raise MoleculeError("an atom has an unpaired electron or an empty valence", "radical")
    return Parent(mol, stripped, neutralised)


def parent_mol(smiles: str) -> Chem.Mol:
    """Return the molecule of `parent_of`: the one that is docked.

    Raises
    ------
    MoleculeError
        As `parent_of`.
    """
    return parent_of(smiles).mol


def _without_metal_bonds(mol: Chem.Mol) -> Chem.Mol:
    """Refuse elements that make no organic molecule; break the bonds of metals that are drawn bonded in a salt."""
    strange = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() not in _NON_METALS]
    for atom in strange:
        if atom.GetAtomicNum() == 0:
            raise MoleculeError("an atom is open (*)", "unsupported_element")
        bonded_to_carbon = any(other.GetAtomicNum() == 6 for other in atom.GetNeighbors())
        if atom.GetAtomicNum() not in SALT_METALS or bonded_to_carbon:
            name = Chem.GetPeriodicTable().GetElementName(atom.GetAtomicNum())
            raise MoleculeError(f"no organic molecule: it holds {name} ({atom.GetSymbol()})", "unsupported_element")
    if not any(atom.GetDegree() for atom in strange):
        return mol
    apart = _metal_disconnector().Disconnect(mol)
    if any(atom.GetDegree() and atom.GetAtomicNum() in SALT_METALS for atom in apart.GetAtoms()):
        raise MoleculeError("a metal is bonded in it", "unsupported_element")
    return apart


def _compound(mol: Chem.Mol) -> Chem.Mol:
    """Return the one component that is neither counter-ion nor solvent."""
    parts = candidates(Chem.GetMolFrags(mol, asMols=True))
    if not parts:
        raise MoleculeError("no carbon in it", "not_organic")
    if len(parts) > 1:
        names = " and ".join(sorted(Chem.MolToSmiles(part) for part in parts)[:2])
        message = f"a mixture of {len(parts)} molecules ({names}); give the one that is meant"
        raise MoleculeError(message, "several_fragments")
    return parts[0]


def standard_mol(smiles: str, stereo: Stereo = "merge") -> Chem.Mol:
    """Return the molecule that molgfn works with: the parent, without isotopes or map numbers.

    Its atoms are in the order of its canonical SMILES, so that nothing computed from it depends on how the input was
    spelled.

    Parameters
    ----------
    smiles : str
    stereo : "merge" or "keep"
        Whether configuration is removed, as for designs, or kept as far as it is given.

    Raises
    ------
    MoleculeError
        As `parent_of`.
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
    if stereo == "merge":
        Chem.RemoveStereochemistry(mol)
    return parse_smiles(Chem.MolToSmiles(Chem.RemoveHs(mol, _hydrogens())))


def standard_smiles(smiles: str, stereo: Stereo = "merge") -> str:
    """Return the canonical SMILES of `standard_mol`.

    Examples
    --------
    >>> standard_smiles("C[S@+]([O-])c1ccc(C[NH3+])cc1.[Cl-]")
    'CS(=O)c1ccc(CN)cc1'
    >>> standard_smiles("C[C@H]([NH3+])C(=O)[O-]", "keep")
    'C[C@H](N)C(=O)O'
    """
    return Chem.MolToSmiles(standard_mol(smiles, stereo))


def compound_mol(smiles: str, stereo: Stereo = "merge") -> Chem.Mol:
    """Return `standard_mol` of a compound that a user gives; blocks, which may be a lone NH, are not asked for carbon.

    Raises
    ------
    MoleculeError
        As `parent_of`; also without carbon, or with more than `MAX_HEAVY_ATOMS`.
    """
    mol = standard_mol(smiles, stereo)
    if not any(atom.GetAtomicNum() == 6 for atom in mol.GetAtoms()):
        raise MoleculeError("no carbon in it", "not_organic")
    if mol.GetNumHeavyAtoms() > MAX_HEAVY_ATOMS:
        message = f"{mol.GetNumHeavyAtoms()} heavy atoms; at most {MAX_HEAVY_ATOMS} are read"
        raise MoleculeError(message, "too_large")
    return mol


def compound_smiles(smiles: str, stereo: Stereo = "merge") -> str:
    """Return the canonical SMILES of `compound_mol`.

    Raises
    ------
    MoleculeError
        As `compound_mol`.
    """
    return Chem.MolToSmiles(compound_mol(smiles, stereo))

"""Fragmentation: a molecule cut at its cut bonds, before any vocabulary is asked."""

from dataclasses import dataclass
from functools import lru_cache

from rdkit import Chem

from molgfn.chem.trees.cut import cut_bonds


@dataclass(frozen=True)
class Fragments:
    """Fragments of a molecule and the bonds between them.

    Attributes
    ----------
    smiles : tuple of str, length N
        Canonical SMILES of each fragment, hydrogens where bonds were cut.
    joins : tuple of (int, int, int, int)
        Fragment, its atom, other fragment, its atom; atoms counted along the canonical SMILES.
    """

    smiles: tuple[str, ...]
    joins: tuple[tuple[int, int, int, int], ...]


@lru_cache(maxsize=100_000)
def canonical_order(smiles: str) -> tuple[str, tuple[int, ...]]:
    """Return the canonical SMILES of a SMILES, and for each atom of the input its place along it."""
    mol = Chem.MolFromSmiles(smiles)
    canonical = Chem.MolToSmiles(mol)
    return canonical, _places(mol)


def _places(mol: Chem.Mol) -> tuple[int, ...]:
    """Return for each atom its place along the SMILES that was just written."""
    order = list(mol.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"])
    places = [0] * len(order)
    for place, atom in enumerate(order):
        places[atom] = place
    return tuple(places)


def _broken(mol: Chem.Mol, bonds: list[int]) -> Chem.Mol:
    """Return the molecule without these bonds, hydrogens in their place."""
    broken = Chem.RWMol(mol)
    for index in bonds:
        bond = mol.GetBondWithIdx(index)
        for end in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()):
            atom = broken.GetAtomWithIdx(end)
            # Left to itself RDKit would give back no hydrogen to aromatic nitrogen or to the sulfur of a sulfone.
            atom.SetNumExplicitHs(atom.GetTotalNumHs() + 1)
            atom.SetNoImplicit(True)
        broken.RemoveBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
    return broken


def fragment(mol: Chem.Mol) -> Fragments:
    """Cut a standardised molecule (from `standard_mol`) by the rule of `molgfn.chem.trees.cut`."""
    return fragment_with_places(mol)[0]


def fragment_with_places(mol: Chem.Mol) -> tuple[Fragments, dict[int, tuple[int, int]]]:
    """As `fragment`; return also for each atom of the molecule its fragment and its place along that SMILES."""
    bonds = cut_bonds(mol)
    atom_ids: list[tuple[int, ...]] = []
    parts = Chem.GetMolFrags(_broken(mol, bonds), asMols=True, sanitizeFrags=True, fragsMolAtomMapping=atom_ids)
    names: list[str] = []
    where: dict[int, tuple[int, int]] = {}
    for number, (part, ids) in enumerate(zip(parts, atom_ids, strict=True)):
        first = Chem.MolToSmiles(part)
        places = _places(part)
        name, places_again = canonical_order(first)
        names.append(name)
        for local, atom in enumerate(ids):
            where[atom] = (number, places_again[places[local]])
    joins = []
    for index in bonds:
        bond = mol.GetBondWithIdx(index)
        joins.append((*where[bond.GetBeginAtomIdx()], *where[bond.GetEndAtomIdx()]))
    return Fragments(tuple(names), tuple(joins)), where

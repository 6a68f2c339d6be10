"""Mutation of molecules by one edit of an atom, a bond or a ring (Jensen 2019)."""

from collections.abc import Callable

import numpy as np
from rdkit import Chem

from molgfn.baselines.genetic.edits import finished, opened

_ORDERS = (Chem.BondType.SINGLE, Chem.BondType.DOUBLE, Chem.BondType.TRIPLE)
# Elements that an edit may bring, as often as in drugs' edits: carbon, nitrogen and oxygen first.
_ELEMENTS = (6, 7, 8, 9, 16, 17, 35)
_ELEMENT_CHANCE = np.array([0.3, 0.2, 0.2, 0.1, 0.1, 0.07, 0.03])
ATTEMPTS = 10

Edit = Callable[[Chem.RWMol, np.random.Generator], bool]
"""Edits a molecule in place; False if there was nothing to edit. Whether the result is sound is not its concern."""


def mutate(mol: Chem.Mol, generator: np.random.Generator) -> Chem.Mol | None:
    """Return the molecule after one random edit, or None if ten attempts gave no sound and different one."""
    before = Chem.MolToSmiles(mol)
    for _ in range(ATTEMPTS):
        copy = opened(mol)
        if not EDITS[generator.integers(len(EDITS))](copy, generator):
            continue
        result = finished(copy)
        if result is not None and Chem.MolToSmiles(result) != before:
            return result
    return None


def append_atom(mol: Chem.RWMol, generator: np.random.Generator) -> bool:
    """Hang a new atom on an atom."""
    place = int(generator.integers(mol.GetNumAtoms()))
    mol.AddBond(place, mol.AddAtom(Chem.Atom(_element(generator))), _order(generator))
    return True


def insert_atom(mol: Chem.RWMol, generator: np.random.Generator) -> bool:
    """Put a new atom into a bond."""
    bond = _any_bond(mol, generator)
    if bond is None:
        return False
    new = mol.AddAtom(Chem.Atom(_element(generator)))
    mol.RemoveBond(*bond)
    for end in bond:
        mol.AddBond(end, new, Chem.BondType.SINGLE)
    return True


def delete_atom(mol: Chem.RWMol, generator: np.random.Generator) -> bool:
    """Take an atom away; one of its neighbours takes over the others."""
    atom = int(generator.integers(mol.GetNumAtoms()))
    around = [other.GetIdx() for other in mol.GetAtomWithIdx(atom).GetNeighbors()]
    if not around:
        return False
    heir = around.pop(int(generator.integers(len(around))))
    for other in around:
        if mol.GetBondBetweenAtoms(heir, other) is None:
            mol.AddBond(heir, other, Chem.BondType.SINGLE)
    mol.RemoveAtom(atom)
    return True


def change_atom(mol: Chem.RWMol, generator: np.random.Generator) -> bool:
    """Make an atom another element, without charge."""
    atom = mol.GetAtomWithIdx(int(generator.integers(mol.GetNumAtoms())))
    atom.SetAtomicNum(_element(generator))
    atom.SetFormalCharge(0)
    return True


def change_bond_order(mol: Chem.RWMol, generator: np.random.Generator) -> bool:
    """Give a bond another order."""
    bond = _any_bond(mol, generator)
    if bond is None:
        return False
    mol.GetBondBetweenAtoms(*bond).SetBondType(_order(generator))
    return True


def delete_ring_bond(mol: Chem.RWMol, generator: np.random.Generator) -> bool:
    """Open a ring."""
    bonds = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds() if b.IsInRing()]
    if not bonds:
        return False
    mol.RemoveBond(*bonds[generator.integers(len(bonds))])
    return True


def add_ring_bond(mol: Chem.RWMol, generator: np.random.Generator) -> bool:
    """Close a ring of three to six atoms."""
    distance = Chem.GetDistanceMatrix(mol)
    pairs = np.argwhere(np.triu((distance >= 2) & (distance <= 5)))
    if not len(pairs):
        return False
    first, second = (int(atom) for atom in pairs[generator.integers(len(pairs))])
    mol.AddBond(first, second, Chem.BondType.SINGLE)
    return True


EDITS: tuple[Edit, ...] = (
    append_atom,
    insert_atom,
    delete_atom,
    change_atom,
    change_bond_order,
    delete_ring_bond,
    add_ring_bond,
)


def _element(generator: np.random.Generator) -> int:
    return int(generator.choice(_ELEMENTS, p=_ELEMENT_CHANCE))


def _order(generator: np.random.Generator) -> Chem.BondType:
    # Triple bonds are rare in drugs.
    return _ORDERS[generator.choice(3, p=[0.6, 0.35, 0.05])]


def _any_bond(mol: Chem.RWMol, generator: np.random.Generator) -> tuple[int, int] | None:
    if not mol.GetNumBonds():
        return None
    bond = mol.GetBondWithIdx(int(generator.integers(mol.GetNumBonds())))
    return bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()

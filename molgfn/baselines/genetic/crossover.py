"""Crossover of two molecules by exchanging pieces, of chains or of rings (Jensen 2019)."""

from itertools import product

import numpy as np
from rdkit import Chem

from molgfn.baselines.genetic.edits import finished, opened

_ORDERS = (Chem.BondType.SINGLE, Chem.BondType.DOUBLE)
ATTEMPTS = 10


def crossover(one: Chem.Mol, other: Chem.Mol, generator: np.random.Generator) -> Chem.Mol | None:
    """Return a child with a piece of each parent, or None if ten attempts gave none.

    Each attempt cuts, with even chances, one single bond between rings and chains of each parent, or two bonds of one
    ring of each.
    """
    parents = opened(one), opened(other)
    for _ in range(ATTEMPTS):
        cut = _cut_ring if generator.random() < 0.5 else _cut_chain
        pieces = [cut(parent, generator) for parent in parents]
        if pieces[0] is None or pieces[1] is None:
            continue
        children = _joined(pieces[0], pieces[1])
        if children:
            return children[generator.integers(len(children))]
    return None


def _cut_chain(mol: Chem.RWMol, generator: np.random.Generator) -> Chem.Mol | None:
    """Return one side of a single bond outside of rings, with a dummy atom where the other was."""
    bonds = [b.GetIdx() for b in mol.GetBonds() if not b.IsInRing() and b.GetBondType() == Chem.BondType.SINGLE]
    return _piece(mol, [bonds[generator.integers(len(bonds))]], generator) if bonds else None


def _cut_ring(mol: Chem.RWMol, generator: np.random.Generator) -> Chem.Mol | None:
    """Return one part of a ring cut at two bonds without a common atom, what hangs on it included, with two dummies."""
    rings = mol.GetRingInfo().BondRings()
    if not rings:
        return None
    ring = rings[generator.integers(len(rings))]
    first, second = (int(bond) for bond in generator.choice(ring, 2, replace=False))
    return _piece(mol, [first, second], generator)


def _piece(mol: Chem.RWMol, bonds: list[int], generator: np.random.Generator) -> Chem.Mol | None:
    """Return one of the two pieces left by cutting bonds, or None if they are not two with all dummies each."""
    labels = [(0, 0)] * len(bonds)
    cut = Chem.FragmentOnBonds(mol, bonds, addDummies=True, dummyLabels=labels)
    pieces = Chem.GetMolFrags(cut, asMols=True, sanitizeFrags=False)
    if len(pieces) != 2 or any(len(_dummies(piece)) != len(bonds) for piece in pieces):
        return None
    chosen = pieces[generator.integers(2)]
    # Two bonds on one atom would leave the ring a single atom with both ends on it: nothing to close a ring with.
    ends = {chosen.GetAtomWithIdx(dummy).GetNeighbors()[0].GetIdx() for dummy in _dummies(chosen)}
    return chosen if len(ends) == len(bonds) else None


def _dummies(mol: Chem.Mol) -> list[int]:
    return [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() == 0]


def _joined(one: Chem.Mol, other: Chem.Mol) -> list[Chem.Mol]:
    """Return the sound molecules made by joining two pieces at their dummies, in every way and by every bond order."""
    mine, theirs = _dummies(one), _dummies(other)
    if len(mine) != len(theirs):
        return []
    theirs = [dummy + one.GetNumAtoms() for dummy in theirs]
    pairings = [(theirs[0],)] if len(mine) == 1 else [(theirs[0], theirs[1]), (theirs[1], theirs[0])]
    orders = [(Chem.BondType.SINGLE,)] if len(mine) == 1 else list(product(_ORDERS, repeat=2))
    both = Chem.CombineMols(one, other)
    made = [_bonded(both, mine, list(pairing), list(order)) for pairing in pairings for order in orders]
    return [mol for mol in made if mol is not None]


def _bonded(both: Chem.Mol, mine: list[int], theirs: list[int], orders: list[Chem.BondType]) -> Chem.Mol | None:
    """Return what two pieces become when dummies are replaced by bonds between their neighbours."""
    mol = Chem.RWMol(both)
    for dummy, other, order in zip(mine, theirs, orders, strict=True):
        ends = [mol.GetAtomWithIdx(d).GetNeighbors()[0].GetIdx() for d in (dummy, other)]
        mol.AddBond(ends[0], ends[1], order)
    for dummy in sorted([*mine, *theirs], reverse=True):
        mol.RemoveAtom(dummy)
    return finished(mol)

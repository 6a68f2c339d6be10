"""Molecules as integer arrays: what the proxy sees of atoms and bonds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from molgfn.chem.standardise import MoleculeError, standard_mol
from molgfn.errors import DataError

IntArray = NDArray[np.int64]

_ELEMENTS = {5: 1, 6: 2, 7: 3, 8: 4, 9: 5, 14: 6, 15: 7, 16: 8, 17: 9, 35: 10, 53: 11}
_HYBRIDISATIONS = {Chem.HybridizationType.SP: 1, Chem.HybridizationType.SP2: 2, Chem.HybridizationType.SP3: 3}
_BOND_ORDERS = {Chem.BondType.DOUBLE: 1, Chem.BondType.TRIPLE: 2, Chem.BondType.AROMATIC: 3}
_SINGLE, _DOUBLE, _TRIPLE, _AROMATIC = 0, 1, 2, 3

ATOM_FEATURES = {
    "element": 12,
    "hydrogens": 5,
    "charge": 3,
    "hybridisation": 4,
    "neighbours": 6,
    "ring_size": 6,
    "rings": 4,
    "aromatic": 2,
}
"""Name and number of values of each feature of an atom; value 0 of `element` and `hybridisation` means any other."""

BOND_TYPES = ("single end", "single chain", "single ring", "double chain", "double ring", "triple", "aromatic")
"""`single end` leads to an atom without further neighbours; `single chain` is what chemists count as rotatable."""

N_ATOM_FEATURES = sum(ATOM_FEATURES.values())
N_BOND_TYPES = len(BOND_TYPES)
_OFFSETS = np.cumsum([0, *ATOM_FEATURES.values()])[:-1]
_CACHED_MOLECULES = 20_000


@dataclass(frozen=True)
class Graphs:
    """The atom graphs of B molecules, end to end in a few arrays.

    Attributes
    ----------
    atoms : (V, 8) uint8
        Value of each of `ATOM_FEATURES`.
    bonds : (E/2, 2) int64
        Both atoms of each bond, counted from the first atom of their molecule.
    bond_types : (E/2,) uint8
        Index into `BOND_TYPES`.
    n_atoms, n_bonds : (B,) int64
        Of each molecule.
    """

    atoms: NDArray[np.uint8]
    bonds: IntArray
    bond_types: NDArray[np.uint8]
    n_atoms: IntArray
    n_bonds: IntArray

    def __len__(self) -> int:
        return len(self.n_atoms)

    def take(self, index: IntArray | Sequence[int]) -> "Graphs":
        """Return the molecules at `index`, in that order."""
        index = np.asarray(index, dtype=np.int64)
        atom_rows = _rows(self.n_atoms, index)
        bond_rows = _rows(self.n_bonds, index)
        return Graphs(
            self.atoms[atom_rows],
            self.bonds[bond_rows],
            self.bond_types[bond_rows],
            self.n_atoms[index],
            self.n_bonds[index],
        )

    def atom_one_hot(self) -> NDArray[np.float32]:
        """Return the features of every atom, one-hot, shape (V, N_ATOM_FEATURES)."""
        one_hot = np.zeros((len(self.atoms), N_ATOM_FEATURES), dtype=np.float32)
        np.put_along_axis(one_hot, self.atoms + _OFFSETS, 1.0, axis=1)
        return one_hot

    def molecule_of_atom(self) -> IntArray:
        """Return the molecule each atom belongs to, shape (V,)."""
        return np.repeat(np.arange(len(self)), self.n_atoms)

    def bond_ends(self) -> IntArray:
        """Return both atoms of each bond, counted over the whole batch, shape (E/2, 2)."""
        starts = np.cumsum(self.n_atoms) - self.n_atoms
        return self.bonds + np.repeat(starts, self.n_bonds)[:, None]

    def counts(self) -> NDArray[np.float32]:
        """Return how often each atom feature and bond type occurs, shape (B, N_ATOM_FEATURES + N_BOND_TYPES)."""
        counts = np.zeros((len(self), N_ATOM_FEATURES + N_BOND_TYPES), dtype=np.float32)
        np.add.at(counts, (self.molecule_of_atom()[:, None], self.atoms + _OFFSETS), 1.0)
        molecule_of_bond = np.repeat(np.arange(len(self)), self.n_bonds)
        np.add.at(counts, (molecule_of_bond, N_ATOM_FEATURES + self.bond_types.astype(np.int64)), 1.0)
        return counts


def concatenate(graphs: Iterable[Graphs]) -> Graphs:
    """Put molecules end to end."""
    parts = list(graphs)
    return Graphs(
        np.concatenate([part.atoms for part in parts]),
        np.concatenate([part.bonds for part in parts]),
        np.concatenate([part.bond_types for part in parts]),
        np.concatenate([part.n_atoms for part in parts]),
        np.concatenate([part.n_bonds for part in parts]),
    )


def featurise_smiles(smiles: Sequence[str]) -> Graphs:
    """Standardise molecules and return their graphs, in order.

    Raises
    ------
    DataError
        If `smiles` is empty or one of them is no usable molecule; names it and its place.
    """
    if not len(smiles):
        raise DataError("no molecules to score: the list of SMILES is empty")
    graphs = []
    for place, text in enumerate(smiles):
        try:
            graphs.append(_graph_of(text))
        except MoleculeError as error:
            raise DataError(f"molecule {place} of {len(smiles)} (counted from 0), {text!r}: {error}") from error
    return concatenate(graphs)


def featurise(mol: Chem.Mol) -> Graphs:
    """Return the graph of one molecule, as given; hydrogens are features of their heavy atoms."""
    n_atoms, n_bonds = mol.GetNumAtoms(), mol.GetNumBonds()
    ends = np.fromiter(
        chain.from_iterable((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in mol.GetBonds()),
        dtype=np.int64,
        count=2 * n_bonds,
    ).reshape(n_bonds, 2)
    orders = np.fromiter(
        (_BOND_ORDERS.get(bond.GetBondType(), _SINGLE) for bond in mol.GetBonds()), dtype=np.int64, count=n_bonds
    )
    ring_size, n_rings, in_ring = _rings(mol, n_atoms, n_bonds)
    neighbours = np.bincount(ends.ravel(), minlength=n_atoms)
    aromatic = np.zeros(n_atoms, dtype=np.int64)
    aromatic[ends[orders == _AROMATIC]] = 1
    read = np.array(
        [
            (
                _ELEMENTS.get(atom.GetAtomicNum(), 0),
                atom.GetTotalNumHs(),
                atom.GetFormalCharge() + 1,
                _HYBRIDISATIONS.get(atom.GetHybridization(), 0),
            )
            for atom in mol.GetAtoms()
        ]
    )
    atoms = np.column_stack([read, neighbours, ring_size, n_rings, aromatic])
    limits = np.array(list(ATOM_FEATURES.values())) - 1
    return Graphs(
        np.clip(atoms, 0, limits).astype(np.uint8),
        ends,
        _bond_types(orders, in_ring, (neighbours[ends] == 1).any(axis=1)),
        np.array([n_atoms]),
        np.array([n_bonds]),
    )


@lru_cache(maxsize=_CACHED_MOLECULES)
def _graph_of(smiles: str) -> Graphs:
    return featurise(standard_mol(smiles))


def _rows(sizes: IntArray, index: IntArray) -> IntArray:
    """Return the rows of the pieces at `index` where piece i has sizes[i] rows, all end to end."""
    wanted = sizes[index]
    starts = (np.cumsum(sizes) - sizes)[index]
    rows: IntArray = np.arange(wanted.sum()) + np.repeat(starts - (np.cumsum(wanted) - wanted), wanted)
    return rows


def _rings(mol: Chem.Mol, n_atoms: int, n_bonds: int) -> tuple[IntArray, IntArray, NDArray[np.bool_]]:
    """Return for each atom a code of its smallest ring and its number of rings, and which bonds are in a ring."""
    rings = mol.GetRingInfo()
    size = np.zeros(n_atoms, dtype=np.int64)
    count = np.zeros(n_atoms, dtype=np.int64)
    for ring in sorted(rings.AtomRings(), key=len, reverse=True):
        atoms = list(ring)
        size[atoms] = min(len(ring), 7) - 2
        count[atoms] += 1
    in_ring = np.zeros(n_bonds, dtype=np.bool_)
    in_ring[list(chain.from_iterable(rings.BondRings()))] = True
    return size, count, in_ring


def _bond_types(orders: IntArray, in_ring: NDArray[np.bool_], at_end: NDArray[np.bool_]) -> NDArray[np.uint8]:
    single = np.where(in_ring, 2, np.where(at_end, 0, 1))
    double = np.where(in_ring, 4, 3)
    return np.choose(orders, [single, double, np.full_like(single, 5), np.full_like(single, 6)]).astype(np.uint8)

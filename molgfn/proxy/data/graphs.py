"""Molecules as integer arrays: what the proxy sees of atoms and bonds."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from scipy.sparse import csr_array

from molgfn.arrays import IntArray
from molgfn.chem.similarity import N_ENVIRONMENTS
from molgfn.chem.standardise import MoleculeError, Stereo, standard_mol
from molgfn.errors import DataError
from molgfn.proxy.data.configuration import configuration
from molgfn.proxy.data.layout import ATOM_FEATURES, BOND_TYPES, LAYOUTS, Layout
from molgfn.proxy.data.morgan import environment_counts

_ELEMENTS = {5: 1, 6: 2, 7: 3, 8: 4, 9: 5, 14: 6, 15: 7, 16: 8, 17: 9, 35: 10, 53: 11}
_HYBRIDISATIONS = {Chem.HybridizationType.SP: 1, Chem.HybridizationType.SP2: 2, Chem.HybridizationType.SP3: 3}
_BOND_ORDERS = {Chem.BondType.DOUBLE: 1, Chem.BondType.TRIPLE: 2, Chem.BondType.AROMATIC: 3}
_SINGLE, _AROMATIC = 0, 3

_CACHED_MOLECULES = 20_000
_Any = TypeVar("_Any")


@dataclass(frozen=True)
class Graphs:
    """The atom graphs of B molecules, end to end in a few arrays.

    Attributes
    ----------
    atoms : (V, 8) or, where stereoisomers are kept apart, (V, 9) uint8
        Value of each feature of `layout`.
    bonds : (E/2, 2) int64
        Both atoms of each bond, counted from the first atom of their molecule.
    bond_types : (E/2,) uint8
        Index into the bond types of `layout`.
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

    @property
    def layout(self) -> Layout:
        """Which features these are."""
        return LAYOUTS["keep" if self.atoms.shape[1] == len(LAYOUTS["keep"].atom_features) else "merge"]

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
        """Return the features of every atom, one-hot, shape (V, n_atom_features)."""
        one_hot = np.zeros((len(self.atoms), self.layout.n_atom_features), dtype=np.float32)
        np.put_along_axis(one_hot, self.atoms + self.layout.offsets, 1.0, axis=1)
        return one_hot

    def molecule_of_atom(self) -> IntArray:
        """Return the molecule each atom belongs to, shape (V,)."""
        return np.repeat(np.arange(len(self)), self.n_atoms)

    def bond_ends(self) -> IntArray:
        """Return both atoms of each bond, counted over the whole batch, shape (E/2, 2)."""
        starts = np.cumsum(self.n_atoms) - self.n_atoms
        return self.bonds + np.repeat(starts, self.n_bonds)[:, None]

    def counts(self) -> NDArray[np.float32]:
        """Return how often each atom feature and bond type occurs, shape (B, n_counts)."""
        layout = self.layout
        counts = np.zeros((len(self), layout.n_counts), dtype=np.float32)
        np.add.at(counts, (self.molecule_of_atom()[:, None], self.atoms + layout.offsets), 1.0)
        molecule_of_bond = np.repeat(np.arange(len(self)), self.n_bonds)
        np.add.at(counts, (molecule_of_bond, layout.n_atom_features + self.bond_types.astype(np.int64)), 1.0)
        return counts


def featurise_smiles(smiles: Sequence[str], stereo: Stereo = "merge") -> Graphs:
    """Standardise molecules and return their graphs, in order.

    Parameters
    ----------
    smiles : sequence of str, length B
    stereo : "merge" or "keep"
        Whether the graphs hold the configuration.

    Raises
    ------
    DataError
        If `smiles` is empty or one of them is no usable molecule; names it and its place.
    """
    return _graphs(_each(_read_smiles, smiles, stereo), stereo)


def featurise_counted(smiles: Sequence[str], stereo: Stereo = "merge") -> tuple[Graphs, csr_array]:
    """Return graphs, and Morgan counts (radius 2) of the same molecules, shape (B, N_ENVIRONMENTS), each read once.

    Parameters
    ----------
    smiles, stereo
        As `featurise_smiles`.

    Raises
    ------
    DataError
        As `featurise_smiles`.
    """
    read = _each(_read_counted, smiles, stereo)
    pairs = np.frombuffer(b"".join(environments for _, environments in read), dtype=np.uint16).reshape(-1, 2)
    starts = np.cumsum([0, *(len(environments) // 4 for _, environments in read)])
    parts = (pairs[:, 1].astype(np.float64), pairs[:, 0].astype(np.int64), starts)
    return _graphs([molecule for molecule, _ in read], stereo), csr_array(parts, shape=(len(read), N_ENVIRONMENTS))


def _each(reader: Callable[[str, Stereo], _Any], smiles: Sequence[str], stereo: Stereo) -> list[_Any]:
    if not len(smiles):
        raise DataError("no molecules: the list of SMILES is empty")
    read = []
    for place, text in enumerate(smiles):
        try:
            read.append(reader(text, stereo))
        except MoleculeError as error:
            raise DataError(f"molecule {place} (counted from 0), {text!r}: {error}") from error
    return read


def featurise(mols: Iterable[Chem.Mol], stereo: Stereo = "merge") -> Graphs:
    """Return the graphs of molecules, as given; hydrogens are features of their heavy atoms."""
    return _graphs([_read(mol, stereo) for mol in mols], stereo)


class _Read(NamedTuple):
    """What is read from RDKit, atom by atom; everything else is computed for a whole batch at once.

    Kept as bytes: thousands of these are remembered, and small objects that come and go would scatter the memory.
    """

    atoms: bytes
    """Element, hydrogens, charge + 1 and hybridisation of each atom, four bytes an atom."""
    bonds: bytes
    """Both atoms, order and ring membership of each bond, four numbers of 32 bits a bond."""
    ring_sizes: bytes
    """Number of atoms of each ring, 32 bits each."""
    ring_atoms: bytes
    """The atoms of all rings, 32 bits each."""
    atom_codes: bytes
    """Configuration of each atom; empty where stereoisomers are merged, as the next."""
    bond_codes: bytes


@lru_cache(maxsize=_CACHED_MOLECULES)
def _read_smiles(smiles: str, stereo: Stereo) -> _Read:
    return _read(standard_mol(smiles, stereo), stereo)


@lru_cache(maxsize=_CACHED_MOLECULES)
def _read_counted(smiles: str, stereo: Stereo) -> tuple[_Read, bytes]:
    """Return what is read, and column and count of each Morgan environment, two numbers of 16 bits each."""
    mol = standard_mol(smiles, stereo)
    return _read(mol, stereo), array("H", chain.from_iterable(environment_counts(mol, stereo))).tobytes()


def _read(mol: Chem.Mol, stereo: Stereo) -> _Read:
    atoms = bytearray()
    # By number: RDKit's own sequences of atoms and bonds take three times as long.
    for atom in map(mol.GetAtomWithIdx, range(mol.GetNumAtoms())):
        atoms += bytes(
            (
                _ELEMENTS.get(atom.GetAtomicNum(), 0),
                atom.GetTotalNumHs(),
                min(max(atom.GetFormalCharge() + 1, 0), 2),
                _HYBRIDISATIONS.get(atom.GetHybridization(), 0),
            )
        )
    bonds = [
        number
        for bond in map(mol.GetBondWithIdx, range(mol.GetNumBonds()))
        for number in (
            bond.GetBeginAtomIdx(),
            bond.GetEndAtomIdx(),
            _BOND_ORDERS.get(bond.GetBondType(), _SINGLE),
            bond.IsInRing(),
        )
    ]
    rings = mol.GetRingInfo().AtomRings()
    return _Read(
        bytes(atoms),
        array("I", bonds).tobytes(),
        array("I", map(len, rings)).tobytes(),
        array("I", chain.from_iterable(rings)).tobytes(),
        *(configuration(mol) if stereo == "keep" else (b"", b"")),
    )


def _graphs(read: Sequence[_Read], stereo: Stereo) -> Graphs:
    atoms = _codes(molecule.atoms for molecule in read).reshape(-1, 4)
    flat = _numbers(molecule.bonds for molecule in read).reshape(-1, 4)
    n_atoms = np.array([len(molecule.atoms) // 4 for molecule in read])
    n_bonds = np.array([len(molecule.bonds) // 16 for molecule in read])
    starts = np.cumsum(n_atoms) - n_atoms
    ends, orders, in_ring = flat[:, :2], flat[:, 2], flat[:, 3]
    absolute = ends + np.repeat(starts, n_bonds)[:, None]
    neighbours = np.bincount(absolute.ravel(), minlength=len(atoms))
    aromatic = np.zeros(len(atoms), dtype=np.int64)
    aromatic[absolute[orders == _AROMATIC]] = 1
    at_end = (neighbours[absolute] == 1).any(axis=1)
    columns = np.column_stack([atoms, neighbours, *_rings(read, starts, len(atoms)), aromatic])
    types = np.choose(orders, [np.where(in_ring, 2, np.where(at_end, 0, 1)), np.where(in_ring, 4, 3), 5, 6])
    if stereo == "keep":
        columns = np.column_stack([columns, _codes(molecule.atom_codes for molecule in read)])
        bond_codes = _codes(molecule.bond_codes for molecule in read)
        types = np.where(bond_codes > 0, len(BOND_TYPES) - 1 + bond_codes, types)
    return Graphs(
        np.minimum(columns, LAYOUTS[stereo].highest).astype(np.uint8),
        ends,
        types.astype(np.uint8),
        n_atoms,
        n_bonds,
    )


def _codes(parts: Iterable[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(parts), dtype=np.uint8)


def _numbers(parts: Iterable[bytes]) -> IntArray:
    return np.frombuffer(b"".join(parts), dtype=np.uint32).astype(np.int64)


def _rings(read: Sequence[_Read], starts: IntArray, n: int) -> tuple[IntArray, IntArray]:
    """Return for each of n atoms a code of its smallest ring (size - 2, 0 for none) and its number of rings."""
    lengths = _numbers(molecule.ring_sizes for molecule in read)
    atoms = _numbers(molecule.ring_atoms for molecule in read)
    atoms += np.repeat(np.repeat(starts, [len(molecule.ring_sizes) // 4 for molecule in read]), lengths)
    largest = ATOM_FEATURES["ring_size"] + 1
    size = np.full(n, largest + 1)
    np.minimum.at(size, atoms, np.repeat(np.minimum(lengths, largest), lengths))
    size[size > largest] = 2
    return size - 2, np.bincount(atoms, minlength=n)


def _rows(sizes: IntArray, index: IntArray) -> IntArray:
    """Return the rows of the pieces at `index` where piece i has sizes[i] rows, all end to end."""
    wanted = sizes[index]
    starts = (np.cumsum(sizes) - sizes)[index]
    rows: IntArray = np.arange(wanted.sum()) + np.repeat(starts - (np.cumsum(wanted) - wanted), wanted)
    return rows

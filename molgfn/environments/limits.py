"""Upper limits of what only grows: weight, heavy atoms, rings, aromatic rings, lasting donors, hard joins.

Each is a sum over the blocks and the joins, and no added block lowers it. So a molecule within the limits stays within
them when a leaf is taken away: the states within the limits are closed under steps back, and a law over them needs no
correction.
"""

from collections.abc import Callable, Iterable, Mapping
from math import inf

import numpy as np
from rdkit import Chem

from molgfn.arrays import BoolArray, FloatArray, IntArray
from molgfn.chem.properties import property_values
from molgfn.chem.trees.blocks import Block
from molgfn.environments.states import States
from molgfn.environments.tables import BlockTables, pair_table
from molgfn.routes.ends import End, end_of
from molgfn.routes.reactions import HARD, meeting_of

HARD_JOINS = "hard_joins"
"""Joins that are hard to make, by the two kinds of stem; those inside a core do not count."""
_HYDROGEN = 1.008
_ROUNDING = 1e-6


def _of_property(name: str) -> Callable[[Block], float]:
    return lambda block: property_values(block.mol, [name])[name]


def lasting_donors(block: Block) -> float:
    """Count the hydrogen bond donors that a block keeps when all of its stems are joined."""
    joined = Chem.RWMol(block.mol)
    for atom, count in zip(block.stem_atoms, block.multiplicity, strict=True):
        stem = joined.GetAtomWithIdx(atom)
        if stem.GetNumExplicitHs():
            stem.SetNumExplicitHs(max(stem.GetNumExplicitHs() - count, 0))
        for _ in range(count):
            joined.AddBond(atom, joined.AddAtom(Chem.Atom("C")), Chem.BondType.SINGLE)
    mol = joined.GetMol()
    Chem.SanitizeMol(mol)
    return property_values(mol, ["hbd"])["hbd"]


_OF_A_BLOCK: dict[str, tuple[Callable[[Block], float], float]] = {
    "mw": (_of_property("mw"), -2 * _HYDROGEN),
    "heavy_atoms": (_of_property("heavy_atoms"), 0.0),
    "rings": (_of_property("rings"), 0.0),
    "aromatic_rings": (_of_property("aromatic_rings"), 0.0),
    "hbd": (lasting_donors, 0.0),
    HARD_JOINS: (lambda _: 0.0, 0.0),
}
"""What a block brings, and what every join adds, by property; a hard join adds one hard join more."""

LIMITED = tuple(_OF_A_BLOCK)
"""Names of the properties that can be limited, as in `Properties`."""


class Limits:
    """Upper limits of the molecules of an environment, for K properties.

    Parameters
    ----------
    tables : BlockTables
    highest : mapping of str to float
        Highest allowed value by property name; those not in `LIMITED`, and inf, limit nothing.
    """

    def __init__(self, tables: BlockTables, highest: Mapping[str, float]) -> None:
        self.highest = {name: float(highest[name]) for name in LIMITED if highest.get(name, inf) < inf}
        self._tables = tables
        self._join = np.array([_OF_A_BLOCK[name][1] for name in self.highest])
        self._is_hard = np.array([name == HARD_JOINS for name in self.highest], dtype=np.float64)
        self._hard = _hard_meetings(tables) if HARD_JOINS in self.highest else None
        self._room = np.array(list(self.highest.values())) + _ROUNDING
        self._block = self._values(tables.blocks)
        self._class = self._block[tables.class_block] + self._join
        self._most = self._class.max(axis=0) + self._is_hard
        order = np.argsort((self._class / np.maximum(self._room, 1.0)).sum(axis=1), kind="stable")
        # The classes that may be joined to each kind of stem, the smallest first.
        self._smallest = [order[tables.legal[kind][order]] for kind in range(tables.n_kinds)] if self.highest else []
        self._fits: dict[tuple[tuple[tuple[int, int], ...], int, bytes], bool] = {}

    def __bool__(self) -> bool:
        return bool(self.highest)

    def _values(self, blocks: Iterable[Block]) -> FloatArray:
        rows = [[_OF_A_BLOCK[name][0](block) for name in self.highest] for block in blocks]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self.highest))

    def room(self, states: States) -> FloatArray:
        """Return how far each state is below each limit, shape (S, K); negative above it."""
        there = states.blocks >= 0
        total = np.where(there[..., None], self._block[states.blocks], 0.0).sum(axis=1)
        joined = self._join * np.maximum(states.length - 1, 0)[:, None]
        return np.asarray(self._room - total - joined - self._is_hard * self._hard_joins(states)[:, None])

    def _hard_joins(self, states: States) -> FloatArray:
        """Return the number of hard joins of each state, shape (S,)."""
        count = np.zeros(len(states))
        if self._hard is not None:
            row, node = np.nonzero((states.parent >= 0) & (states.blocks < self._tables.n_vocabulary))
            kind = self._tables.kind
            parent = kind[states.blocks[row, states.parent[row, node]], states.parent_stem[row, node]]
            np.add.at(count, row, self._hard[parent, kind[states.blocks[row, node], states.own_stem[row, node]]])
        return count

    def within(self, states: States) -> BoolArray:
        """Return which states are within the limits, shape (S,)."""
        return np.asarray((self.room(states) >= 0).all(axis=1))

    def first_above(self, blocks: Iterable[Block], hard: int = 0) -> tuple[str, float] | None:
        """Return the name and the value of the first property in which joined blocks are above a limit, if any.

        `hard` is the number of their joins that are hard to make.
        """
        values = self._values(blocks)
        total = values.sum(axis=0) + self._join * (len(values) - 1) + self._is_hard * hard
        above = np.flatnonzero(total > self._room)
        return (list(self.highest)[above[0]], float(total[above[0]])) if len(above) else None

    def tight(self, room: FloatArray) -> BoolArray:
        """Return which states cannot take every class, shape (S,), from their room, shape (S, K)."""
        return np.asarray((room < self._most).any(axis=1))

    def too_large(self, room: FloatArray, state: IntArray, kind: IntArray) -> BoolArray:
        """Return which classes are above a limit at open stems, shape (R, C).

        `room` is that of some states, shape (S, K); `state`, shape (R,), are rows of it, and `kind`, shape (R,), the
        kinds of stem.
        """
        count = len(self._class)
        # All but hard joins depend on the state alone: there are fewer states than stems.
        over = np.zeros((len(room), count), dtype=np.bool_)
        for k in np.flatnonzero(self._is_hard == 0).tolist():
            near = np.flatnonzero(room[:, k] < self._most[k])
            over[near] |= room[near, k, None] < self._class[:, k]
        over = over[state]
        for k in np.flatnonzero(self._is_hard).tolist():
            assert self._hard is not None
            near = np.flatnonzero(room[state, k] < 1)
            over[near] |= room[state[near], k, None] < self._hard[kind[near], :count]
        return over

    def step(self, kind: int, c: int) -> FloatArray:
        """Return what joining a block by its class `c` to a stem of that kind adds, shape (K,)."""
        hard = 0.0 if self._hard is None else float(self._hard[kind, c])
        return np.asarray(self._class[c] + self._is_hard * hard)

    def can_grow(self, stems: Mapping[int, int], blocks: int, room: FloatArray) -> bool:
        """Return whether that many blocks can be added within the limits.

        Parameters
        ----------
        stems : mapping of int to int
            How many open stems of each kind there are.
        blocks : int
        room : array, shape (K,)
        """
        if (room < 0).any() or (room < blocks * self._class.min(axis=0)).any():
            return False
        if blocks == 0:
            return True
        key = (tuple(sorted(stems.items())), blocks, room.round(5).tobytes())
        if key not in self._fits:
            self._fits[key] = any(
                self.can_grow(self.after(stems, kind, c), blocks - 1, room - self.step(kind, c))
                for kind in stems
                for c in self._smallest[kind].tolist()
            )
        return self._fits[key]

    def after(self, stems: Mapping[int, int], kind: int, c: int) -> dict[int, int]:
        """Return the open stems after a block is joined by its class `c` to a stem of that kind."""
        grown = dict(stems)
        grown[kind] -= 1
        for other, count in self.stems_of(int(self._tables.class_block[c])).items():
            grown[other] = grown.get(other, 0) + count
        grown[c] -= 1
        return {other: count for other, count in grown.items() if count}

    def stems_of(self, block: int) -> dict[int, int]:
        """Return how many stems of each kind a block has."""
        stems: dict[int, int] = {}
        kinds, counts = self._tables.kind[block].tolist(), self._tables.multiplicity[block].tolist()
        for kind, count in zip(kinds, counts, strict=True):
            if kind >= 0:
                stems[kind] = stems.get(kind, 0) + count
        return stems

    def room_after(self, block: int) -> FloatArray:
        """Return the room that one block leaves, shape (K,)."""
        return np.asarray(self._room - self._block[block])

    def surely_grow(self, room: FloatArray, blocks: int) -> BoolArray:
        """Return after which classes any further blocks of that number are within the limits, shape (C,)."""
        return np.asarray((room - self._class - self._is_hard >= blocks * self._most).all(axis=1))


def _hard_meetings(tables: BlockTables) -> FloatArray:
    """Return whether a join of two kinds of stem is hard to make, 0 or 1, shape (Q, Q)."""
    ends: dict[int, End] = {}
    for number, block in enumerate(tables.blocks):
        for stem in range(len(block.stem_atoms)):
            ends.setdefault(int(tables.kind[number, stem]), end_of(block, stem))
    in_order = [ends[kind] for kind in range(tables.n_kinds)]
    return pair_table(in_order, lambda a, b: meeting_of(a, b).reaction.difficulty >= HARD).astype(np.float64)

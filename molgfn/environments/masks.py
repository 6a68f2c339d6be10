"""Which blocks may not be joined where: dead ends before the smallest size, and molecules above a limit."""

from dataclasses import replace
from functools import cached_property

import numpy as np

from molgfn.arrays import BoolArray, FloatArray, IntArray
from molgfn.environments.limits import Limits
from molgfn.environments.states import OpenStems, States
from molgfn.environments.tables import BlockTables


class Masks:
    """The masks of an environment.

    A class of stems is masked at an open stem where the state after it could not reach `min_blocks`, or would be above
    a limit, or could reach `min_blocks` only above a limit. So every state can go on or stop, and the states that are
    left are closed under taking leaves away.

    Parameters
    ----------
    tables : BlockTables
    limits : Limits
    min_blocks, max_blocks : int
    """

    def __init__(self, tables: BlockTables, limits: Limits, min_blocks: int, max_blocks: int) -> None:
        self.tables, self.limits, self.min_blocks = tables, limits, min_blocks
        self.growth, self.block_growth = tables.growth(max_blocks)

    @cached_property
    def first_blocks(self) -> BoolArray:
        """Return which blocks may come first, shape (V,)."""
        count, needed = self.tables.n_vocabulary, self.min_blocks - 1
        allowed: BoolArray = 1 + self.block_growth[:count] >= self.min_blocks
        if self.limits:
            for block in np.flatnonzero(allowed).tolist():
                stems, room = self.limits.stems_of(block), self.limits.room_after(block)
                allowed[block] = self.limits.can_grow(stems, needed, room)
        return allowed

    def applied(self, states: States, stems: OpenStems) -> OpenStems:
        """Return open stems with their masks; those at which nothing may be joined are left out."""
        rows, masked = self._masked(states, stems)
        if not len(rows):
            return stems
        closed = rows[~(self.tables.legal[stems.kind[rows]] & ~masked).any(axis=1)]
        return replace(stems, masked_row=rows, masked=masked).without(closed)

    def _masked(self, states: States, stems: OpenStems) -> tuple[IntArray, BoolArray]:
        """Return the open stems at which a class is masked, shape (R,), and which classes are, shape (R, C)."""
        needed = np.maximum(self.min_blocks - states.length - 1, 0)
        room = self.limits.room(states) if self.limits else None
        concerned = needed > 0
        if room is not None:
            concerned |= self.limits.tight(room)
        rows = np.flatnonzero(concerned[stems.state])
        state = stems.state[rows]
        masked = self._dead_ends(stems, rows, needed[state])
        if room is not None:
            near, place = np.unique(state, return_inverse=True)
            masked |= self.limits.too_large(room[near], place, stems.kind[rows])
            for row in np.flatnonzero(needed[state] > 0).tolist():
                self._look_ahead(masked[row], stems, int(rows[row]), int(needed[state[row]]), room[state[row]])
        kept = masked.any(axis=1)
        return rows[kept], masked[kept]

    def _dead_ends(self, stems: OpenStems, rows: IntArray, needed: IntArray) -> BoolArray:
        """Return which classes leave too little room to reach the smallest size, shape (R, C)."""
        tables = self.tables
        carried = self.growth[stems.kind] * stems.count
        left = np.bincount(stems.state, weights=carried, minlength=int(stems.state.max(initial=-1)) + 1)
        left = left[stems.state[rows]] - self.growth[stems.kind[rows]]
        brought = self.block_growth[tables.class_block] - self.growth[: tables.n_classes]
        return np.asarray((left[:, None] + brought < needed[:, None]) & (needed > 0)[:, None])

    def _look_ahead(self, masked: BoolArray, stems: OpenStems, row: int, needed: int, room: FloatArray) -> None:
        """Mask, in place, the classes at an open stem after which the smallest size is reached only above a limit."""
        limits, kind = self.limits, int(stems.kind[row])
        there = stems.state == stems.state[row]
        kinds = stems.kind[there]
        open_stems = {int(k): int(stems.count[there][kinds == k].sum()) for k in np.unique(kinds)}
        unsure = self.tables.legal[kind] & ~masked & ~limits.surely_grow(room, needed)
        for c in np.flatnonzero(unsure).tolist():
            after = limits.after(open_stems, kind, c)
            masked[c] = not limits.can_grow(after, needed, room - limits.step(kind, c))

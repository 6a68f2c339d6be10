"""A batch of fragment states, which is also a batch of trajectories."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass
class States:
    """Trees of blocks in the order in which they were built: the first k nodes are the k-th state of a trajectory.

    Attributes
    ----------
    blocks : array, shape (B, N)
        Block of each node; -1 beyond the end.
    parent : array, shape (B, N)
        Earlier node to which it was joined; -1 for the first.
    parent_stem : array, shape (B, N)
        Stem atom of the parent that was used.
    own_stem : array, shape (B, N)
        Stem atom of its own block that was used; -1 for the first.
    length : array, shape (B,)
        Number of nodes.
    """

    blocks: Ints
    parent: Ints
    parent_stem: Ints
    own_stem: Ints
    length: Ints

    @classmethod
    def empty(cls, batch: int, max_blocks: int) -> "States":
        blocks, parent, parent_stem, own_stem = (np.full((batch, max_blocks), -1, dtype=np.int64) for _ in range(4))
        return cls(blocks, parent, parent_stem, own_stem, np.zeros(batch, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.length)

    def arrays(self) -> tuple[Ints, ...]:
        """Return the five arrays in the order of the fields."""
        return self.blocks, self.parent, self.parent_stem, self.own_stem, self.length

    @classmethod
    def of_arrays(cls, arrays: Iterable[Ints]) -> "States":
        """Undo `arrays`."""
        return cls(*arrays)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "States":
        """Return a copy of some rows."""
        return States(*(array[rows] for array in self.arrays()))

    @classmethod
    def concatenate(cls, parts: "list[States]") -> "States":
        return cls(*(np.concatenate(arrays) for arrays in zip(*(part.arrays() for part in parts), strict=True)))

    def cut_to(self, length: Ints) -> "States":
        """Return the earlier states with these numbers of nodes, shape (B,)."""
        gone = np.arange(self.blocks.shape[1]) >= length[:, None]
        kept = [np.where(gone, -1, array) for array in self.arrays()[:4]]
        return States(kept[0], kept[1], kept[2], kept[3], length.copy())

    def put(self, rows: Ints, others: "States") -> None:
        """Replace these rows by other states, in place."""
        for mine, other in zip(self.arrays(), others.arrays(), strict=True):
            mine[rows] = other

    def append(self, rows: Ints, block: Ints, parent: Ints, parent_stem: Ints, own_stem: Ints) -> None:
        """Add one node to each of these rows, in place."""
        place = self.length[rows]
        self.blocks[rows, place] = block
        self.parent[rows, place] = parent
        self.parent_stem[rows, place] = parent_stem
        self.own_stem[rows, place] = own_stem
        self.length[rows] += 1


@dataclass(frozen=True)
class OpenStems:
    """The stem atoms of a batch of states at which a block may be added, one row each.

    Attributes
    ----------
    state, node, stem : array, shape (O,)
        Where it is.
    kind : array, shape (O,)
        Kind of stem (see `BlockTables`).
    count : array, shape (O,)
        Equivalent open stems on that atom: each is an action of its own.
    masked_row : array, shape (R,)
        The rows at which some class may not be joined although `BlockTables.legal` allows it, ascending.
    masked : array of bool, shape (R, C)
        Which classes may not be joined there.
    """

    state: Ints
    node: Ints
    stem: Ints
    kind: Ints
    count: Ints
    masked_row: Ints
    masked: NDArray[np.bool_]

    def allowed(self, legal: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which classes may be joined at each open stem, shape (O, C), from `BlockTables.legal`."""
        allowed = legal[self.kind]
        allowed[self.masked_row] &= ~self.masked
        return allowed

    def without(self, rows: Ints) -> "OpenStems":
        """Return the open stems but those of some rows."""
        kept = np.ones(len(self.state), dtype=np.bool_)
        kept[rows] = False
        place = np.cumsum(kept) - 1
        stays = kept[self.masked_row]
        state, node, stem, kind, count = (a[kept] for a in (self.state, self.node, self.stem, self.kind, self.count))
        return OpenStems(state, node, stem, kind, count, place[self.masked_row[stays]], self.masked[stays])

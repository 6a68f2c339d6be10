"""Weighted choices in groups, and lists of joins, drawn for many rows at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from molgfn.arrays import FloatArray, IntArray


@dataclass(frozen=True)
class Choices:
    """Weighted choices in groups.

    Attributes
    ----------
    choice : array
        What is chosen, one group after the other.
    start : array, shape (groups + 1,)
        The choices of group g are those from start[g] to start[g + 1].
    cumulative : array, shape (choices + 1,)
        Sum of the weights of all choices before.
    """

    choice: IntArray
    start: IntArray
    cumulative: FloatArray

    @classmethod
    def of(cls, group: Sequence[int] | IntArray, weight: Sequence[float] | FloatArray, n_groups: int) -> "Choices":
        """Group the choices 0, 1, ... by their group."""
        groups = np.asarray(group, dtype=np.int64)
        order = np.argsort(groups, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(groups, minlength=n_groups))])
        weights = np.asarray(weight, dtype=np.float64)[order]
        return cls(order, start, np.concatenate([[0.0], np.cumsum(weights)]))

    def draw(self, group: IntArray, generator: np.random.Generator) -> IntArray:
        """Draw a choice in each of these groups; none of them may be empty."""
        first, last = self.start[group], self.start[group + 1]
        low, high = self.cumulative[first], self.cumulative[last]
        point = low + generator.random(len(group)) * (high - low)
        place = np.searchsorted(self.cumulative, point, side="right") - 1
        # Rounding may put a point on the border of its group.
        return self.choice[np.clip(place, first, last - 1)]


@dataclass(frozen=True)
class Joins:
    """Joins that blocks are to have. J joins.

    Attributes
    ----------
    row : array, shape (J,)
        The block, by its place in what was asked for.
    own : array, shape (J,)
        Its stem atom.
    other : array, shape (J,)
        Class of the stem that is joined to it.
    """

    row: IntArray
    own: IntArray
    other: IntArray

    @classmethod
    def concatenate(cls, parts: "Sequence[Joins]") -> "Joins":
        return cls(*(np.concatenate(arrays) for arrays in zip(*((p.row, p.own, p.other) for p in parts), strict=True)))

    def of_rows(self, rows: IntArray) -> "Joins":
        """Return the joins with the rows renamed: row i becomes rows[i]."""
        return Joins(rows[self.row], self.own, self.other)


class JoinLists:
    """Lists of joins, each a list of pairs of own stem atom and class of the other stem."""

    def __init__(self, lists: Sequence[Sequence[tuple[int, int]]]) -> None:
        self._start = np.concatenate([[0], np.cumsum([len(joins) for joins in lists])]).astype(np.int64)
        self._pairs = np.array([pair for joins in lists for pair in joins], dtype=np.int64).reshape(-1, 2)

    def __call__(self, which: IntArray) -> Joins:
        """Return the joins of these lists; rows are places in `which`."""
        length = self._start[which + 1] - self._start[which]
        row = np.repeat(np.arange(len(which)), length)
        within = np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
        pair = self._pairs[self._start[which][row] + within]
        return Joins(row, pair[:, 0], pair[:, 1])

"""The hypergrid (Bengio et al. 2021, section 4.1): a test bed whose law can be computed exactly.

A state is a point of {0, ..., H-1}^n; an action moves one step along one axis, or stops.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass
class GridPaths:
    """Finished trajectories.

    Attributes
    ----------
    moves : array, shape (B, T)
        Axis of each step, -1 beyond the end.
    """

    moves: Ints

    def __len__(self) -> int:
        return len(self.moves)

    def arrays(self) -> tuple[Ints, ...]:
        return (self.moves,)

    def take(self, rows: Ints) -> "GridPaths":
        return GridPaths(self.moves[rows])

    @classmethod
    def concatenate(cls, parts: "list[GridPaths]") -> "GridPaths":
        return cls(np.concatenate([part.moves for part in parts]))

    @classmethod
    def of_arrays(cls, arrays: Iterable[Ints]) -> "GridPaths":
        return cls(*arrays)

    @property
    def length(self) -> Ints:
        """Number of moves, shape (B,)."""
        length: Ints = (self.moves >= 0).sum(axis=1)
        return length


@dataclass(frozen=True)
class Hypergrid:
    """The grid and its reward.

    Attributes
    ----------
    dimensions, height : int
        n and H.
    r0, r1, r2 : float
        Reward everywhere, added near the corners, added in the 2^n modes.
    """

    dimensions: int
    height: int
    r0: float = 0.1
    r1: float = 0.5
    r2: float = 2.0

    @property
    def max_moves(self) -> int:
        """Longest trajectory, the stop not counted."""
        return self.dimensions * (self.height - 1)

    def reward(self, points: Ints) -> Floats:
        """Return the reward of points, shape (..., n) -> (...)."""
        from_middle = np.abs(points / (self.height - 1) - 0.5)
        corner = (from_middle > 0.25).all(axis=-1)
        mode = ((from_middle > 0.3) & (from_middle < 0.4)).all(axis=-1)
        return np.asarray(self.r0 + self.r1 * corner + self.r2 * mode, dtype=np.float64)

    def ends(self, paths: GridPaths) -> Ints:
        """Return the last point of trajectories, shape (B, n)."""
        points = np.zeros((len(paths), self.dimensions), dtype=np.int64)
        row, step = np.nonzero(paths.moves >= 0)
        np.add.at(points, (row, paths.moves[row, step]), 1)
        return points

    @cached_property
    def points(self) -> Ints:
        """Every point, in the order of `np.ravel_multi_index`, shape (H^n, n)."""
        axes = np.indices((self.height,) * self.dimensions)
        return axes.reshape(self.dimensions, -1).T

    @cached_property
    def law(self) -> Floats:
        """The target R/Z over `points`."""
        reward = self.reward(self.points)
        law: Floats = reward / reward.sum()
        return law

    @cached_property
    def modes(self) -> Ints:
        """Numbers of the points whose reward is highest; they form the 2^n modes."""
        reward = self.reward(self.points)
        return np.flatnonzero(reward == reward.max())

    def mode_of(self, points: Ints) -> Ints:
        """Return which of the 2^n corners points lie towards, shape (..., n) -> (...)."""
        upper = points > (self.height - 1) / 2
        number: Ints = (upper * 2 ** np.arange(self.dimensions)).sum(axis=-1)
        return number

    def number(self, points: Ints) -> Ints:
        """Return the places of points in `points`, shape (..., n) -> (...)."""
        shape = (self.height,) * self.dimensions
        return np.asarray(np.ravel_multi_index(tuple(np.moveaxis(points, -1, 0)), shape), dtype=np.int64)

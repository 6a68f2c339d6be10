"""Replay: finished trajectories as integers, drawn uniformly or from the best ones."""

from dataclasses import dataclass
from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray

from molgfn.flow.condition import Condition
from molgfn.flow.interfaces import AnyBatch

BEST = 0.1
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Targets:
    """The targets of finished trajectories.

    Attributes
    ----------
    log_reward : array, shape (B,)
    log_share : array, shape (B,)
        Log of the share of the reward for each way of building the object; it does not depend on the temperature.
    """

    log_reward: Floats
    log_share: Floats

    def at(self, condition: Condition) -> Floats:
        """Return the log target of each trajectory: its share of R^beta; without a beta, of R."""
        return self.log_share + self.log_reward * condition.exponent()

    @classmethod
    def concatenate(cls, parts: "list[Targets]") -> "Targets":
        log_reward = np.concatenate([part.log_reward for part in parts])
        return cls(log_reward, np.concatenate([part.log_share for part in parts]))


class Replay(Generic[AnyBatch]):
    """A ring buffer of the latest trajectories.

    Parameters
    ----------
    capacity : int
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.log_reward = np.full(capacity, -np.inf)
        self.log_share = np.zeros(capacity)
        self.size = 0
        self.next = 0
        self._arrays: list[NDArray[np.int64]] = []
        self._kind: type[AnyBatch] | None = None

    def add(self, batch: AnyBatch, targets: Targets) -> None:
        """Store B trajectories; they replace the oldest ones."""
        self._kind = type(batch)
        if not self._arrays:
            self._arrays = [np.zeros((self.capacity, *array.shape[1:]), dtype=np.int64) for array in batch.arrays()]
        rows = (self.next + np.arange(len(batch))) % self.capacity
        for stored, new in zip(self._arrays, batch.arrays(), strict=True):
            stored[rows] = new
        self.log_reward[rows], self.log_share[rows] = targets.log_reward, targets.log_share
        self.next = (self.next + len(batch)) % self.capacity
        self.size = min(self.size + len(batch), self.capacity)

    def draw(self, n: int, best: float, generator: np.random.Generator) -> tuple[AnyBatch, Targets]:
        """Draw n trajectories: a share `best` of them from the best tenth by reward, the others uniformly.

        Raises
        ------
        ValueError
            If it is empty.
        """
        if not self.size:
            raise ValueError("nothing to replay yet")
        held = np.arange(self.size)
        top = held[self.log_reward[: self.size] >= np.quantile(self.log_reward[: self.size], 1 - BEST)]
        from_top = round(best * n)
        rows = np.r_[generator.choice(top, from_top), generator.choice(held, n - from_top)]
        return self.take(rows), Targets(self.log_reward[rows], self.log_share[rows])

    def take(self, rows: NDArray[np.int64]) -> AnyBatch:
        """Return the trajectories in some rows.

        Raises
        ------
        ValueError
            If it is empty.
        """
        if self._kind is None:
            raise ValueError("nothing to replay yet")
        return self._kind.of_arrays(array[rows] for array in self._arrays)

    def state_dict(self) -> dict[str, NDArray[Any]]:
        """Return its content as arrays."""
        content = {f"array.{number}": array for number, array in enumerate(self._arrays)}
        position = np.array([self.size, self.next])
        return content | {"log_reward": self.log_reward, "log_share": self.log_share, "position": position}

    def load_state_dict(self, state: dict[str, NDArray[Any]], kind: type[AnyBatch]) -> None:
        """Restore the content that `state_dict` returned, with trajectories of this kind."""
        self._arrays = [state[f"array.{number}"].copy() for number in range(len(state) - 3)]
        self._kind = kind if self._arrays else None
        self.log_reward[...], self.log_share[...] = state["log_reward"], state["log_share"]
        self.size, self.next = (int(x) for x in state["position"])

"""Replay: finished trajectories as integers, drawn evenly or from the best."""

from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray

from molgfn.flow.model import AnyBatch

BEST = 0.1
Floats = NDArray[np.float64]


class Replay(Generic[AnyBatch]):
    """A ring of the latest trajectories.

    Parameters
    ----------
    capacity : int
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.log_reward = np.full(capacity, -np.inf)
        self.log_target = np.zeros(capacity)
        self.size = 0
        self.next = 0
        self._arrays: list[NDArray[np.int64]] = []
        self._kind: type[AnyBatch] | None = None

    def add(self, batch: AnyBatch, log_reward: Floats, log_target: Floats) -> None:
        """Remember B trajectories; the oldest make room."""
        self._kind = type(batch)
        if not self._arrays:
            self._arrays = [np.zeros((self.capacity, *array.shape[1:]), dtype=np.int64) for array in batch.arrays()]
        rows = (self.next + np.arange(len(batch))) % self.capacity
        for mine, other in zip(self._arrays, batch.arrays(), strict=True):
            mine[rows] = other
        self.log_reward[rows], self.log_target[rows] = log_reward, log_target
        self.next = (self.next + len(batch)) % self.capacity
        self.size = min(self.size + len(batch), self.capacity)

    def draw(self, n: int, generator: np.random.Generator) -> tuple[AnyBatch, Floats]:
        """Draw n trajectories and their log targets: half evenly, half from the best tenth by reward.

        Raises
        ------
        ValueError
            If it is empty.
        """
        if self._kind is None:
            raise ValueError("nothing to replay yet")
        held = np.arange(self.size)
        best = held[self.log_reward[: self.size] >= np.quantile(self.log_reward[: self.size], 1 - BEST)]
        rows = np.r_[generator.choice(best, n // 2), generator.choice(held, n - n // 2)]
        return self._kind.of_arrays(array[rows] for array in self._arrays), self.log_target[rows]

    def state_dict(self) -> dict[str, NDArray[Any]]:
        """Return its content as arrays."""
        content = {f"array.{number}": array for number, array in enumerate(self._arrays)}
        position = np.array([self.size, self.next])
        return content | {"log_reward": self.log_reward, "log_target": self.log_target, "position": position}

    def load_state_dict(self, state: dict[str, NDArray[Any]], kind: type[AnyBatch]) -> None:
        """Take over what `state_dict` returned, of trajectories of this kind."""
        self._arrays = [state[f"array.{number}"].copy() for number in range(len(state) - 3)]
        self._kind = kind if self._arrays else None
        self.log_reward[...], self.log_target[...] = state["log_reward"], state["log_target"]
        self.size, self.next = (int(x) for x in state["position"])

"""Replay: finished trajectories as integers, drawn evenly or from the best."""

import numpy as np
from numpy.typing import NDArray

from molgfn.environments.states import States

BEST = 0.1


class Replay:
    """A ring of the latest trajectories.

    Parameters
    ----------
    capacity : int
    max_blocks : int
    """

    def __init__(self, capacity: int, max_blocks: int) -> None:
        self.states = States.empty(capacity, max_blocks)
        self.log_reward = np.full(capacity, -np.inf)
        self.log_target = np.zeros(capacity)
        self.size = 0
        self.next = 0

    def add(self, states: States, log_reward: NDArray[np.float64], log_target: NDArray[np.float64]) -> None:
        """Remember B trajectories; the oldest make room."""
        capacity = len(self.log_reward)
        rows = (self.next + np.arange(len(states))) % capacity
        for mine, other in zip(self.states.arrays(), states.arrays(), strict=True):
            mine[rows] = other
        self.log_reward[rows], self.log_target[rows] = log_reward, log_target
        self.next = int(self.next + len(states)) % capacity
        self.size = min(self.size + len(states), capacity)

    def draw(self, n: int, generator: np.random.Generator) -> tuple[States, NDArray[np.float64]]:
        """Draw n trajectories and their log targets: half evenly, half from the best tenth by reward."""
        held = np.arange(self.size)
        best = held[self.log_reward[: self.size] >= np.quantile(self.log_reward[: self.size], 1 - BEST)]
        rows = np.r_[generator.choice(best, n // 2), generator.choice(held, n - n // 2)]
        return self.states.take(rows), self.log_target[rows]

    def state_dict(self) -> dict[str, NDArray[np.generic]]:
        """Return its content as arrays."""
        names = ("blocks", "parent", "parent_stem", "own_stem", "length")
        return {
            **dict(zip(names, self.states.arrays(), strict=True)),
            "log_reward": self.log_reward,
            "log_target": self.log_target,
            "position": np.array([self.size, self.next]),
        }

    def load_state_dict(self, state: dict[str, NDArray[np.generic]]) -> None:
        """Take over what `state_dict` returned."""
        for mine, name in zip(
            self.states.arrays(), ("blocks", "parent", "parent_stem", "own_stem", "length"), strict=True
        ):
            mine[...] = state[name]
        self.log_reward[...], self.log_target[...] = state["log_reward"], state["log_target"]
        self.size, self.next = (int(x) for x in state["position"])

"""How the desirabilities of several terms become one reward."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Combination(Protocol):
    """Combines several desirabilities into one reward."""

    def log_reward(self, desirabilities: Iterable[Array]) -> Array:
        """Return the log reward of B molecules, shape (B,), from the desirabilities of each term, shape (B,).

        It grows with each desirability; one that is left out counts as 1.
        """
        ...


@dataclass(frozen=True)
class Product:
    r"""The product of desirabilities to a power.

    .. math:: \log R = \beta \sum_i \log f(d_i), \quad f(d) = c + (1 - c) d

    with the exponent :math:`\beta` and the floor :math:`c`, so that no term alone makes a reward 0.
    """

    exponent: float
    floor: float

    def log_reward(self, desirabilities: Iterable[Array]) -> Array:
        total = sum(np.log(self.floor + (1.0 - self.floor) * desirability) for desirability in desirabilities)
        return np.asarray(self.exponent * total, dtype=np.float64)

"""What a flow model is conditioned on."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Condition:
    """What the law of each of B trajectories, or states, is conditioned on; by default nothing.

    Attributes
    ----------
    beta : Tensor, shape (B,), optional
        Inverse temperatures: the law is proportional to R^beta. Without them it is proportional to R.
    """

    beta: Tensor | None = None

    @classmethod
    def repeated(cls, beta: float | None, n: int, device: torch.device | str = "cpu") -> "Condition":
        """Return the same condition for each of n rows."""
        return cls() if beta is None else cls(torch.full((n,), beta, device=device))

    def take(self, rows: NDArray[np.int64] | slice) -> "Condition":
        """Return the condition of some rows."""
        return self if self.beta is None else Condition(self.beta[rows])

    def exponent(self) -> NDArray[np.float64] | float:
        """Return the power of the reward that each row aims at, shape (B,); 1 for all without a temperature."""
        return 1.0 if self.beta is None else self.beta.detach().cpu().double().numpy()


UNCONDITIONED = Condition()

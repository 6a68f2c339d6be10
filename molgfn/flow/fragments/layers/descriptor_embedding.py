"""Embeddings that start from descriptors: similar rows start with similar vectors, and can become different."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

OWN = 0.1


class DescriptorEmbedding(nn.Module):
    """A table of vectors: a linear map of descriptors, plus a separate vector for each row.

    Parameters
    ----------
    descriptors : array, shape (n, F)
        They are saved with the weights in a checkpoint.
    width : int
        D.
    mean, spread : float
        Of the entries before training.
    """

    def __init__(self, descriptors: NDArray[np.float32], width: int, mean: float = 0.0, spread: float = 1.0) -> None:
        super().__init__()
        self.mean, self.spread = mean, spread
        values = torch.tensor(descriptors)
        self.register_buffer("descriptors", values)
        self.descriptors: Tensor
        length = values.square().sum(1).mean().sqrt().clamp(min=1e-6)
        self.shared = nn.Parameter(torch.randn(values.shape[1], width) / length)
        self.own = nn.Parameter(OWN * torch.randn(len(values), width))
        self._held: Tensor | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Compute the table once for the code inside, without gradient; the weights must not change there."""
        with torch.no_grad():
            self._held = self()
        try:
            yield
        finally:
            self._held = None

    def forward(self) -> Tensor:
        """Return the table, shape (n, D)."""
        if self._held is not None:
            return self._held
        return self.mean + self.spread * torch.addmm(self.own, self.descriptors, self.shared)

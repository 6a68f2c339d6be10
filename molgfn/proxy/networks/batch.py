"""The training data of the networks of a proxy, as tensors."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgfn.arrays import IntArray
from molgfn.proxy.data.graphs import Graphs, featurise_smiles
from molgfn.proxy.data.training_data import TrainingData, weights
from molgfn.proxy.networks.network import GraphBatch


@dataclass(frozen=True)
class Examples:
    """B molecules with standardised values, their sides and weights, each of shape (B,)."""

    graphs: Graphs
    targets: Tensor
    sides: Tensor
    weights: Tensor

    @classmethod
    def of(cls, data: TrainingData, mean: float, std: float) -> "Examples":
        """Make examples from data; the values are standardised as (value - mean) / std."""
        arrays = ((data.values - mean) / std, data.sides, weights(data.counts))
        graphs = featurise_smiles(data.smiles, data.stereo)
        return cls(graphs, *(torch.from_numpy(array.astype(np.float32)) for array in arrays))

    def take(self, rows: IntArray) -> "Examples":
        """Return the examples at these rows, in their order."""
        return Examples(self.graphs.take(rows), self.targets[rows], self.sides[rows], self.weights[rows])

    def batch(self, device: torch.device) -> GraphBatch:
        """Return the molecules as tensors on a device."""
        return GraphBatch.of(self.graphs).to(device)

    def to(self, device: torch.device) -> "Examples":
        """Return the examples with their values on a device."""
        return Examples(self.graphs, *(part.to(device) for part in (self.targets, self.sides, self.weights)))

    def __len__(self) -> int:
        return len(self.graphs)

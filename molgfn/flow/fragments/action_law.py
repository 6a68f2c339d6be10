"""The forward policy on a batch of states: stop or go, then where, then what."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from molgfn.environments.states import OpenStems
from molgfn.flow.fragments.descriptor_embedding import DescriptorEmbedding


class ClassHead(nn.Module):
    """Which stem to join to a given open stem.

    Parameters
    ----------
    descriptors : array, shape (C, F)
        Of each class: its kind of stem and its block.
    width : int
        D.
    """

    def __init__(self, descriptors: NDArray[np.float32], width: int) -> None:
        super().__init__()
        self.query = nn.Sequential(nn.Linear(width, 2 * width), nn.LeakyReLU(), nn.Linear(2 * width, width))
        self.key = DescriptorEmbedding(descriptors, width, spread=0.1)
        self.bias = nn.Parameter(torch.zeros(len(descriptors)))

    def forward(self, hidden: Tensor, log_size: Tensor) -> Tensor:
        """Return log probabilities of single stems, shape (R, D), (R, C) -> (R, C); -inf where `log_size` is."""
        logits = torch.addmm(self.bias, self.query(hidden), self.key().T)
        together = logits + log_size
        total = torch.logsumexp(together, 1, keepdim=True)
        return (logits - total).masked_fill(log_size == -torch.inf, -torch.inf)


@dataclass(frozen=True)
class ActionLaw:
    """The forward policy on S states: stop or go, then where (an open stem), then what (a class of stem to join there).

    Attributes
    ----------
    stems : OpenStems
        The O open stems of these states.
    log_stop : Tensor, shape (S,)
        Log probability of stopping.
    log_go : Tensor, shape (S,)
        Log probability of adding a block, -inf where none can be added.
    log_where : Tensor, shape (O,)
        Given that a block is added, log probability of a single one of the equivalent open stems of each row.
    log_count : Tensor, shape (O,)
        Log of the number of equivalent open stems.
    log_room : Tensor, shape (O,)
        Log of the number of actions that a single one of them offers.
    log_flow : Tensor, shape (S,)
        Log flow of each state.
    leaf : Tensor, shape (S, N)
        Logit of taking each node away; to be normalised over the leaves.
    log_size : Tensor, shape (rows, C)
        Log of the number of equivalent stems in each class, -inf where they may not be joined.
    size_row : Tensor, shape (O,)
        The row of `log_size` that holds for each open stem.
    hidden : Tensor, shape (O, D)
        What the class head reads of each open stem.
    head : ClassHead
    """

    stems: OpenStems
    log_stop: Tensor
    log_go: Tensor
    log_where: Tensor
    log_count: Tensor
    log_room: Tensor
    log_flow: Tensor
    leaf: Tensor
    log_size: Tensor
    size_row: Tensor
    hidden: Tensor
    head: ClassHead

    def log_sizes(self, rows: Tensor) -> Tensor:
        """Return `log_size` of some open stems, shape (R,) -> (R, C)."""
        return self.log_size[self.size_row[rows]]

    def log_class(self, rows: Tensor) -> Tensor:
        """Return the log probability of each single stem to join at some open stems, shape (R,) -> (R, C)."""
        log_class: Tensor = self.head(self.hidden[rows], self.log_sizes(rows))
        return log_class

    @cached_property
    def log_stem(self) -> Tensor:
        """Log probability of adding at a single one of the equivalent open stems of each row, shape (O,)."""
        return self.log_where + self.log_go[torch.from_numpy(self.stems.state).to(self.log_go.device)]

    @cached_property
    def log_add(self) -> Tensor:
        """Log probability of each single action, shape (O, C); -inf where not allowed."""
        return self.log_stem[:, None] + self.log_class(self._all)

    @cached_property
    def log_orbit(self) -> Tensor:
        """Log of the number of equivalent actions, shape (O, C)."""
        return self.log_count[:, None] + self.log_sizes(self._all)

    @property
    def _all(self) -> Tensor:
        return torch.arange(len(self.log_stem), device=self.log_stem.device)

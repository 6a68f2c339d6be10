"""The forward policy on a batch of states: stop or go on, then where, then what to add."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from molgfn.environments.states import OpenStems
from molgfn.flow.fragments.layers.descriptor_embedding import DescriptorEmbedding


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

    def forward(self, hidden: Tensor, log_size: Tensor, log_join: Tensor | None) -> Tensor:
        """Return log probabilities of single stems, shape (R, D), (R, C) -> (R, C); -inf where `log_size` is -inf.

        `log_join`, shape (R, C), are the log probabilities that a prior gives: only the difference is learned.
        """
        logits = torch.addmm(self.bias, self.query(hidden), self.key().T)
        logits = logits if log_join is None else logits + log_join
        total = torch.logsumexp(logits + log_size, 1, keepdim=True)
        return (logits - total).masked_fill(log_size == -torch.inf, -torch.inf)


@dataclass(frozen=True)
class ActionLaw:
    """The forward policy on S states: stop or go on, then where (an open stem), then what (a class of stem to join).

    Attributes
    ----------
    stems : OpenStems
        The O open stems of these states.
    log_stop : Tensor, shape (S,)
        Log probability of stopping.
    log_go : Tensor, shape (S,)
        Log probability of adding a block, -inf if none can be added.
    log_where : Tensor, shape (O,)
        Log probability of one single open stem of the equivalent ones of each row, if a block is added.
    log_count : Tensor, shape (O,)
        Log of the number of equivalent open stems.
    log_room : Tensor, shape (O,)
        Log of the number of actions at one single of these open stems.
    log_flow : Tensor, shape (S,)
        Log flow of each state.
    leaf : Tensor, shape (S, N)
        Logit of removing each node; to be normalised over the leaves.
    log_size : Tensor, shape (rows, C)
        Log of the number of equivalent stems in each class, -inf if they may not be joined.
    size_row : Tensor, shape (O,)
        The row of `log_size` for each open stem.
    log_join : Tensor, shape (kinds, C), optional
        Log probability of each join in a prior, up to a constant for each kind of stem.
    kind : Tensor, shape (O,)
        Of each open stem.
    hidden : Tensor, shape (O, D)
        The input of the class head for each open stem.
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
    log_join: Tensor | None
    kind: Tensor
    hidden: Tensor
    head: ClassHead

    def log_sizes(self, rows: Tensor) -> Tensor:
        """Return `log_size` of some open stems, shape (R,) -> (R, C)."""
        return self.log_size[self.size_row[rows]]

    def log_class(self, rows: Tensor) -> Tensor:
        """Return the log probability of joining each single stem at some open stems, shape (R,) -> (R, C)."""
        log_join = None if self.log_join is None else self.log_join[self.kind[rows]]
        log_class: Tensor = self.head(self.hidden[rows], self.log_sizes(rows), log_join)
        return log_class

    @cached_property
    def log_stem(self) -> Tensor:
        """Log probability of adding a block at one single open stem of each row, shape (O,)."""
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

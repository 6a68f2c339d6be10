"""The interfaces of flow models: what training needs from an environment with its network."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class Batch(Protocol):
    """Finished trajectories as integer arrays, each with B rows."""

    def __len__(self) -> int: ...
    def arrays(self) -> tuple[NDArray[np.int64], ...]: ...
    def take(self, rows: NDArray[np.int64]) -> Self: ...
    @classmethod
    def concatenate(cls, parts: "list[Self]") -> Self: ...
    @classmethod
    def of_arrays(cls, arrays: Iterable[NDArray[np.int64]]) -> Self: ...


@dataclass(frozen=True)
class Evaluation:
    """Log probabilities and flows along B trajectories of at most T steps; 0 beyond the end.

    Attributes
    ----------
    log_pf : Tensor, shape (B, T)
        Forward, of the action that was taken; the last step is the stop, unless the trajectory has to end there.
    log_pb : Tensor, shape (B, T)
        Back.
    log_flow : Tensor, shape (B, T)
        Of the state before each step; the first is log Z.
    length : Tensor, shape (B,)
        Number of steps, including the stop if it is a step.
    """

    log_pf: Tensor
    log_pb: Tensor
    log_flow: Tensor
    length: Tensor


@dataclass(frozen=True)
class Inflow:
    """The states along some trajectories, with all edges that lead to them, for flow matching.

    Attributes
    ----------
    log_flow : Tensor, shape (S,)
        Log flow of each state, without the first states and those where trajectories have to end.
    log_edge, edge_state : Tensor, shape (edges,)
        Log flow of each edge, and the number of the state that it leads to; every state has at least one edge.
    log_end : Tensor, shape (B,)
        Log flow of the stop of each trajectory: the flow of its last state times the probability of stopping. If the
        trajectory has to end there, it is the whole inflow of this state.
    """

    log_flow: Tensor
    log_edge: Tensor
    edge_state: Tensor
    log_end: Tensor


AnyBatch = TypeVar("AnyBatch", bound=Batch)
_Evaluated = TypeVar("_Evaluated", bound=Batch, contravariant=True)


class FlowEvaluator(Protocol[_Evaluated]):
    """The part of a flow model that an objective uses."""

    def evaluate(self, batch: _Evaluated, learned_backward: bool) -> Evaluation:
        """Evaluate trajectories, with gradient; P_B is learned by the model, or uniform over parents."""
        ...

    def inflow(self, batch: _Evaluated) -> Inflow:
        """Evaluate every state of the trajectories and its parents, with gradient."""
        ...


class FlowModel(FlowEvaluator[AnyBatch], Protocol[AnyBatch]):
    """An environment with its network, a `torch.nn.Module`.

    `log_z` is a scalar parameter. All parameters whose name starts with `log_z` have its learning rate; the others have
    the learning rate of the network. `flow_offset` is a scalar buffer that is added to the log flow of every state.
    """

    log_z: torch.nn.Parameter
    flow_offset: Tensor
    batch_type: type[AnyBatch]

    def matrices(self) -> list[torch.nn.Parameter]:
        """Return the parameters that Muon trains; Adam trains all others."""
        ...

    def draw(self, n: int, generator: torch.Generator, epsilon: float = 0.0) -> tuple[AnyBatch, Tensor]:
        """Build n objects; return them with the log probability of each trajectory under the policy, shape (B,)."""
        ...

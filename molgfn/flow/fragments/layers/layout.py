"""The input of the flow network, which does not depend on its weights."""

from dataclasses import dataclass

from torch import Tensor

from molgfn.environments.states import OpenStems
from molgfn.flow.fragments.layers.graph import StateGraph
from molgfn.flow.replay import Targets


@dataclass(frozen=True)
class Layout:
    """The input of the network for some states.

    Attributes
    ----------
    stems : OpenStems
    graph : StateGraph
    log_size, size_row, log_room, log_count : Tensor
        See `ActionLaw`.
    may_stop, may_go : Tensor of bool, shape (S,)
    ends : Targets, optional
        Of the stop at each state, 0 if it may not stop; see `Ends`.
    """

    stems: OpenStems
    graph: StateGraph
    log_size: Tensor
    size_row: Tensor
    log_room: Tensor
    log_count: Tensor
    may_stop: Tensor
    may_go: Tensor
    ends: Targets | None

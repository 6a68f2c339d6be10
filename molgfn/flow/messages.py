"""Messages along the joins of states: rounds of gated updates, from the ends of the branches inwards."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding, linear

from molgfn.flow.graph import StateGraph


def sent(
    graph: StateGraph, constant: Tensor, meet: Tensor, message: nn.Linear, cell: nn.GRUCell, rounds: int
) -> Tensor:
    """Return what is sent along joins, shape (M, D); each is made from those behind it, so it knows its branch.

    Parameters
    ----------
    graph : StateGraph
    constant : Tensor, shape (M, D)
        What each message says of the block that sends it.
    meet : Tensor, shape (pairs, D)
        What scales a message on its way into another, for each meeting of the graph.
    message : nn.Linear
        From what comes in to the input of the cell.
    cell : nn.GRUCell
    rounds : int
        In each every message is updated once, with the same weights.
    """
    sizes = [size for size, _ in graph.levels]
    # The gates are linear in the input: what is the same in every round passes its weights once.
    own = torch.split(linear(constant + message.bias, cell.weight_ih, cell.bias_ih), sizes)
    through = (cell.weight_ih @ message.weight).T
    meetings = _meetings(graph, meet)
    h = torch.tanh(constant)
    for _ in range(rounds):
        kept = torch.split(linear(h, cell.weight_hh, cell.bias_hh), sizes)
        done = h[:0]
        for entering, stay, before, at in zip(own, kept, torch.split(h, sizes), meetings, strict=True):
            if len(at.into):
                arriving = torch.zeros_like(before).index_add(0, at.out, embedding(at.into, done) * at.meet)
                entering = torch.addmm(entering, arriving, through)
            done = torch.cat([done, _gated(entering, stay, before)])
        h = done
    return h


@dataclass(frozen=True)
class _Meetings:
    """The meetings that feed the messages of one height.

    Attributes
    ----------
    into, out : Tensor, shape (pairs,)
        The message that comes in, and the one it feeds, counted from the first of that height.
    meet : Tensor, shape (pairs, D)
    """

    into: Tensor
    out: Tensor
    meet: Tensor


def _meetings(graph: StateGraph, meet: Tensor) -> list[_Meetings]:
    """Return the meetings of each height."""
    found: list[_Meetings] = []
    first, first_pair = 0, 0
    for size, pairs in graph.levels:
        of = slice(first_pair, first_pair + pairs)
        found.append(_Meetings(graph.meet_in[of], graph.meet_out[of] - first, meet[of]))
        first, first_pair = first + size, of.stop
    return found


def _gated(entering: Tensor, kept: Tensor, before: Tensor) -> Tensor:
    """Return the new state of gated units, given what their weights make of input and state, each of shape (M, 3 D)."""
    parts = [2 * before.shape[1], before.shape[1]]
    enter_gates, enter_new = torch.split(entering, parts, 1)
    kept_gates, kept_new = torch.split(kept, parts, 1)
    reset, update = torch.sigmoid(enter_gates + kept_gates).chunk(2, 1)
    return torch.lerp(torch.tanh(torch.addcmul(enter_new, reset, kept_new)), before, update)

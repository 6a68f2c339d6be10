"""Fragment states as one flat graph: nodes, directed joins, and which joins meet at a block."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from molgfn.environments.fragments import OpenStems
from molgfn.environments.states import States
from molgfn.environments.tables import BlockTables

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class StateGraph:
    """A batch of S states with V nodes, E directed joins and O open stems, as index tensors.

    A directed join leaves its source node at one stem atom and enters its target node at another.

    Attributes
    ----------
    node_block, node_state, node_place : Tensor, shape (V,)
        Block of each node, its state, and its place there.
    source, target, source_kind, target_kind : Tensor, shape (E,)
        Nodes at the ends of each join and the kinds of stem by which it leaves and enters.
    meet_in, meet_out, meet_relation : Tensor, shape (pairs,)
        A join that enters a block, another that leaves it, and how their stems are related in that block.
    stem_node, stem_kind, stem_state : Tensor, shape (O,)
    touch_in, touch_stem, touch_relation : Tensor, shape (pairs,)
        A join that enters a block, an open stem of that block, and how they are related.
    length : Tensor, shape (S,)
        Number of nodes.
    """

    node_block: Tensor
    node_state: Tensor
    node_place: Tensor
    source: Tensor
    target: Tensor
    source_kind: Tensor
    target_kind: Tensor
    meet_in: Tensor
    meet_out: Tensor
    meet_relation: Tensor
    stem_node: Tensor
    stem_kind: Tensor
    stem_state: Tensor
    touch_in: Tensor
    touch_stem: Tensor
    touch_relation: Tensor
    length: Tensor


def _meetings(first: Ints, second: Ints, nodes: int) -> tuple[Ints, Ints]:
    """Return all pairs (i, j) with first[i] == second[j], both node numbers below `nodes`."""
    order = np.argsort(second, kind="stable")
    count = np.bincount(second, minlength=nodes)
    start = np.cumsum(count) - count
    repeats = count[first]
    i = np.repeat(np.arange(len(first)), repeats)
    within = np.arange(len(i)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return i, order[np.repeat(start[first], repeats) + within]


def state_graph(states: States, stems: OpenStems, tables: BlockTables, device: torch.device) -> StateGraph:
    """Lay out states and their open stems for the flow network."""
    node_state, place = np.nonzero(states.blocks >= 0)
    number = np.zeros(states.blocks.shape, dtype=np.int64)
    number[node_state, place] = np.arange(len(node_state))
    node_block = states.blocks[node_state, place]

    row, child_place = np.nonzero(states.parent >= 0)
    child = number[row, child_place]
    parent = number[row, states.parent[row, child_place]]
    child_stem, parent_stem = states.own_stem[row, child_place], states.parent_stem[row, child_place]
    source, target = np.r_[child, parent], np.r_[parent, child]
    source_stem, target_stem = np.r_[child_stem, parent_stem], np.r_[parent_stem, child_stem]

    meet_in, meet_out = _meetings(target, source, len(node_block))
    onward = meet_out != (meet_in + len(row)) % max(len(source), 1)
    meet_in, meet_out = meet_in[onward], meet_out[onward]
    stem_node = number[stems.state, stems.node]
    touch_stem, touch_in = _meetings(stem_node, target, len(node_block))

    def tensor(array: Ints) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(device)

    return StateGraph(
        *map(
            tensor,
            (
                node_block,
                node_state,
                place,
                source,
                target,
                tables.kind[node_block[source], source_stem],
                tables.kind[node_block[target], target_stem],
                meet_in,
                meet_out,
                tables.relation[node_block[target[meet_in]], target_stem[meet_in], source_stem[meet_out]],
                stem_node,
                stems.kind,
                stems.state,
                touch_in,
                touch_stem,
                tables.relation[node_block[target[touch_in]], target_stem[touch_in], stems.stem[touch_stem]],
                states.length,
            ),
        )
    )

"""Fragment states as one flat graph: nodes, the distinct messages between them, and which message feeds which."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from molgfn.environments.states import OpenStems, States
from molgfn.environments.tables import BlockTables

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class StateGraph:
    """A batch of S states with V nodes, E directed joins, M distinct messages and O open stems, as index tensors.

    A directed join leaves its source node at one stem atom and enters its target node at another. The message along it
    depends only on the branch behind it. So equal branches share one message, also in different states.

    Attributes
    ----------
    node_block, node_state, node_place : Tensor, shape (V,)
        Block of each node, its state, and its place there.
    message_block, message_kind : Tensor, shape (M,)
        Block that sends each message and the kind of stem by which it leaves.
    meet_in, meet_out, meet_relation : Tensor, shape (pairs,)
        A message that enters a block, a message that this block sends, and the relation of their stems in the block.
    arrive_message, arrive_node, arrive_kind : Tensor, shape (E,)
        The message along each directed join, the node that it enters, and the kind of stem where it enters.
    stem_node, stem_kind, stem_state : Tensor, shape (O,)
    touch_message, touch_stem, touch_relation : Tensor, shape (pairs,)
        A message that enters a block, an open stem of this block, and the relation of the two stems.
    length : Tensor, shape (S,)
        Number of nodes.
    levels : list of (int, int)
        Messages are ordered by the height of the branch behind them. For each height: the number of messages, and the
        number of pairs (see `meet_in`) that feed them.
    branch : array of uint64, shape (M,)
        A hash of the branch behind each message; a branch has the same hash in every batch.
    """

    node_block: Tensor
    node_state: Tensor
    node_place: Tensor
    message_block: Tensor
    message_kind: Tensor
    meet_in: Tensor
    meet_out: Tensor
    meet_relation: Tensor
    arrive_message: Tensor
    arrive_node: Tensor
    arrive_kind: Tensor
    stem_node: Tensor
    stem_kind: Tensor
    stem_state: Tensor
    touch_message: Tensor
    touch_stem: Tensor
    touch_relation: Tensor
    length: Tensor
    levels: list[tuple[int, int]]
    branch: Hashes


def _meetings(first: Ints, second: Ints, nodes: int) -> tuple[Ints, Ints]:
    """Return all pairs (i, j) with first[i] == second[j], ordered by i; both node numbers below `nodes`."""
    order = np.argsort(second, kind="stable")
    count = np.bincount(second, minlength=nodes)
    start = np.cumsum(count) - count
    repeats = count[first]
    i = np.repeat(np.arange(len(first)), repeats)
    within = np.arange(len(i)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return i, order[np.repeat(start[first], repeats) + within]


def _mix(values: Hashes) -> Hashes:
    """Hash 64-bit numbers (the finaliser of SplitMix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _branches(own: Ints, meet_in: Ints, meet_out: Ints, relation: Ints, depth: int) -> tuple[Hashes, Ints]:
    """Return a 64-bit hash of the branch behind each directed join, and its height; each of shape (E,).

    `own` is a number for the block and stem at the near end of the branch; pairs are ordered by `meet_out`. Two
    different branches of a batch have the same hash with a probability of about E^2 / 2^65, 1e-12 for ten thousand
    joins.
    """
    near = _mix(own.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15))
    turn = _mix(relation.astype(np.uint64) + np.uint64(0xD1B54A32D192ED03))
    hashes, height = _mix(near), np.zeros(len(own), dtype=np.int64)
    fed = np.flatnonzero(np.r_[True, meet_out[1:] != meet_out[:-1]]) if len(meet_out) else meet_out
    for _ in range(depth if len(fed) else 0):
        behind = near.copy()
        behind[meet_out[fed]] += np.add.reduceat(_mix(hashes[meet_in] + turn), fed)
        hashes = _mix(behind)
        height[meet_out[fed]] = 1 + np.maximum.reduceat(height[meet_in], fed)
    return hashes, height


def state_graph(states: States, stems: OpenStems, tables: BlockTables, device: torch.device) -> StateGraph:
    """Return the graph of some states and their open stems, as the flow network needs it."""
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
    source_kind = tables.kind[node_block[source], source_stem]

    meet_out, meet_in = _meetings(source, target, len(node_block))
    onward = meet_out != (meet_in + len(row)) % max(len(source), 1)
    meet_in, meet_out = meet_in[onward], meet_out[onward]
    relation = tables.relation[node_block[source[meet_out]], target_stem[meet_in], source_stem[meet_out]]
    sender = node_block[source] * tables.n_kinds + source_kind
    depth = max(int(states.length.max(initial=0)) - 2, 0)
    hashes, height = _branches(sender, meet_in, meet_out, relation, depth)
    _, representative, message = np.unique(hashes, return_index=True, return_inverse=True)
    by_height = np.argsort(height[representative], kind="stable")
    representative, message = representative[by_height], np.argsort(by_height)[message]
    chosen = np.full(len(source), -1, dtype=np.int64)
    chosen[representative] = np.arange(len(representative))
    kept = np.flatnonzero(chosen[meet_out] >= 0)
    kept = kept[np.argsort(chosen[meet_out[kept]], kind="stable")]
    levels = np.bincount(height[representative])
    meets = np.bincount(height[meet_out[kept]], minlength=len(levels))

    stem_node = number[stems.state, stems.node]
    touch_stem, touch = _meetings(stem_node, target, len(node_block))

    def tensor(array: Ints) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(device)

    return StateGraph(
        node_block=tensor(node_block),
        node_state=tensor(node_state),
        node_place=tensor(place),
        message_block=tensor(node_block[source[representative]]),
        message_kind=tensor(source_kind[representative]),
        meet_in=tensor(message[meet_in[kept]]),
        meet_out=tensor(message[meet_out[kept]]),
        meet_relation=tensor(relation[kept]),
        arrive_message=tensor(message),
        arrive_node=tensor(target),
        arrive_kind=tensor(tables.kind[node_block[target], target_stem]),
        stem_node=tensor(stem_node),
        stem_kind=tensor(stems.kind),
        stem_state=tensor(stems.state),
        touch_message=tensor(message[touch]),
        touch_stem=tensor(touch_stem),
        touch_relation=tensor(tables.relation[node_block[target[touch]], target_stem[touch], stems.stem[touch_stem]]),
        length=tensor(states.length),
        levels=list(zip(levels.tolist(), meets.tolist(), strict=True)),
        branch=hashes[representative],
    )

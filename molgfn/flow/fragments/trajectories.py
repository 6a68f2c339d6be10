"""Evaluation of trajectories of fragment states under a flow network.

A full state can only stop: its flow is its reward. So the network is needed there only for the step back.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.condition import UNCONDITIONED, Condition
from molgfn.flow.fragments.layers.action_law import ActionLaw
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.interfaces import Evaluation, Inflow
from molgfn.flow.scatter import scatter_logsumexp

Ints = NDArray[np.int64]


def evaluate(
    network: FlowNetwork, states: States, learned_backward: bool, condition: Condition = UNCONDITIONED
) -> Evaluation:
    """Evaluate every step of the trajectories that end in these states, with gradient.

    Parameters
    ----------
    network : FlowNetwork
    states : States
        Finished, in the order of building.
    learned_backward : bool
        P_B from the head of the network; else uniform over the leaves.
    condition : Condition
        Of each trajectory.
    """
    environment = network.environment
    prefixes = _Prefixes.of(environment, states)
    evaluated = prefixes if learned_backward else prefixes.take(~prefixes.full)
    law = network(evaluated.states, condition.take(evaluated.row))
    taken = rows_of_actions(law, environment, *evaluated.actions(states))
    going = torch.from_numpy(np.flatnonzero(~evaluated.stop))
    values = law.log_stop.index_put((going,), log_of_actions(law, taken))
    steps = np.flatnonzero(~evaluated.full)
    where = (torch.from_numpy(evaluated.row[steps]), torch.from_numpy(evaluated.size[steps] - environment.start))
    length = states.length + 1 - environment.start - prefixes.full[prefixes.stop]
    blank = torch.zeros(len(states), int(length.max()), device=network.device)
    log_pf, log_flow = blank.index_put(where, values[steps]), blank.index_put(where, law.log_flow[steps])
    log_flow = torch.cat([network.log_total(len(states), condition)[:, None], log_flow[:, 1:]], 1)
    if environment.start == 0:
        log_first = network.log_first(condition).expand(len(states), -1)
        first = log_first.gather(1, torch.from_numpy(states.blocks[:, :1]).to(network.device))
        log_pf = torch.cat([first, log_pf[:, 1:]], 1)
    log_pb = _log_pb(law if learned_backward else None, environment, prefixes, blank)
    return Evaluation(log_pf, log_pb, log_flow, torch.from_numpy(length).to(network.device))


@dataclass(frozen=True)
class _Prefixes:
    """All states along some trajectories that have a block.

    `row` is the trajectory, `size` the number of nodes, `stop` whether the trajectory ends there, and `full` whether it
    was built until it has to end, so that its flow is its reward; all of shape (S,).
    """

    states: States
    row: Ints
    size: Ints
    stop: NDArray[np.bool_]
    full: NDArray[np.bool_]

    @classmethod
    def of(cls, environment: FragmentEnvironment, states: States) -> "_Prefixes":
        start = max(environment.start, 1)
        steps = states.length - start + 1
        row = np.repeat(np.arange(len(states)), steps)
        size = np.arange(len(row)) - np.repeat(np.cumsum(steps) - steps, steps) + start
        full = (size == environment.max_blocks) & (size > environment.start)
        return cls(states.take(row).cut_to(size), row, size, size == states.length[row], full)

    def take(self, some: NDArray[np.bool_]) -> "_Prefixes":
        rows = np.flatnonzero(some)
        return _Prefixes(self.states.take(rows), self.row[rows], self.size[rows], self.stop[rows], self.full[rows])

    def actions(self, states: States) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Return (prefix, node, stem, block, its stem) of the step after each prefix that does not stop."""
        going = np.flatnonzero(~self.stop)
        r, k = self.row[going], self.size[going]
        return going, states.parent[r, k], states.parent_stem[r, k], states.blocks[r, k], states.own_stem[r, k]


def rows_of_actions(
    law: ActionLaw, environment: FragmentEnvironment, state: Ints, node: Ints, stem: Ints, block: Ints, own_stem: Ints
) -> Ints:
    """Return the (open stem, class) of actions, shape (actions, 2).

    Raises
    ------
    ValueError
        If the environment does not allow an action.
    """
    tables, stems = environment.tables, law.stems
    place = np.full((len(law.log_stop), environment.max_blocks, tables.max_stems), -1, dtype=np.int64)
    place[stems.state, stems.node, stems.stem] = np.arange(len(stems.state))
    rows = np.stack([place[state, node, stem], tables.kind[block, own_stem]], axis=1)
    if (rows < 0).any():
        raise ValueError("a trajectory takes a step that the environment does not allow")
    return rows


def log_of_actions(law: ActionLaw, actions: Ints) -> Tensor:
    """Return the log probabilities of single actions given as (open stem, class), shape (actions, 2) -> (actions,).

    The softmax over all classes is computed only for the stems of these actions.
    """
    stem, c = (torch.from_numpy(np.ascontiguousarray(column)).to(law.hidden.device) for column in actions.T)
    distinct, place = torch.unique(stem, return_inverse=True)
    return law.log_stem[stem] + law.log_class(distinct)[place, c]


def _log_pb(law: ActionLaw | None, environment: FragmentEnvironment, prefixes: _Prefixes, blank: Tensor) -> Tensor:
    """Return the log probability of each step back, shape (B, T); from the law of all prefixes, or uniform."""
    leaves = environment.leaves(prefixes.states)
    reached = np.flatnonzero(prefixes.size > environment.start)
    row, size = prefixes.row[reached], prefixes.size[reached]
    if law is None:
        values = -torch.from_numpy(leaves[reached].sum(1)).to(blank).log()
    else:
        log_leaf = torch.log_softmax(law.leaf.masked_fill(~torch.from_numpy(leaves).to(blank.device), -torch.inf), 1)
        values = log_leaf[torch.from_numpy(reached), torch.from_numpy(size - 1)]
    return blank.index_put((torch.from_numpy(row), torch.from_numpy(size - environment.start - 1)), values)


def inflow(network: FlowNetwork, states: States, condition: Condition = UNCONDITIONED) -> Inflow:
    """Evaluate every state along the trajectories, and every parent of these states, with gradient."""
    environment = network.environment
    prefixes = _Prefixes.of(environment, states)
    child, leaf = np.nonzero(environment.leaves(prefixes.states))
    children = prefixes.states.take(child)
    from_nothing = children.length == 1
    rows = np.flatnonzero(~from_nothing)
    parents = environment.without(children.take(rows), leaf[rows])
    evaluated = prefixes.take(~prefixes.full)
    together = States.concatenate([evaluated.states, parents])
    of_start = prefixes.row[child[from_nothing]]
    origin = np.r_[evaluated.row, prefixes.row[child[rows]]]
    law = network(together, condition.take(origin))
    log_z = network.log_total(len(states), condition)
    is_core = torch.from_numpy(together.length == environment.start).to(network.device)
    log_flow = torch.where(is_core, log_z[origin], law.log_flow)
    count = len(evaluated.size)
    taken = rows_of_actions(
        law, environment, count + np.arange(len(parents)), *environment.putting_back(children.take(rows), leaf[rows])
    )
    log_first = network.log_first(condition).expand(len(states), -1)
    log_start = log_z[of_start] + log_first[of_start, children.blocks[from_nothing, 0]]
    log_edge = torch.cat([log_flow[count:] + log_of_actions(law, taken), log_start])
    reached = ~prefixes.full & (prefixes.size > environment.start)
    leads_to = np.r_[child[rows], child[from_nothing]]
    inside, ending = (torch.from_numpy(np.flatnonzero(some[leads_to])) for some in (reached, prefixes.full))
    edge_state, edge_end = (
        torch.from_numpy((np.cumsum(some) - 1)[leads_to]).to(network.device) for some in (reached, prefixes.full)
    )
    stopping = torch.from_numpy(np.flatnonzero(evaluated.stop))
    log_end = torch.zeros(len(states), device=network.device)
    ended = torch.from_numpy(evaluated.row[evaluated.stop])
    log_end = log_end.index_put((ended,), log_flow[stopping] + law.log_stop[stopping])
    forced = torch.from_numpy(prefixes.row[prefixes.full])
    return Inflow(
        log_flow[:count][torch.from_numpy(np.flatnonzero(evaluated.size > environment.start))],
        log_edge[inside],
        edge_state[inside],
        log_end.index_put((forced,), scatter_logsumexp(log_edge[ending], edge_end[ending], len(forced))),
    )

"""Trajectories of fragment states under a flow network: drawing and evaluating them."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.model import Evaluation, Inflow
from molgfn.flow.network import ActionLaw, FlowNetwork

Ints = NDArray[np.int64]


@torch.no_grad()
def draw(network: FlowNetwork, n: int, generator: torch.Generator, epsilon: float = 0.0) -> tuple[States, Tensor]:
    """Build n molecules with the forward policy.

    Parameters
    ----------
    network : FlowNetwork
    n : int
        Number of trajectories B.
    generator : torch.Generator
        On the CPU.
    epsilon : float
        Probability of a random step instead: stop with the chance that makes all lengths equal, else any action.

    Returns
    -------
    states : States
        Finished, in the order of building.
    log_pf : Tensor, shape (B,)
        Log probability of each trajectory under the policy.
    """
    environment = network.environment
    states = environment.initial(n)
    log_pf = torch.zeros(n)
    active = np.arange(n)
    if environment.start == 0:
        log_pf += _draw_first(network, states, generator, epsilon)
    while len(active):
        part = states.take(active)
        law = network(part)
        explore = torch.rand(len(active), generator=generator) < epsilon
        stop = _draw_stop(law, explore, part, environment, generator)
        log_pf[active[stop.numpy()]] += law.log_stop.cpu()[stop]
        log_step, chosen = _append_drawn(law, explore, ~stop, states, active, environment, generator)
        active = active[~stop.numpy()]
        log_pf[active] += log_step
        assert len(chosen) == len(active)
    return states, log_pf


def _draw_first(network: FlowNetwork, states: States, generator: torch.Generator, epsilon: float) -> Tensor:
    log_p = network.log_first().cpu()
    n = len(states)
    uniform = torch.softmax(network.first_mask.cpu(), 0)
    explore = torch.rand(n, generator=generator) < epsilon
    first = torch.multinomial(log_p.exp(), n, replacement=True, generator=generator)
    first = torch.where(explore, torch.multinomial(uniform, n, replacement=True, generator=generator), first)
    states.append(np.arange(n), first.numpy(), *(np.full(n, -1) for _ in range(3)))
    return log_p[first]


def _draw_stop(
    law: ActionLaw, explore: Tensor, part: States, environment: FragmentEnvironment, generator: torch.Generator
) -> Tensor:
    """Return which states stop, shape (S,)."""
    p_stop = law.log_stop.cpu().exp()
    even = 1.0 / (environment.max_blocks + 1 - torch.from_numpy(part.length))
    # Where there is no choice the policy's own 0 or 1 holds.
    free = explore & (p_stop > 0) & (p_stop < 1)
    return torch.rand(len(part), generator=generator) < torch.where(free, even, p_stop)


def _append_drawn(
    law: ActionLaw,
    explore: Tensor,
    go: Tensor,
    states: States,
    active: Ints,
    environment: FragmentEnvironment,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Draw and make the next step of the states that go on; return its log probabilities and rows."""
    stem_state = torch.from_numpy(law.stems.state)
    log_add, log_orbit = law.log_add.cpu(), law.log_orbit.cpu()
    weight = (torch.where(explore[stem_state][:, None], 0.0, log_add) + log_orbit).exp()
    per_stem = weight.sum(1).double()
    rows = torch.nonzero(go).squeeze(1)
    total = torch.zeros(len(go), dtype=torch.float64).index_add(0, stem_state, per_stem)
    end = per_stem.cumsum(0)
    before = total.cumsum(0) - total
    place = before + torch.rand(len(go), generator=generator, dtype=torch.float64) * total
    # Rows are ordered by state, so the first stem whose running sum passes the mark belongs to that state.
    stem = torch.searchsorted(end, place[rows], right=True).clamp(max=max(len(end) - 1, 0))
    if not len(rows):
        return torch.zeros(0), rows
    running = weight[stem].double().cumsum(1)
    mark = torch.rand(len(rows), generator=generator, dtype=torch.float64)[:, None] * running[:, -1:]
    kind = torch.searchsorted(running, mark, right=True).squeeze(1).clamp(max=weight.shape[1] - 1)
    c, o = kind.numpy(), stem.numpy()
    tables = environment.tables
    states.append(
        active[rows.numpy()], tables.class_block[c], law.stems.node[o], law.stems.stem[o], tables.class_stem[c]
    )
    return log_add[stem, kind], rows


def evaluate(network: FlowNetwork, states: States, learned_backward: bool) -> Evaluation:
    """Evaluate every step of the trajectories that end in these states, with gradient.

    Parameters
    ----------
    network : FlowNetwork
    states : States
        Finished, in the order of building.
    learned_backward : bool
        P_B from the network's head; else uniform over the leaves.
    """
    environment = network.environment
    prefixes = _Prefixes.of(environment, states)
    law = network(prefixes.states)
    taken = rows_of_actions(law, environment, *prefixes.actions(states))
    going = torch.from_numpy(np.flatnonzero(~prefixes.stop))
    values = law.log_stop.index_put((going,), law.log_add[taken[:, 0], taken[:, 1]])
    where = (torch.from_numpy(prefixes.row), torch.from_numpy(prefixes.size - environment.start))
    width = int(states.length.max()) + 1 - environment.start
    blank = torch.zeros(len(states), width, device=network.device)
    log_pf, log_flow = blank.index_put(where, values), blank.index_put(where, law.log_flow)
    log_flow = torch.cat([network.log_z.expand(len(states), 1), log_flow[:, 1:]], 1)
    if environment.start == 0:
        first = network.log_first()[torch.from_numpy(states.blocks[:, 0])]
        log_pf = torch.cat([first[:, None], log_pf[:, 1:]], 1)
    length = torch.from_numpy(states.length + 1 - environment.start).to(network.device)
    return Evaluation(log_pf, _log_pb(law, environment, prefixes, blank, learned_backward), log_flow, length)


@dataclass(frozen=True)
class _Prefixes:
    """All states along some trajectories that hold a block.

    `row` is the trajectory, `size` the number of nodes, `stop` whether the trajectory ends there; all of shape (S,).
    """

    states: States
    row: Ints
    size: Ints
    stop: NDArray[np.bool_]

    @classmethod
    def of(cls, environment: FragmentEnvironment, states: States) -> "_Prefixes":
        start = max(environment.start, 1)
        steps = states.length - start + 1
        row = np.repeat(np.arange(len(states)), steps)
        size = np.arange(len(row)) - np.repeat(np.cumsum(steps) - steps, steps) + start
        return cls(states.take(row).cut_to(size), row, size, size == states.length[row])

    def actions(self, states: States) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Return (prefix, node, stem, block, its stem) of the step that followed each prefix but the last ones."""
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
        If an action is not one of those that the environment allows.
    """
    tables, stems = environment.tables, law.stems
    place = np.full((len(law.log_stop), environment.max_blocks, tables.max_stems), -1, dtype=np.int64)
    place[stems.state, stems.node, stems.stem] = np.arange(len(stems.state))
    rows = np.stack([place[state, node, stem], tables.kind[block, own_stem]], axis=1)
    if (rows < 0).any():
        raise ValueError("a trajectory takes a step that the environment does not allow")
    return rows


def _log_pb(
    law: ActionLaw, environment: FragmentEnvironment, prefixes: _Prefixes, blank: Tensor, learned: bool
) -> Tensor:
    """Return the log probability of undoing each step, shape (B, T)."""
    leaves = torch.from_numpy(environment.leaves(prefixes.states)).to(blank.device)
    logits = law.leaf if learned else torch.zeros_like(law.leaf)
    log_leaf = torch.log_softmax(logits.masked_fill(~leaves, -torch.inf), 1)
    reached = prefixes.size > environment.start
    row, size = prefixes.row[reached], prefixes.size[reached]
    values = log_leaf[torch.from_numpy(np.flatnonzero(reached)), torch.from_numpy(size - 1)]
    return blank.index_put((torch.from_numpy(row), torch.from_numpy(size - environment.start - 1)), values)


def inflow(network: FlowNetwork, states: States) -> Inflow:
    """Evaluate every state along the trajectories, and every parent of these, with gradient."""
    environment = network.environment
    prefixes = _Prefixes.of(environment, states)
    child, leaf = np.nonzero(environment.leaves(prefixes.states))
    children = prefixes.states.take(child)
    from_nothing = children.length == 1
    rows = np.flatnonzero(~from_nothing)
    parents = environment.without(children.take(rows), leaf[rows])
    together = States.concatenate([prefixes.states, parents])
    law = network(together)
    is_core = torch.from_numpy(together.length == environment.start).to(network.device)
    log_flow = torch.where(is_core, network.log_z, law.log_flow)
    count = len(prefixes.size)
    taken = rows_of_actions(
        law, environment, count + np.arange(len(parents)), *environment.putting_back(children.take(rows), leaf[rows])
    )
    starts = torch.from_numpy(children.blocks[from_nothing, 0])
    log_edge = torch.cat(
        [log_flow[count:] + law.log_add[taken[:, 0], taken[:, 1]], network.log_z + network.log_first()[starts]]
    )
    reached = prefixes.size > environment.start
    number = np.cumsum(reached) - 1
    edge_state = number[np.r_[child[rows], child[from_nothing]]]
    ends = torch.from_numpy(np.flatnonzero(prefixes.stop))
    return Inflow(
        log_flow[:count][torch.from_numpy(np.flatnonzero(reached))],
        log_edge,
        torch.from_numpy(edge_state).to(network.device),
        log_flow[ends] + law.log_stop[ends],
    )

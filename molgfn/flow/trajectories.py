"""Trajectories of fragment states under a flow network: drawing and evaluating them."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.action_law import ActionLaw
from molgfn.flow.model import Evaluation, Inflow
from molgfn.flow.network import FlowNetwork

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Exploration:
    """How drawing departs from the policy.

    Attributes
    ----------
    epsilon : float
        Probability of a random step instead: stop with the chance that makes all lengths equal, else any action.
    temperature : float
        Probabilities are raised to 1 / temperature: above 1 steps become more even.
    """

    epsilon: float = 0.0
    temperature: float = 1.0


ON_POLICY = Exploration()


@torch.no_grad()
def draw(
    network: FlowNetwork,
    n: int,
    generator: torch.Generator,
    explore: Exploration = ON_POLICY,
    beta: Tensor | None = None,
    start: States | None = None,
) -> tuple[States, Tensor]:
    """Build n molecules with the forward policy.

    Parameters
    ----------
    network : FlowNetwork
    n : int
        Number of trajectories B.
    generator : torch.Generator
        On the CPU.
    explore : Exploration
    beta : Tensor, shape (B,), optional
        Inverse temperatures, if the network is conditioned on them.
    start : States, optional
        B states to go on from; the start of the environment if not given.

    Returns
    -------
    states : States
        Finished, in the order of building.
    log_pf : Tensor, shape (B,)
        Log probability of the steps of each trajectory under the policy itself.
    """
    environment = network.environment
    states = environment.initial(n) if start is None else start.take(np.arange(n))
    log_pf = torch.zeros(n)
    empty = np.flatnonzero(states.length == 0)
    if len(empty):
        log_pf[empty] += _draw_first(network, states, empty, generator, explore, beta)
    active = np.arange(n)
    with network.held():
        while len(active):
            part = states.take(active)
            law = network(part, None if beta is None else beta[active])
            random = torch.rand(len(active), generator=generator) < explore.epsilon
            stop = _draw_stop(law, random, explore.temperature, part, environment, generator)
            log_pf[active[stop.numpy()]] += law.log_stop.cpu()[stop]
            log_step = _append_drawn(law, random, explore.temperature, ~stop, states, active, environment, generator)
            active = active[~stop.numpy()]
            log_pf[active] += log_step
    return states, log_pf


def _draw_first(
    network: FlowNetwork,
    states: States,
    rows: Ints,
    generator: torch.Generator,
    explore: Exploration,
    beta: Tensor | None,
) -> Tensor:
    n = len(rows)
    log_p = network.log_first(None if beta is None else beta[rows]).cpu().expand(n, -1)
    even = torch.rand(n, 1, generator=generator) < explore.epsilon
    weight = torch.where(even, torch.isfinite(log_p).float(), torch.softmax(log_p / explore.temperature, 1))
    first = torch.multinomial(weight, 1, generator=generator)
    states.append(rows, first.squeeze(1).numpy(), *(np.full(n, -1) for _ in range(3)))
    return log_p.gather(1, first).squeeze(1)


def _draw_stop(
    law: ActionLaw,
    random: Tensor,
    temperature: float,
    part: States,
    environment: FragmentEnvironment,
    generator: torch.Generator,
) -> Tensor:
    """Return which states stop, shape (S,)."""
    p_stop = law.log_stop.cpu().double().exp()
    tempered, going = p_stop ** (1 / temperature), (1 - p_stop) ** (1 / temperature)
    even = 1.0 / (environment.max_blocks + 1 - torch.from_numpy(part.length))
    # Where there is no choice the policy's own 0 or 1 holds.
    free = random & (p_stop > 0) & (p_stop < 1)
    return torch.rand(len(part), generator=generator) < torch.where(free, even, tempered / (tempered + going))


def _append_drawn(
    law: ActionLaw,
    random: Tensor,
    temperature: float,
    go: Tensor,
    states: States,
    active: Ints,
    environment: FragmentEnvironment,
    generator: torch.Generator,
) -> Tensor:
    """Draw and make the next step of the states that go on; return its log probabilities."""
    rows = torch.nonzero(go).squeeze(1)
    if not len(rows):
        return torch.zeros(0)
    stem_state = torch.from_numpy(law.stems.state)
    level = torch.where(random[stem_state], law.log_room.cpu(), law.log_stem.cpu() / temperature)
    stem = _choose_stem(level + law.log_count.cpu(), stem_state, rows, len(go), generator)
    log_class, log_size = law.log_class(stem.to(law.hidden.device)).cpu(), law.log_sizes(stem).cpu()
    weight = torch.where(random[rows][:, None], log_size, log_class / temperature + log_size)
    end = torch.softmax(weight, 1).cumsum(1)
    # A mark in (0, end] always falls on a class with some probability.
    mark = (1 - torch.rand(len(rows), 1, generator=generator)) * end[:, -1:]
    c = torch.searchsorted(end, mark)
    o, k, tables = stem.numpy(), c.squeeze(1).numpy(), environment.tables
    states.append(
        active[rows.numpy()], tables.class_block[k], law.stems.node[o], law.stems.stem[o], tables.class_stem[k]
    )
    return law.log_stem.cpu()[stem] + log_class.gather(1, c).squeeze(1)


def _choose_stem(level: Tensor, stem_state: Tensor, rows: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Draw an open stem for each of some states, with probability proportional to exp(level)."""
    top = torch.full((size,), -torch.inf).scatter_reduce(0, stem_state, level, "amax")
    end = (level - top[stem_state]).double().exp().cumsum(0)
    # Open stems are ordered by state: those of a state are the rows from `first` to `last`.
    last = torch.bincount(stem_state, minlength=size).cumsum(0)[rows] - 1
    first = torch.searchsorted(stem_state, rows)
    before = torch.where(first > 0, end[first - 1], 0.0)
    mark = before + (1 - torch.rand(len(rows), generator=generator, dtype=torch.float64)) * (end[last] - before)
    return torch.searchsorted(end, mark).clamp(first, last)


def evaluate(network: FlowNetwork, states: States, learned_backward: bool, beta: Tensor | None = None) -> Evaluation:
    """Evaluate every step of the trajectories that end in these states, with gradient.

    Parameters
    ----------
    network : FlowNetwork
    states : States
        Finished, in the order of building.
    learned_backward : bool
        P_B from the network's head; else uniform over the leaves.
    beta : Tensor, shape (B,), optional
        Inverse temperatures, if the network is conditioned on them.
    """
    environment = network.environment
    prefixes = _Prefixes.of(environment, states)
    law = network(prefixes.states, None if beta is None else beta[prefixes.row])
    taken = rows_of_actions(law, environment, *prefixes.actions(states))
    going = torch.from_numpy(np.flatnonzero(~prefixes.stop))
    values = law.log_stop.index_put((going,), log_of_actions(law, taken))
    where = (torch.from_numpy(prefixes.row), torch.from_numpy(prefixes.size - environment.start))
    width = int(states.length.max()) + 1 - environment.start
    blank = torch.zeros(len(states), width, device=network.device)
    log_pf, log_flow = blank.index_put(where, values), blank.index_put(where, law.log_flow)
    log_flow = torch.cat([network.log_total(len(states), beta)[:, None], log_flow[:, 1:]], 1)
    if environment.start == 0:
        log_first = network.log_first(beta).expand(len(states), -1)
        first = log_first.gather(1, torch.from_numpy(states.blocks[:, :1]).to(network.device))
        log_pf = torch.cat([first, log_pf[:, 1:]], 1)
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


def log_of_actions(law: ActionLaw, actions: Ints) -> Tensor:
    """Return the log probabilities of single actions given as (open stem, class), shape (actions, 2) -> (actions,).

    Only the stems that are asked for cost a softmax over all classes.
    """
    stem, c = (torch.from_numpy(np.ascontiguousarray(column)).to(law.hidden.device) for column in actions.T)
    distinct, place = torch.unique(stem, return_inverse=True)
    return law.log_stem[stem] + law.log_class(distinct)[place, c]


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


def inflow(network: FlowNetwork, states: States, beta: Tensor | None = None) -> Inflow:
    """Evaluate every state along the trajectories, and every parent of these, with gradient."""
    environment = network.environment
    prefixes = _Prefixes.of(environment, states)
    child, leaf = np.nonzero(environment.leaves(prefixes.states))
    children = prefixes.states.take(child)
    from_nothing = children.length == 1
    rows = np.flatnonzero(~from_nothing)
    parents = environment.without(children.take(rows), leaf[rows])
    together = States.concatenate([prefixes.states, parents])
    of_start = prefixes.row[child[from_nothing]]
    origin = np.r_[prefixes.row, prefixes.row[child[rows]]]
    law = network(together, None if beta is None else beta[origin])
    log_z = network.log_total(len(states), beta)
    is_core = torch.from_numpy(together.length == environment.start).to(network.device)
    log_flow = torch.where(is_core, log_z[origin], law.log_flow)
    count = len(prefixes.size)
    taken = rows_of_actions(
        law, environment, count + np.arange(len(parents)), *environment.putting_back(children.take(rows), leaf[rows])
    )
    log_first = network.log_first(beta).expand(len(states), -1)
    log_start = log_z[of_start] + log_first[of_start, children.blocks[from_nothing, 0]]
    log_edge = torch.cat([log_flow[count:] + log_of_actions(law, taken), log_start])
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

"""Drawing of trajectories of fragment states from a flow network."""

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

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Exploration:
    """How drawing differs from the policy.

    Attributes
    ----------
    epsilon : float
        Probability of a random step. It stops with the probability that makes all lengths equally likely; else it is
        any action.
    temperature : float
        Probabilities are raised to 1 / temperature; above 1 the steps become more uniform.
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
    condition: Condition = UNCONDITIONED,
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
    condition : Condition
        Of each trajectory.
    start : States, optional
        B states to start from; by default the start of the environment.

    Returns
    -------
    states : States
        Finished, with the blocks in the order of building.
    log_pf : Tensor, shape (B,)
        Log probability of the steps of each trajectory under the policy itself.
    """
    environment = network.environment
    states = environment.initial(n) if start is None else start.take(np.arange(n))
    log_pf = torch.zeros(n)
    empty = np.flatnonzero(states.length == 0)
    if len(empty):
        log_pf[empty] += _draw_first(network, states, empty, generator, explore, condition)
    active = np.arange(n)
    with network.held():
        while len(active):
            part = states.take(active)
            law = network(part, condition.take(active))
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
    condition: Condition,
) -> Tensor:
    n = len(rows)
    log_p = network.log_first(condition.take(rows)).cpu().expand(n, -1)
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
    # If there is no choice, the 0 or 1 of the policy is used.
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
    """Draw and make the next step of the states that do not stop; return its log probabilities."""
    rows = torch.nonzero(go).squeeze(1)
    if not len(rows):
        return torch.zeros(0)
    stem_state = torch.from_numpy(law.stems.state)
    level = torch.where(random[stem_state], law.log_room.cpu(), law.log_stem.cpu() / temperature)
    stem = _choose_stem(level + law.log_count.cpu(), stem_state, rows, len(go), generator)
    log_class, log_size = law.log_class(stem.to(law.hidden.device)).cpu(), law.log_sizes(stem).cpu()
    weight = torch.where(random[rows][:, None], log_size, log_class / temperature + log_size)
    end = torch.softmax(weight, 1).cumsum(1)
    # A mark in (0, end] never falls on a class with probability 0.
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
    # Open stems are ordered by state: the rows from `first` to `last` belong to one state.
    last = torch.bincount(stem_state, minlength=size).cumsum(0)[rows] - 1
    first = torch.searchsorted(stem_state, rows)
    before = torch.where(first > 0, end[first - 1], 0.0)
    mark = before + (1 - torch.rand(len(rows), generator=generator, dtype=torch.float64)) * (end[last] - before)
    return torch.searchsorted(end, mark).clamp(first, last)

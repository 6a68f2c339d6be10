"""Trajectories under a flow network: drawing them, and the log probabilities of their steps."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.network import ActionLaw, FlowNetwork


@dataclass(frozen=True)
class Steps:
    """Log probabilities along B trajectories of at most T steps; 0 beyond the end.

    Attributes
    ----------
    log_pf : Tensor, shape (B, T)
        Forward, of the single action taken; the last step is the stop.
    log_pb : Tensor, shape (B, T)
        Back, uniform over the leaves that can be taken away.
    """

    log_pf: Tensor
    log_pb: Tensor


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
    active: NDArray[np.int64],
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


def log_probabilities(network: FlowNetwork, states: States) -> Steps:
    """Return the log probability of every step of the trajectories that end in these states, with gradient."""
    environment = network.environment
    batch, longest = len(states), int(states.length.max())
    start = max(environment.start, 1)
    steps = states.length - start + 1
    row = np.repeat(np.arange(batch), steps)
    size = np.arange(len(row)) - np.repeat(np.cumsum(steps) - steps, steps) + start
    law = network(states.take(row).cut_to(size))
    stop = size == states.length[row]
    width = longest + 1 - environment.start
    log_pf = torch.zeros(batch, width, device=network.device)
    column = size - environment.start
    taken = _index_of_taken(law, states, row, size, environment)
    values = (
        torch.where(torch.from_numpy(stop).to(network.device), law.log_stop, law.log_add[taken[:, 0], taken[:, 1]])
        if len(law.stems.state)
        else law.log_stop
    )
    log_pf = log_pf.index_put((torch.from_numpy(row), torch.from_numpy(column)), values)
    if environment.start == 0:
        first = network.log_first()[torch.from_numpy(states.blocks[:, 0])]
        log_pf = torch.cat([first[:, None], log_pf[:, 1:]], 1)
    return Steps(log_pf, torch.from_numpy(log_backward(environment, states)).to(network.device))


def _index_of_taken(
    law: ActionLaw, states: States, row: NDArray[np.int64], size: NDArray[np.int64], environment: FragmentEnvironment
) -> NDArray[np.int64]:
    """Return for each prefix the (open stem, class) of the step that followed; (0, 0) for a stop."""
    tables, stems = environment.tables, law.stems
    going = np.flatnonzero(size < states.length[row])
    place = np.full((len(row), environment.max_blocks, tables.max_stems), -1, dtype=np.int64)
    place[stems.state, stems.node, stems.stem] = np.arange(len(stems.state))
    r, k = row[going], size[going]
    taken = np.zeros((len(row), 2), dtype=np.int64)
    taken[going, 0] = place[going, states.parent[r, k], states.parent_stem[r, k]]
    taken[going, 1] = tables.kind[states.blocks[r, k], states.own_stem[r, k]]
    if (taken < 0).any():
        raise ValueError("a trajectory takes a step that the environment does not allow")
    return taken


def log_backward(environment: FragmentEnvironment, states: States) -> NDArray[np.float32]:
    """Return the log probability of undoing each step, uniform over leaves, shape (B, T)."""
    width = int(states.length.max()) + 1 - environment.start
    out = np.zeros((len(states), width), dtype=np.float32)
    for step in range(width - 1):
        size = environment.start + step + 1
        reached = states.length >= size
        part = states.take(reached)
        leaves = environment.leaves(part.cut_to(np.full(len(part), size))).sum(axis=1)
        out[reached, step] = -np.log(leaves)
    return out

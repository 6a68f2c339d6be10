"""MARS: Markov chain Monte Carlo over molecules with a proposal that learns (Xie et al. 2021), on blocks.

The fragments of MARS are the blocks here: a move adds one or takes a leaf away. The proposal q learns to make the moves
that raised the reward. A move from x to x' is accepted as one of the two samplers of the authors does:

- "annealing", which finds the best molecules: with probability min(1, [R(x') / R(x)]^(1/T)) while T falls;
- "hastings", which samples a law: with min(1, R(x') q(x | x') / [R(x) q(x' | x)]). With q at rest the chains sample
  R / Z over molecules. Since q is that of single labelled actions, R is here divided by the build multiplicity.

States below `min_blocks` are no molecules to hand over. Chains pass through them as though each had the median reward
of the molecules that the chains started from; they are not visits.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from molgfn.baselines.moves import Moves, apply, draw_moves, log_probability, undoing
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.fragments.reward import Reward, Scored, TreeScorer

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PATIENCE = 20


@dataclass(frozen=True)
class MARSSettings:
    """How the chains move and how the proposal learns.

    Attributes
    ----------
    steps : int
        Planned number of steps, over which the temperature falls.
    chains : int
        Each proposes one molecule at a step.
    sampler : str
        "annealing" or "hastings".
    final_temperature : float
        Of annealing: the temperature falls to it from 1, by the same factor at each step.
    learning_rate : float
    batch_size : int
        Moves of one gradient step.
    updates : int
        Most gradient steps after each step; no more than pass once over the remembered moves.
    memory : int
        Latest improving moves that the proposal learns from.
    width, layers : int
        Of the network.
    """

    steps: int = 500
    chains: int = 100
    sampler: Literal["annealing", "hastings"] = "annealing"
    final_temperature: float = 0.01
    learning_rate: float = 5e-4
    batch_size: int = 128
    updates: int = 25
    memory: int = 20_000
    width: int = 128
    layers: int = 1


@dataclass(frozen=True)
class _Weighed:
    """What decides how often chains should be at some states: log reward and log build multiplicity, shape (S,)."""

    log_reward: Floats
    log_multiplicity: Floats

    def take(self, rows: Ints) -> "_Weighed":
        return _Weighed(self.log_reward[rows], self.log_multiplicity[rows])


class MARS:
    """Chains with their proposal; a `Method`.

    Parameters
    ----------
    environment : FragmentEnvironment
    reward : Reward
    settings : MARSSettings
    seed : int
        Same seed, same result (on one machine, with one number of threads).
    """

    def __init__(self, environment: FragmentEnvironment, reward: Reward, settings: MARSSettings, seed: int) -> None:
        self.environment, self.settings = environment, settings
        self.scorer = TreeScorer(environment, reward)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network = FlowNetwork(environment, settings.width, settings.layers)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=settings.learning_rate)
        self.generator = torch.Generator().manual_seed(seed)
        self.chains = random_states(environment, settings.chains, np.random.default_rng(seed))
        self.done = 0

    @property
    def temperature(self) -> float:
        """T of the next step of annealing."""
        return float(self.settings.final_temperature ** min(self.done / self.settings.steps, 1.0))

    def step(self) -> list[Scored]:
        """Propose a move of every chain, accept or not, learn; at first, visit where the chains start."""
        if self.done == 0:
            visited = self._start()
        else:
            visited = self._move()
            # A few chains may all be below the minimum; only chains that stay without a molecule are at their end.
            for _ in range(PATIENCE):
                if visited:
                    break
                visited = self._move()
            self.learn()
        self.done += 1
        return visited

    def _start(self) -> list[Scored]:
        visited = self.scorer(self.chains)
        self.log_reward_below = float(np.median([scored.log_reward for scored in visited]))
        self._weights = _Weighed(
            np.array([scored.log_reward for scored in visited]),
            np.array([scored.log_reward - scored.log_target for scored in visited]),
        )
        self.memory = self.chains.take(np.zeros(0, dtype=np.int64)), Moves.removals(np.zeros(0, dtype=np.int64))
        return visited

    @torch.no_grad()
    def _move(self) -> list[Scored]:
        environment = self.environment
        moves, movable = draw_moves(self.network(self.chains), environment, self.chains, self.generator)
        rows = np.flatnonzero(movable)
        moves, before, old = moves.take(rows), self.chains.take(rows), self._weights.take(rows)
        after = apply(environment, before, moves)
        new, visited = self._weigh(after)
        gain = new.log_reward - old.log_reward
        if self.settings.sampler == "annealing":
            log_accept = gain / self.temperature
        else:
            back = undoing(environment, before, moves)
            log_accept = gain - (new.log_multiplicity - old.log_multiplicity)
            log_accept += self._log_probability(after, back) - self._log_probability(before, moves)
        chance = torch.rand(len(rows), generator=self.generator, dtype=torch.float64).numpy()
        accepted = np.log(chance) < log_accept
        self._remember(before, moves, accepted & (gain > 0))
        self._take_over(rows[accepted], after.take(accepted), new.take(np.flatnonzero(accepted)))
        return visited

    def _log_probability(self, states: States, moves: Moves) -> Floats:
        value = log_probability(self.network(states), self.environment, states, moves)
        return value.double().numpy().astype(np.float64)

    def _weigh(self, states: States) -> tuple[_Weighed, list[Scored]]:
        """Return the weights of states, and those of them that are molecules, scored."""
        environment = self.environment
        log_reward = np.full(len(states), self.log_reward_below)
        log_multiplicity = np.zeros(len(states))
        may_stop = environment.may_stop(states)
        visited = self.scorer(states.take(may_stop))
        log_reward[may_stop] = [scored.log_reward for scored in visited]
        log_multiplicity[may_stop] = [scored.log_reward - scored.log_target for scored in visited]
        for row in np.flatnonzero(~may_stop):
            tree = environment.tree(states, int(row))
            automorphisms = environment.codes.identity(tree).automorphisms
            log_multiplicity[row] = environment.log_build_multiplicity(tree, automorphisms)
        return _Weighed(log_reward, log_multiplicity), visited

    def _take_over(self, rows: Ints, states: States, weights: _Weighed) -> None:
        """Move these chains."""
        self.chains.put(rows, states)
        self._weights.log_reward[rows] = weights.log_reward
        self._weights.log_multiplicity[rows] = weights.log_multiplicity

    def _remember(self, states: States, moves: Moves, improved: Bools) -> None:
        """Add improving moves to the memory; the oldest are removed."""
        remembered, made = self.memory
        remembered = States.concatenate([remembered, states.take(improved)])
        made = Moves.concatenate([made, moves.take(improved)])
        latest = np.arange(len(remembered))[-self.settings.memory :]
        self.memory = remembered.take(latest), made.take(latest)

    def learn(self) -> None:
        """Raise the likelihood of remembered moves: at most one pass over them, in random order."""
        states, moves = self.memory
        size = self.settings.batch_size
        order = torch.randperm(len(states), generator=self.generator).numpy()
        for start in range(0, min(len(order), self.settings.updates * size), size):
            rows = order[start : start + size]
            some = states.take(rows)
            law = self.network(some)
            loss = -log_probability(law, self.environment, some, moves.take(rows)).mean()
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimiser.step()

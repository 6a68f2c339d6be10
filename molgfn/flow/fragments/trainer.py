"""The flow network of molecules: training it on a reward, and sampling from it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray

from molgfn.chem.trees.tree import Tree
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.condition import Condition
from molgfn.flow.fragments.flow import AT_ONCE, ConditionedFlow, FragmentFlow
from molgfn.flow.fragments.layers.stopping import Ends
from molgfn.flow.fragments.local_search import in_random_order, without_last_blocks
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.fragments.resampling import WeightedDraws, kept, log_mixture
from molgfn.flow.fragments.reward import REMEMBERED, Prior, Reward, Scored, TreeScorer, targets_of
from molgfn.flow.fragments.weights import Weights
from molgfn.flow.interfaces import FlowEvaluator
from molgfn.flow.replay import Targets
from molgfn.flow.training import TrainerSettings, Training, TrainingStep
from molgfn.memory import give_back

__all__ = ["MoleculeSettings", "Sample", "Trainer", "TrainerSettings", "TrainingStep", "random_samples"]

Floats = NDArray[np.float64]
_STEPS_BETWEEN_GIVING_BACK = 25


@dataclass(frozen=True)
class MoleculeSettings(TrainerSettings):
    """Trainer settings, and other sources of trajectories than the policy; these do not change the law.

    Attributes
    ----------
    temperature : float
        Of drawing: probabilities of steps are raised to 1 / temperature. The temperature becomes 1 at half the planned
        steps.
    local_search_fraction : float
        Trajectories added to each batch, as a fraction of it: replayed ones whose last blocks are removed and drawn
        again.
    local_search_blocks : int
        Number of blocks that are removed.
    library_fraction : float
        Trajectories of library molecules added to each batch, as a fraction of it.
    betas : (float, float), optional
        Range of inverse temperatures: one network for all laws R^beta in it. Each trajectory of training gets a beta,
        drawn uniformly on a log scale.
    forward_looking : bool
        Use the rewards of the intermediates too, in the probability of stopping (see `FlowNetwork`). The result is
        closer to the law for molecules that were never drawn; the price is a reward for each intermediate. A training
        that continues from a checkpoint computes these rewards again.
    prior_in_policy : bool
        Let the odds of stopping contain the prior of each state, and those of each join its probability in the prior,
        so that the network learns only the rest.
    """

    temperature: float = 1.0
    local_search_fraction: float = 0.0
    local_search_blocks: int = 2
    library_fraction: float = 0.0
    betas: tuple[float, float] | None = None
    forward_looking: bool = False
    prior_in_policy: bool = False


@dataclass(frozen=True)
class Sample:
    """A molecule drawn from the policy: standard SMILES, its blocks, and the log probability of its trajectory."""

    smiles: str
    blocks: tuple[str, ...]
    log_pf: float


class Trainer(Training[States]):
    """A flow network of molecules, its reward and all the state of its training.

    Parameters
    ----------
    environment : FragmentEnvironment
    reward : Reward
        Log reward of molecules; called once for each molecule.
    settings : TrainerSettings or MoleculeSettings
    seed : int
        Same seed, same result (on one machine, with one number of threads).
    device : str
        Where the network runs.
    library : sequence of Tree
        Molecules for `library_fraction`.
    prior : Prior, optional
        The law is then proportional to prior times reward.
    start : Weights, optional
        Of a network that was trained on the prior; they need `prior_in_policy`.
    """

    def __init__(
        self,
        environment: FragmentEnvironment,
        reward: Reward,
        settings: TrainerSettings,
        seed: int,
        device: str = "cpu",
        library: Sequence[Tree] = (),
        prior: Prior | None = None,
        start: Weights | None = None,
    ) -> None:
        self.environment, self.prior, self.start = environment, prior, start
        self.library = list(library)
        # The molecules of a library are used again and again, and must stay in the cache.
        self.scorer = TreeScorer(environment, reward, REMEMBERED + len(library), prior)
        self._visited: list[Scored] = []
        self.behaviour = settings if isinstance(settings, MoleculeSettings) else _plain(settings)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            log_join = prior.log_join if prior is not None and self.behaviour.prior_in_policy else None
            betas, ends = self.behaviour.betas, self._ends()
            network = FragmentFlow(environment, settings.width, settings.layers, betas, ends, log_join)
        if start is not None and prior is not None:
            start.put_into(network)
            network.reward_level.mul_(prior.weight / start.facts.weight)
        self.network = network.to(device)
        vocabulary = environment.vocabulary
        limits = f" {json.dumps(environment.limits.highest)}" if environment.limits else ""
        spaces = (vocabulary.sha256 + limits, vocabulary.sha256_with_name + limits)
        super().__init__(self.network, self._scores, self.behaviour, seed, *spaces)

    def _step(self) -> TrainingStep:
        report = super()._step()
        if self.done % _STEPS_BETWEEN_GIVING_BACK == 0:
            give_back()
        return report

    def _scores(self, states: States) -> tuple[Floats, Floats]:
        self._visited = self.scorer(states)
        log_reward, log_target = zip(*((s.log_reward, s.log_target) for s in self._visited), strict=True)
        return np.array(log_reward), np.array(log_target)

    def _ends(self) -> Ends | None:
        """Return what the odds of stopping contain."""
        if self.behaviour.forward_looking:
            return Ends(lambda states: targets_of(self.scorer(states)), whole=True)
        prior = self.prior
        if prior is None or not self.behaviour.prior_in_policy:
            return None
        return Ends(lambda states: Targets(np.zeros(len(states)), prior.log_stop(states)), whole=False)

    def prepare(self, count: int = 0) -> None:
        """Draw and score `count` molecules before the first step, if the objective needs them; it takes a while."""

    @staticmethod
    def drawn(steps: int) -> int:  # noqa: ARG004
        """Return how many molecules are drawn and scored before and between so many steps."""
        return 0

    def step(self) -> list[Scored]:
        """Make one step of training and return the molecules that were built for it."""
        self.train(1)
        return self._visited

    def sample(self, n: int, beta: float | None = None) -> list[Sample]:
        """Draw n molecules from the policy, at an inverse temperature if it is conditioned; some may be equal."""
        samples: list[Sample] = []
        for size in _sizes(n):
            at = Condition.repeated(beta, size, self.network.device)
            states, log_pf = self.network.draw(size, self.generator, condition=at)
            samples += _as_samples(self.environment, states, log_pf.tolist())
        return samples

    def resample(self, n: int, draws: int) -> list[Sample]:
        """Draw `draws` molecules for each of n that are kept by their importance weights (see `resampling`).

        Half of them are drawn from the law of the prior, if there is a prior and no core.
        """
        drawn = self.weighted_draws(n * draws)
        give_back()
        return self._samples(drawn.states.take(kept(drawn.log_weight, n, self.replay_generator)))

    def _samples(self, states: States) -> list[Sample]:
        return _as_samples(self.environment, states, self.network.log_probabilities(states)[0].tolist())

    def weighted_draws(self, total: int) -> WeightedDraws:
        """Draw molecules, half of them from the law of the prior if there is one and no core, and weight them."""
        law = self.prior if self.environment.core is None else None
        from_policy = total if law is None else (total + 1) // 2
        parts = [self.network.draw(size, self.generator)[0] for size in _sizes(from_policy)]
        if law is not None and total > from_policy:
            drawn = law.draw(total - from_policy, self.replay_generator)
            parts.append(in_random_order(self.environment, drawn, self.replay_generator))
        states = States.concatenate(parts)
        log_q = self.network.log_probabilities(states)[1]
        log_q = log_q if law is None else log_mixture(log_q, law.log_law(states), from_policy)
        scored = self.scorer(states)
        log_weight = np.array([one.log_target for one in scored]) - log_q
        return WeightedDraws(states, scored, log_weight, from_policy)

    def _added(self) -> tuple[int, int]:
        """Return the number of additional trajectories of the next step: of local search, and of the library."""
        size, behaviour = self.settings.batch_size, self.behaviour
        searched = round(behaviour.local_search_fraction * size) if self.replay.size else 0
        return searched, round(behaviour.library_fraction * size) if self.library else 0

    def _fresh_size(self) -> int:
        return self.settings.batch_size + sum(self._added())

    def _condition(self, n: int) -> Condition:
        if self.behaviour.betas is None:
            return super()._condition(n)
        low, high = np.log(self.behaviour.betas)
        beta = torch.exp(low + (high - low) * torch.rand(n, generator=self.generator))
        return Condition(beta.to(self.network.device))

    def _view(self, condition: Condition) -> FlowEvaluator[States]:
        return ConditionedFlow(self.network, condition)

    def _fresh(self, explore: float, condition: Condition) -> States:
        behaviour, n = self.behaviour, self.settings.batch_size
        exploration = (self.generator, behaviour.epsilon * explore, 1 + (behaviour.temperature - 1) * explore)
        parts = [self.network.draw(n, *exploration, condition=condition.take(slice(n)))[0]]
        searched, shown = self._added()
        if searched:
            replayed, _ = self.replay.draw(searched, behaviour.replay_best, self.replay_generator)
            blocks = behaviour.local_search_blocks
            start = without_last_blocks(self.environment, replayed, blocks, self.replay_generator)
            at = condition.take(slice(n, n + searched))
            parts.append(self.network.draw(searched, *exploration, condition=at, start=start)[0])
        if shown:
            rows = self.replay_generator.integers(len(self.library), size=shown)
            parts.append(self.environment.states_of([self.library[row] for row in rows], self.replay_generator))
        return States.concatenate(parts)

    @torch.no_grad()
    def _guess_log_z(self, batch: States, targets: Targets, condition: Condition) -> None:
        if self.network.ends is not None:
            # With this level a new network stops at an average molecule as rarely as one that does not look forward.
            # One that starts from the prior has the level of the prior, to which the reward is added.
            ends = self.network.ends.targets(batch)
            self.network.reward_slope.fill_(ends.log_reward.mean())
            if self.start is None:
                self.network.reward_level.fill_(ends.log_share.mean())
        super()._guess_log_z(batch, targets, condition)
        if self.network.temperature is not None:
            # To first order log Z follows beta times the mean log reward.
            level = self.network.temperature.knots * targets.log_reward.mean()
            beta = condition.beta
            mean = 0.0 if beta is None else float(beta.mean() * targets.log_reward.mean())
            self.network.log_z_at.copy_(level)
            self.network.log_z.sub_(mean)
            self.network.flow_offset.sub_(mean)


def _sizes(n: int) -> list[int]:
    """Return the sizes of the parts of n molecules."""
    return [min(AT_ONCE, n - first) for first in range(0, n, AT_ONCE)]


def _plain(settings: TrainerSettings) -> MoleculeSettings:
    return MoleculeSettings(**{field.name: getattr(settings, field.name) for field in fields(settings)})


def _as_samples(environment: FragmentEnvironment, states: States, log_pf: list[float]) -> list[Sample]:
    trees = [environment.tree(states, row) for row in range(len(states))]
    return [
        Sample(environment.smiles(tree), environment.block_smiles(tree), value)
        for tree, value in zip(trees, log_pf, strict=True)
    ]


def samples_of(environment: FragmentEnvironment, states: States) -> list[Sample]:
    """Return finished states that no policy has drawn as samples; their log probability is not known (NaN)."""
    return _as_samples(environment, states, [float("nan")] * len(states))


def random_samples(environment: FragmentEnvironment, n: int, seed: int) -> list[Sample]:
    """Draw n molecules from a random policy (see `random_states`); their log probability is not known (NaN)."""
    return samples_of(environment, random_states(environment, n, np.random.default_rng(seed)))

"""Proximal policy optimisation (Schulman et al. 2017) of any flow model, with the reward at the end of a trajectory.

The policy is that of the flow model; its log flows serve as the values of states, log Z as that of the first. There is
no discount and no reward on the way, so the return from every state of a trajectory is the reward R of what it ends in.
What is maximised is the mean of R itself, not of log R, plus a bonus for the entropy of each action.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from molgfn.baselines.running_moments import RunningMoments
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.fragments.flow import FragmentFlow
from molgfn.flow.fragments.reward import Reward, Scored, TreeScorer
from molgfn.flow.interfaces import AnyBatch, Evaluation, FlowModel
from molgfn.flow.training import Score

Floats = NDArray[np.float64]

GRADIENT_NORM = 0.5
VALUE_WEIGHT = 0.5


@dataclass(frozen=True)
class PPOSettings:
    """How a policy is optimised.

    Attributes
    ----------
    batch_size : int
        Trajectories drawn at each step.
    minibatch_size : int
        Trajectories of one gradient step.
    epochs : int
        How often each trajectory is learnt from.
    learning_rate : float
    clip : float
        The ratio of new to old probability of an action earns nothing beyond 1 +- clip.
    entropy : float
        Weight of the entropy bonus; advantages have unit variance.
    """

    batch_size: int = 64
    minibatch_size: int = 16
    epochs: int = 4
    learning_rate: float = 1e-3
    clip: float = 0.2
    entropy: float = 0.01


@dataclass(frozen=True)
class PPOStep:
    """What one step did: its number, the last mini-batch's loss and the mean log reward of the new trajectories."""

    step: int
    loss: float
    mean_log_reward: float


def policy_loss(log_pf: Tensor, old_log_pf: Tensor, advantage: Tensor, clip: float) -> Tensor:
    """Return the clipped surrogate of each action, to be minimised (Schulman et al. 2017, eq. 7).

    Parameters
    ----------
    log_pf, old_log_pf, advantage : Tensor, shape (steps,)
    clip : float

    Returns
    -------
    Tensor, shape (steps,)
    """
    ratio = (log_pf - old_log_pf).exp()
    return -torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage)


def entropy_estimate(log_pf: Tensor, old_log_pf: Tensor) -> Tensor:
    r"""Return a number whose gradient is, in the mean over actions drawn, that of the policy's entropy.

    With actions of the old policy, :math:`-E[r \\log\\pi]` with ratio r is the entropy of the new one, whatever the
    actions not drawn. Since :math:`E[\\nabla r] = 0` a constant may be taken from the logarithm; its mean makes the
    variance small.

    Parameters
    ----------
    log_pf, old_log_pf : Tensor, shape (steps,)

    Returns
    -------
    Tensor, shape (steps,)
    """
    ratio = (log_pf - old_log_pf).exp()
    return -ratio * (log_pf - log_pf.detach().mean())


class PPOTraining(Generic[AnyBatch]):
    """A flow model as policy and value function, with its optimiser and random states.

    Parameters
    ----------
    model : FlowModel
        A `torch.nn.Module` too.
    score : callable
        As for `Training`; only the log reward is used: PPO does not sample a law, so there is nothing to correct.
    settings : PPOSettings
    seed : int
        Same seed, same result (on one machine, with one number of threads).
    """

    def __init__(self, model: FlowModel[AnyBatch], score: Score[AnyBatch], settings: PPOSettings, seed: int) -> None:
        self.model, self.score, self.settings = model, score, settings
        self.module = cast(nn.Module, model)
        self.generator = torch.Generator().manual_seed(seed)
        self.optimiser = torch.optim.Adam(self.module.parameters(), lr=settings.learning_rate, eps=1e-5)
        self.moments = RunningMoments()
        self.done = 0

    def train(self, steps: int, on_step: Callable[[PPOStep], None] | None = None) -> None:
        """Make that many steps more; `on_step` sees each and may raise to stop."""
        for _ in range(steps):
            drawn, _ = self.model.draw(self.settings.batch_size, self.generator)
            log_reward, _ = self.score(drawn)
            loss = self.learn(drawn, log_reward)
            if on_step is not None:
                on_step(PPOStep(self.done, loss, float(log_reward.mean())))

    def learn(self, batch: AnyBatch, log_reward: Floats) -> float:
        """Improve the policy by trajectories drawn from it; return the loss of the last mini-batch."""
        self.moments.add(log_reward)
        returns = torch.from_numpy(self.moments.standardise(log_reward)).float().to(self.model.log_z.device)
        with torch.no_grad():
            old = self.model.evaluate(batch, False)
        advantage = _standardise(returns[:, None] - old.log_flow, _taken(old))
        loss = torch.zeros(())
        for _ in range(self.settings.epochs):
            order = torch.randperm(len(batch), generator=self.generator)
            for start in range(0, len(batch), self.settings.minibatch_size):
                rows = order[start : start + self.settings.minibatch_size]
                loss = self._update(batch.take(rows.numpy()), returns[rows], old.log_pf[rows], advantage[rows])
        self.done += 1
        return float(loss)

    def _update(self, batch: AnyBatch, returns: Tensor, old_log_pf: Tensor, advantage: Tensor) -> Tensor:
        """Make one gradient step on some trajectories."""
        now = self.model.evaluate(batch, False)
        taken = _taken(now)
        # These trajectories may all be shorter than the longest of the batch that they are part of.
        old_log_pf, advantage = (x[:, : taken.shape[1]][taken] for x in (old_log_pf, advantage))
        value_error = (now.log_flow - returns[:, None])[taken].square().mean()
        log_pf = now.log_pf[taken]
        loss = (
            policy_loss(log_pf, old_log_pf, advantage, self.settings.clip).mean()
            - self.settings.entropy * entropy_estimate(log_pf, old_log_pf).mean()
            + VALUE_WEIGHT * value_error
        )
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.module.parameters(), GRADIENT_NORM)
        self.optimiser.step()
        return loss.detach()


def _taken(along: Evaluation) -> Tensor:
    """Return which steps were taken, shape (B, T)."""
    return torch.arange(along.log_pf.shape[1], device=along.length.device) < along.length[:, None]


def _standardise(advantage: Tensor, taken: Tensor) -> Tensor:
    """Return advantages of mean 0 and variance 1 over the steps taken, shape (B, T)."""
    values = advantage[taken]
    return (advantage - values.mean()) / (values.std() + 1e-8)


class PPO:
    """PPO on molecules; a `Method`.

    Parameters
    ----------
    environment : FragmentEnvironment
    reward : Reward
    settings : PPOSettings
    seed : int
    width, layers : int
        Of the network.
    """

    def __init__(
        self,
        environment: FragmentEnvironment,
        reward: Reward,
        settings: PPOSettings,
        seed: int,
        width: int = 128,
        layers: int = 1,
    ) -> None:
        self.scorer = TreeScorer(environment, reward)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network = FragmentFlow(environment, width, layers)
        self.training: PPOTraining[States] = PPOTraining(self.network, self._scores, settings, seed)

    def _scores(self, states: States) -> tuple[Floats, Floats]:
        self.visited = self.scorer(states)
        return np.array([s.log_reward for s in self.visited]), np.array([s.log_target for s in self.visited])

    def step(self) -> list[Scored]:
        """Draw molecules from the policy and improve it by them."""
        self.training.train(1)
        return self.visited

r"""Training a flow network by likelihood, on molecules with importance weights.

Molecules are drawn from the law of a prior and by the network itself, and weighted by target / probability of being
drawn. The network makes the trajectories of molecules that are drawn by these weights more probable: the wake phase of
reweighted wake-sleep (Bornschein and Bengio 2015), which lowers the Kullback-Leibler divergence of the policy from the
target. The optimum is that of trajectory balance: the policy that follows the target, with uniform P_B. Balance on the
molecules of the policy itself needs far more steps where the network starts near the prior.
"""

import numpy as np
import torch

from molgfn.environments.states import States
from molgfn.flow.fragments.local_search import in_random_order
from molgfn.flow.fragments.resampling import kept, tempered
from molgfn.flow.fragments.trainer import Floats, Sample, Trainer
from molgfn.flow.replay import Targets
from molgfn.flow.training import TrainingStep
from molgfn.memory import give_back

FIRST, MORE, EVERY = 4_000, 512, 25
"""Molecules that are drawn and scored before the first step, and after every so many steps."""
PER_DRAWN = 2
"""Kept molecules in a step for each one of `batch_size`: they cost less than new ones, which are drawn and scored."""
LEAST_EFFECTIVE = 100.0
"""Effective number of molecules below which the weights are tempered."""


class LikelihoodTrainer(Trainer):
    """See the module. Parameters are those of `Trainer`, with a prior, and an environment without a core.

    Of the settings only steps, batch size, learning rate, warm-up, replay capacity, width and layers are used. The
    replay holds the molecules that were scored, with log weights in place of log rewards and these in place of shares.
    """

    _left: tuple[States, Floats] | None = None
    """Molecules that candidates can be kept from, with their log weights; None: those of the replay."""

    def resample(self, n: int, draws: int) -> list[Sample]:
        """Keep n of `draws` new molecules for each, of those of the training, and of those left by the last call."""
        drawn = self.weighted_draws(n * draws)
        give_back()
        held = np.arange(self.replay.size)
        before, weight_before = self._left or (self.replay.take(held), self.replay.log_reward[held])
        states = States.concatenate([drawn.states, before])
        log_weight = np.concatenate([drawn.log_weight, weight_before])
        rows = kept(log_weight, n, self.replay_generator)
        others = np.setdiff1d(np.arange(len(states)), rows)
        self._left = states.take(others), log_weight[others]
        return self._samples(states.take(rows))

    def prepare(self, count: int = FIRST) -> None:
        self._draw_more(count)

    @staticmethod
    def drawn(steps: int) -> int:
        return FIRST + MORE * (max(steps - 1, 0) // EVERY)

    def _step(self) -> TrainingStep:
        if not self.replay.size:
            self.prepare()
        elif self.done and self.done % EVERY == 0:
            self._draw_more(MORE)
        self._left = None
        batch = self._weighted(PER_DRAWN * self.settings.batch_size)
        loss = self._descend(-self.network.evaluate(batch, False).log_pf.sum(1).mean())
        self.done += 1
        return TrainingStep(self.done, loss, float(self.network.log_z.detach()), self._mean_log_reward())

    @torch.no_grad()
    def _draw_more(self, count: int) -> None:
        """Draw molecules, half of them by the network and half from the law, and keep them with their weights."""
        network = self.network
        drawn = self.weighted_draws(count)
        if self.done == 0 and self.start is None and network.ends is not None:
            network.reward_level.fill_(network.ends.targets(drawn.states).log_share.mean())
        log_reward = np.array([scored.log_reward for scored in drawn.scored])
        self.replay.add(drawn.states, Targets(drawn.log_weight, log_reward))
        log_weight = self.replay.log_reward[: self.replay.size]
        log_z = float(np.logaddexp.reduce(log_weight) - np.log(len(log_weight)))
        network.flow_offset.add_(log_z - network.log_z)
        network.log_z.fill_(log_z)
        give_back()

    def _weighted(self, count: int) -> States:
        """Draw kept molecules by their weights, each built in a new random order."""
        weights = tempered(self.replay.log_reward[: self.replay.size], LEAST_EFFECTIVE)
        rows = self.replay_generator.choice(len(weights), count, p=weights)
        return in_random_order(self.environment, self.replay.take(rows), self.replay_generator)

    def _mean_log_reward(self) -> float:
        """Return the mean log reward of the molecules that the policy drew last."""
        newest = FIRST if self.done <= EVERY else MORE
        rows = (self.replay.next - newest + np.arange(newest // 2)) % self.replay.capacity
        return float(self.replay.log_share[rows].mean())

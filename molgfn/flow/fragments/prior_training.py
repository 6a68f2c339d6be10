"""Training of a flow network on a prior alone; other trainings start from the result."""

import numpy as np
import torch
from numpy.typing import NDArray

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.fragments.flow import FragmentFlow
from molgfn.flow.fragments.layers.stopping import Ends
from molgfn.flow.fragments.local_search import in_random_order
from molgfn.flow.fragments.reward import Prior
from molgfn.flow.replay import Targets
from molgfn.flow.training import TrainerSettings, Training, TrainingStep

Floats = NDArray[np.float64]


class PriorTraining(Training[States]):
    """A flow network of molecules that learns to draw from a prior of weight 1.

    Each step draws new molecules from the law, each built in an order drawn by taking leaves away uniformly at random,
    and makes these trajectories more probable. The optimum is the policy whose molecules follow the law and whose P_B
    is uniform, as trajectory balance would have it. But balance is slow here: it spends most of its effort on what an
    untrained network draws, and these molecules are far from every law.

    Parameters
    ----------
    environment : FragmentEnvironment
        Without a core.
    prior : Prior
    settings : TrainerSettings
        Only steps, batch size, learning rate, warm-up, width and layers are used.
    seed : int
    device : str
    """

    def __init__(
        self,
        environment: FragmentEnvironment,
        prior: Prior,
        settings: TrainerSettings,
        seed: int,
        device: str = "cpu",
    ) -> None:
        self.environment, self.prior = environment, prior
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            ends = Ends(lambda states: Targets(*self._scores(states)), whole=True)
            network = FragmentFlow(environment, settings.width, settings.layers, None, ends, prior.log_join)
        self.network = network.to(device)
        super().__init__(self.network, self._scores, settings, seed, environment.vocabulary.sha256)

    def _scores(self, states: States) -> tuple[Floats, Floats]:
        return np.zeros(len(states)), self.prior.log_share(states)

    def trajectories(self, count: int, generator: np.random.Generator) -> States:
        """Draw trajectories of the law."""
        return in_random_order(self.environment, self.prior.draw(count, generator), generator)

    def _step(self) -> TrainingStep:
        batch = self.trajectories(self.settings.batch_size, self.replay_generator)
        if self.done == 0:
            self.network.reward_level.fill_(float(self.prior.log_share(batch).mean()))
        log_pf = self.network.evaluate(batch, False).log_pf.sum(1)
        loss = self._descend(-log_pf.mean())
        self.done += 1
        return TrainingStep(self.done, loss, float(self.network.log_z.detach()), 0.0)

    def log_ratios(self, states: States) -> Floats:
        """Return log (probability of each trajectory under the network / unnormalised probability), shape (S,)."""
        return self.network.log_probabilities(states)[1] - self.prior.log_share(states)

    @torch.no_grad()
    def set_log_z(self, of_law: Floats) -> float:
        """Set log Z of the network from the log ratios of trajectories of the law, and return it.

        The mean of q / p over p is 1 for two laws q and p, so that Z is 1 over the mean of the ratios.
        """
        log_z = float(np.log(len(of_law)) - np.logaddexp.reduce(of_law))
        self.network.log_z.fill_(log_z)
        self.network.flow_offset.fill_(log_z)
        return log_z

"""The flow model of molecules: the fragment environment with its network."""

from dataclasses import dataclass

import torch
from torch import Tensor

from molgfn.environments.states import States
from molgfn.flow.fragments import drawing, trajectories
from molgfn.flow.fragments.drawing import Exploration
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.interfaces import Evaluation, Inflow


class FragmentFlow(FlowNetwork):
    """A `FlowModel` whose trajectories are `States` with the blocks in the order of building."""

    batch_type = States

    def draw(
        self,
        n: int,
        generator: torch.Generator,
        epsilon: float = 0.0,
        temperature: float = 1.0,
        beta: Tensor | None = None,
        start: States | None = None,
    ) -> tuple[States, Tensor]:
        """See `molgfn.flow.fragments.drawing.draw`."""
        return drawing.draw(self, n, generator, Exploration(epsilon, temperature), beta, start)

    def evaluate(self, batch: States, learned_backward: bool, beta: Tensor | None = None) -> Evaluation:
        """See `molgfn.flow.fragments.trajectories.evaluate`."""
        return trajectories.evaluate(self, batch, learned_backward, beta)

    def inflow(self, batch: States, beta: Tensor | None = None) -> Inflow:
        """See `molgfn.flow.fragments.trajectories.inflow`."""
        return trajectories.inflow(self, batch, beta)


@dataclass(frozen=True)
class AtTemperature:
    """A flow model conditioned on temperature, for the trajectories of one batch.

    Attributes
    ----------
    model : FragmentFlow
    beta : Tensor, shape (B,)
        Inverse temperature of each trajectory.
    """

    model: FragmentFlow
    beta: Tensor

    def evaluate(self, batch: States, learned_backward: bool) -> Evaluation:
        """See `FlowEvaluator.evaluate`."""
        return self.model.evaluate(batch, learned_backward, self.beta)

    def inflow(self, batch: States) -> Inflow:
        """See `FlowEvaluator.inflow`."""
        return self.model.inflow(batch, self.beta)

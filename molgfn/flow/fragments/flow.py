"""The flow model of molecules: the fragment environment with its network."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgfn.arrays import FloatArray
from molgfn.environments.states import States
from molgfn.flow.condition import UNCONDITIONED, Condition
from molgfn.flow.fragments import drawing, trajectories
from molgfn.flow.fragments.drawing import Exploration
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.interfaces import Evaluation, Inflow

AT_ONCE = 256
"""Trajectories that go through the network together where nothing is learned from them: it bounds the memory."""


class FragmentFlow(FlowNetwork):
    """A `FlowModel` whose trajectories are `States` with the blocks in the order of building."""

    batch_type = States

    def draw(
        self,
        n: int,
        generator: torch.Generator,
        epsilon: float = 0.0,
        temperature: float = 1.0,
        condition: Condition = UNCONDITIONED,
        start: States | None = None,
    ) -> tuple[States, Tensor]:
        """See `molgfn.flow.fragments.drawing.draw`."""
        return drawing.draw(self, n, generator, Exploration(epsilon, temperature), condition, start)

    def evaluate(self, batch: States, learned_backward: bool, condition: Condition = UNCONDITIONED) -> Evaluation:
        """See `molgfn.flow.fragments.trajectories.evaluate`."""
        return trajectories.evaluate(self, batch, learned_backward, condition)

    @torch.no_grad()
    def log_probabilities(self, batch: States) -> tuple[FloatArray, FloatArray]:
        """Return log P_F of each trajectory, and log P_F - log P_B with uniform P_B, each of shape (S,)."""
        pairs = []
        for first in range(0, len(batch), AT_ONCE):
            part = batch.take(np.arange(first, min(first + AT_ONCE, len(batch))))
            along = self.evaluate(part, learned_backward=False)
            pairs.append((along.log_pf.sum(1).cpu(), along.log_pb.sum(1).cpu()))
        log_pf, log_pb = (torch.cat(values).double().numpy() for values in zip(*pairs, strict=True))
        return log_pf, log_pf - log_pb

    def inflow(self, batch: States, condition: Condition = UNCONDITIONED) -> Inflow:
        """See `molgfn.flow.fragments.trajectories.inflow`."""
        return trajectories.inflow(self, batch, condition)


@dataclass(frozen=True)
class ConditionedFlow:
    """A flow model under the condition of the trajectories of one batch.

    Attributes
    ----------
    model : FragmentFlow
    condition : Condition
        Of each trajectory.
    """

    model: FragmentFlow
    condition: Condition

    def evaluate(self, batch: States, learned_backward: bool) -> Evaluation:
        """See `FlowEvaluator.evaluate`."""
        return self.model.evaluate(batch, learned_backward, self.condition)

    def inflow(self, batch: States) -> Inflow:
        """See `FlowEvaluator.inflow`."""
        return self.model.inflow(batch, self.condition)

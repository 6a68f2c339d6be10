"""Whether a trajectory stops at a state, and what of this is taken from the target instead of learned."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import logsigmoid

from molgfn.environments.states import States
from molgfn.flow.replay import Targets


@dataclass(frozen=True)
class Ends:
    """Targets of a stop, in part or whole, which the odds of stopping contain.

    Attributes
    ----------
    targets : callable
        States that may stop -> their targets.
    whole : bool
        Whether these are the targets of training. The flow of a stop is then its target, and only the flow to larger
        molecules is learned (Deleu et al. 2022, arXiv 2202.13903; Pan et al. 2023, arXiv 2302.01687;
        docs/theory/law.md). Else they are the part that a prior gives.
    """

    targets: Callable[[States], Targets]
    whole: bool

    def of(self, states: States, may_stop: NDArray[np.bool_]) -> Targets:
        """Return the targets of all states; 0 where a state may not stop."""
        targets = self.targets(states.take(np.flatnonzero(may_stop)))
        log_reward, log_share = np.zeros(len(may_stop)), np.zeros(len(may_stop))
        log_reward[may_stop], log_share[may_stop] = targets.log_reward, targets.log_share
        return Targets(log_reward, log_share)


def stop_or_go(logit: Tensor, may_stop: Tensor, may_go: Tensor) -> tuple[Tensor, Tensor]:
    """Return log probabilities of stopping and of adding a block; 0 and -inf if there is no choice."""
    log_stop = torch.where(may_go, logsigmoid(logit), 0.0)
    log_go = torch.where(may_stop, logsigmoid(-logit), 0.0)
    return (
        torch.where(may_stop, log_stop, -torch.inf),
        torch.where(may_go, log_go, -torch.inf),
    )

"""How a proxy is built and trained."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from molgfn.proxy.description import ModelKind
from molgfn.proxy.networks.network import Architecture


class ProxySettings(Architecture):
    """How a proxy is built and trained.

    Attributes
    ----------
    model : {"network", "forest"}
        An ensemble of networks, or a random forest on Morgan counts.
    trees : int
        Of a forest, to which nothing below applies.
    members : int
        M, networks of the ensemble.
    width, steps, dropout, heteroscedastic
        See `Architecture`. A proxy trained from an earlier one keeps the earlier architecture and number of members.
    epochs, fine_tune_epochs : int
        Passes over the data, from scratch and from an earlier proxy.
    patience : int
        Each network keeps the weights of the epoch that predicted molecules kept from it best, and stops after this
        many epochs that are no better; 0: it takes all epochs and keeps the last.
    batch_size : int
        Molecules a step.
    learning_rate, fine_tune_learning_rate : float
        The highest; it warms up over a tenth of the steps and falls to zero along a cosine.
    weight_decay : float
    """

    model: ModelKind = "network"
    trees: PositiveInt = 300
    members: PositiveInt = 5
    epochs: PositiveInt = 25
    fine_tune_epochs: PositiveInt = 6
    patience: NonNegativeInt = 10
    batch_size: Annotated[int, Field(ge=2)] = 32
    learning_rate: PositiveFloat = 2e-3
    fine_tune_learning_rate: PositiveFloat = 1e-3
    weight_decay: NonNegativeFloat = 1e-2


@dataclass(frozen=True)
class TrainingEpoch:
    """Progress: `member` of `members` has finished `epoch` of `epochs`, all counted from 1.

    Attributes
    ----------
    loss : float
        Mean over the molecules that the member learns from, standardised.
    held_out : float or None
        The same of molecules that are kept from it; none where it is not stopped by any.
    """

    member: int
    members: int
    epoch: int
    epochs: int
    loss: float
    held_out: float | None = None

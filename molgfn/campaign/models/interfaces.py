"""What the loop asks of the parts of a campaign: oracle, flow network, proxy; a stand-in of each will do."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from molgfn.campaign.reward.objective import Predictor
from molgfn.chem.trees.tree import Tree
from molgfn.direction import Direction
from molgfn.oracles.interfaces import Oracle

Reward = Callable[[Sequence[str]], NDArray[np.float64]]
"""SMILES of B molecules -> log_reward, shape (B,), finite."""


class Sampled(Protocol):
    """A finished molecule and the SMILES of the blocks it was built from."""

    @property
    def smiles(self) -> str: ...
    @property
    def blocks(self) -> tuple[str, ...]: ...


class FlowStep(Protocol):
    """One step of training."""

    @property
    def mean_log_reward(self) -> float: ...


class FlowTrainer(Protocol):
    """A flow network in training; after `load` it goes on exactly as the one that was saved would have."""

    def train(self, steps: int, on_step: Callable[[FlowStep], None] | None = None) -> object: ...
    def sample(self, n: int) -> Sequence[Sampled]: ...
    def save(self, folder: Path) -> None: ...
    def load(self, folder: Path) -> None: ...


class ProxyEpoch(Protocol):
    """One of `epochs` passes over the data of one of `members` networks."""

    @property
    def members(self) -> int: ...
    @property
    def epochs(self) -> int: ...


class Near(Protocol):
    """The nearest training molecule of each of B molecules; what a proxy does not know is NaN, "" or None."""

    @property
    def similarity(self) -> NDArray[np.float64]: ...
    @property
    def smiles(self) -> Sequence[str]: ...
    @property
    def in_domain(self) -> Sequence[bool | None]: ...


class SelfLimits(Protocol):
    """Why a proxy gives no error bars or no domain, as sentences for the user; empty where it does."""

    @property
    def error_bars(self) -> str: ...
    @property
    def sentences(self) -> Sequence[str]: ...


class ProxyModel(Predictor, Protocol):
    """A trained proxy."""

    @property
    def unit(self) -> str: ...
    @property
    def direction(self) -> Direction: ...
    @property
    def limits(self) -> SelfLimits: ...
    def neighbours(self, smiles: Sequence[str]) -> Near:
        """Return the nearest training molecule of each molecule (standard SMILES)."""
        ...

    def save(self, folder: Path) -> None: ...


class Parts(Protocol):
    """Makes the parts of one campaign; the same arguments always make the same part."""

    def open_oracle(self) -> Oracle:
        """Return the oracle, which the loop closes."""
        ...

    def library(self, smiles: Sequence[str]) -> Sequence[Tree]:
        """Return the trees of those molecules that can be built; the others are passed over."""
        ...

    def flow_trainer(self, reward: Reward, seed: int, library: Sequence[Tree] = ()) -> FlowTrainer:
        """Return an untrained flow network, to which known molecules are shown while it trains."""
        ...

    def random_samples(self, n: int, seed: int) -> Sequence[Sampled]:
        """Return molecules of the uniform random policy."""
        ...

    def load_proxy(self, folder: Path) -> ProxyModel:
        """Read a proxy that was saved."""
        ...

    def train_proxy(
        self,
        smiles: Sequence[str],
        values: Sequence[float],
        *,
        sides: Sequence[int],
        counts: Sequence[float],
        unit: str,
        direction: Direction,
        seed: int,
        initial: Path | None,
        on_epoch: Callable[[ProxyEpoch], None],
    ) -> ProxyModel:
        """Train a proxy on B molecules, from the one saved in `initial` where there is one.

        `sides` tells which values are bounds, `counts` how many measurements each is the mean of; see
        `molgfn.proxy.data.training_data.merge`.
        """
        ...

"""The interfaces of the parts of a campaign: oracle, flow network, proxy."""

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
Score = Callable[[Sequence[str]], NDArray[np.float64]]
"""SMILES of B molecules -> a number for each, shape (B,), higher is better."""


class Sampled(Protocol):
    """A finished molecule and the SMILES of its blocks."""

    @property
    def smiles(self) -> str: ...
    @property
    def blocks(self) -> tuple[str, ...]: ...


class FlowStep(Protocol):
    """One step of training."""

    @property
    def loss(self) -> float: ...
    @property
    def mean_log_reward(self) -> float: ...


class FlowTrainer(Protocol):
    """A flow network in training; after `load` it continues exactly as the saved one."""

    def train(self, steps: int, on_step: Callable[[FlowStep], None] | None = None) -> object: ...
    def prepare(self, count: int = ...) -> None:
        """Draw and score `count` molecules before the first step, if the objective needs them."""
        ...

    def drawn(self, steps: int) -> int:
        """Return how many molecules are drawn and scored before and between so many steps."""
        ...

    def sample(self, n: int) -> Sequence[Sampled]: ...
    def resample(self, n: int, draws: int) -> Sequence[Sampled]: ...
    def save(self, folder: Path) -> None: ...
    def load(self, folder: Path) -> None: ...


class Source(Protocol):
    """Proposes molecules that score well."""

    @property
    def name(self) -> str:
        """As it stands in `source_model` of the candidates."""
        ...

    @property
    def share(self) -> float:
        """The share of the candidates of a round that it gives, from 0 to 1."""
        ...

    def scored(self, wanted: int) -> int:
        """Return about how many molecules it scores to find so many."""
        ...

    def exact(self, wanted: int) -> int:
        """Return how many of the best molecules it needs exact scores of to find so many."""
        ...

    def candidates(
        self, score: Score, measured: Sequence[str], wanted: int, generator: np.random.Generator
    ) -> Sequence[Sampled]:
        """Return distinct molecules, best first.

        Parameters
        ----------
        score : Score
        measured : sequence of str
            SMILES of the molecules with a value, best first.
        wanted : int
            How many are needed; more may be returned, since some of them will be known already.
        generator : Generator
        """
        ...


class PriorTrainer(Protocol):
    """A flow network in training on the prior; after `load` it continues exactly as the saved one."""

    @property
    def steps(self) -> int:
        """How many steps it needs in all."""
        ...

    def train(self, steps: int, on_step: Callable[[FlowStep], None] | None = None) -> object: ...
    def save(self, folder: Path) -> None: ...
    def load(self, folder: Path) -> None: ...
    def write(self, path: Path) -> None:
        """Write the weights, for `Parts.flow_trainer` to start from."""
        ...


class ProxyEpoch(Protocol):
    """One of `epochs` passes over the data of one of `members` networks."""

    @property
    def members(self) -> int: ...
    @property
    def epochs(self) -> int: ...


class Near(Protocol):
    """The nearest training molecule of each of B molecules; missing values are NaN, "" or None."""

    @property
    def similarity(self) -> NDArray[np.float64]: ...
    @property
    def smiles(self) -> Sequence[str]: ...
    @property
    def in_domain(self) -> Sequence[bool | None]: ...


class SelfLimits(Protocol):
    """Why a proxy gives no error bars or no domain, as sentences for the user; empty if it does."""

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
    @property
    def has_process(self) -> bool:
        """Whether `process` gives predictions."""
        ...

    def neighbours(self, smiles: Sequence[str]) -> Near:
        """Return the nearest training molecule of each molecule (standard SMILES)."""
        ...

    def save(self, folder: Path) -> None: ...


class Parts(Protocol):
    """Makes the parts of one campaign; the same arguments always make the same part."""

    def open_oracle(self) -> Oracle:
        """Return the oracle; the loop closes it."""
        ...

    def library(self, smiles: Sequence[str]) -> Sequence[Tree]:
        """Return the trees of the molecules that can be built; others are skipped."""
        ...

    def prior_trainer(self, seed: int) -> PriorTrainer | None:
        """Return a training on the prior; None if the flow network needs none, or one came with the vocabulary."""
        ...

    def flow_trainer(
        self, reward: Reward, seed: int, library: Sequence[Tree] = (), start: Path | None = None
    ) -> FlowTrainer:
        """Return a flow network that has seen no reward; `library` molecules are used in its training.

        It starts from the weights in `start`, which may be the checkpoint of an earlier round; else from those that
        came with the vocabulary, if they fit.
        """
        ...

    def sources(self) -> Sequence[Source]:
        """Return where candidates come from beside the flow network, in the order in which they are asked."""
        ...

    def later_steps(self) -> int:
        """Return the steps of a round that goes on from the network of the round before; 0: it starts anew."""
        ...

    def random_samples(self, n: int, seed: int, start: Path | None = None) -> Sequence[Sampled]:
        """Return random molecules: like those of the library if the campaign has a prior, else of the random policy.

        With a core they are drawn from the flow network with the weights in `start`, or those of the vocabulary.
        """
        ...

    def load_proxy(self, folder: Path) -> ProxyModel:
        """Read a saved proxy."""
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
        """Train a proxy on B molecules, starting from the proxy saved in `initial`, if given.

        `sides` tells which values are bounds, `counts` the number of readings of each value; see
        `molgfn.proxy.data.training_data.merge`.
        """
        ...

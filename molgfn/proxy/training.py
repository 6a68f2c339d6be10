"""Training a proxy from molecules and values, from scratch or from an earlier proxy."""

import copy
import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated, Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt
from scipy.stats import poisson
from torch import Tensor, nn

from molgfn.errors import ConfigError, DataError
from molgfn.oracles.base import Direction
from molgfn.proxy.data import TrainingData, merge
from molgfn.proxy.ensemble import Proxy, ProxyInfo
from molgfn.proxy.featurise import Graphs, featurise_smiles
from molgfn.proxy.linear import fit_ridge
from molgfn.proxy.model import Architecture, GraphBatch, ProxyNetwork
from molgfn.proxy.tobit import TobitLoss

MIN_MOLECULES = 5
_WARM_UP = 0.1
_MAX_GRADIENT_NORM = 5.0


class ProxySettings(Architecture):
    """How a proxy is built and trained.

    Attributes
    ----------
    members : int
        M, networks of the ensemble.
    width, steps, dropout
        See `Architecture`. A proxy trained from an earlier one keeps the earlier architecture and number of members.
    epochs, fine_tune_epochs : int
        Passes over the data, from scratch and from an earlier proxy.
    batch_size : int
        Molecules a step.
    learning_rate, fine_tune_learning_rate : float
        The highest; it warms up over a tenth of the steps and falls to zero along a cosine.
    weight_decay : float
    """

    members: PositiveInt = 5
    epochs: PositiveInt = 25
    fine_tune_epochs: PositiveInt = 6
    batch_size: Annotated[int, Field(ge=2)] = 32
    learning_rate: PositiveFloat = 2e-3
    fine_tune_learning_rate: PositiveFloat = 1e-3
    weight_decay: NonNegativeFloat = 1e-2


@dataclass(frozen=True)
class TrainingEpoch:
    """Progress: `member` of `members` has finished `epoch` of `epochs`, all counted from 1; `loss` is its mean loss."""

    member: int
    members: int
    epoch: int
    epochs: int
    loss: float


def train_proxy(
    smiles: Sequence[str],
    values: Sequence[float] | NDArray[np.float64],
    *,
    unit: str,
    direction: Direction,
    settings: ProxySettings,
    seed: int,
    initial: Proxy | None = None,
    name: str = "proxy",
    sides: Sequence[int] | NDArray[np.int64] | None = None,
    counts: Sequence[float] | NDArray[np.float64] | None = None,
    on_epoch: Callable[[TrainingEpoch], None] | None = None,
) -> Proxy:
    """Train a proxy; the same data in any order and the same seed give the same proxy.

    Each member learns from its own resample of the molecules (bagging), so that their spread tells where the data leave
    the answer open; a single member learns from all.

    Parameters
    ----------
    smiles, values : sequences of length B
        Equal molecules are merged (see `merge`).
    unit, direction : str
        Of the values.
    settings : ProxySettings
    seed : int
    initial : Proxy, optional
        Start from its weights; `values` should include what it was trained on, or that is forgotten.
    name : str
    sides, counts : sequences of length B, optional
        Which values are bounds, and how many measurements each is the mean of (see `merge`). Bounds teach by their
        likelihood (see `tobit`).
    on_epoch : callable, optional
        Called after each epoch of each member.

    Raises
    ------
    DataError
        If there are fewer than 5 distinct molecules, all values are equal, or a molecule or value is unusable.
    ConfigError
        If `initial` was trained on another unit or direction.
    """
    data = merge(smiles, values, sides, counts)
    _check(data, unit, direction, initial)
    graphs = featurise_smiles(data.smiles)
    if initial is None:
        measured = data.values[data.sides == 0]
        mean, std = float(measured.mean()), float(measured.std())
        networks = _new_networks(settings, seed)
        course = _Course(settings.epochs, settings.learning_rate, settings)
    else:
        mean, std = initial.info.target_mean, initial.info.target_std
        networks = copy.deepcopy(initial.networks)
        course = _Course(settings.fine_tune_epochs, settings.fine_tune_learning_rate, settings)
    examples = _Examples.of(graphs, (data.values - mean) / std, data)
    for member, network in enumerate(networks):
        generator = torch.Generator().manual_seed(_member_seed(seed, member))
        drawn = resample(data.smiles, member) if len(networks) > 1 else np.arange(len(data))
        part = examples.take(drawn)
        if initial is None:
            network.start_from(fit_ridge(part.graphs.counts(), part.targets.numpy().astype(np.float64)))
        for epoch, loss in enumerate(_fit(network, part, course, generator), start=1):
            if on_epoch is not None:
                on_epoch(TrainingEpoch(member + 1, len(networks), epoch, course.epochs, loss))
    info = ProxyInfo(
        name=name,
        unit=unit,
        direction=direction,
        members=len(networks),
        architecture=networks[0].architecture,
        target_mean=mean,
        target_std=std,
        n_train=len(data),
        seed=seed,
        data_sha256=data.sha256(),
        versions=versions(),
    )
    return Proxy(networks, info)


@dataclass(frozen=True)
class _Course:
    """How many passes at which learning rate; the rest is as in `settings`."""

    epochs: int
    learning_rate: float
    settings: ProxySettings


@dataclass(frozen=True)
class _Examples:
    """What a network learns from: B molecules with standardised values, their sides and weights, of shape (B,)."""

    graphs: Graphs
    targets: Tensor
    sides: Tensor
    weights: Tensor

    @classmethod
    def of(cls, graphs: Graphs, targets: NDArray[np.float64], data: TrainingData) -> "_Examples":
        # Of what a model misses, half is taken to be noise of a single measurement: it falls with their number.
        weights = 2 * data.counts / (data.counts + 1)
        return cls(graphs, *(torch.from_numpy(one.astype(np.float32)) for one in (targets, data.sides, weights)))

    def take(self, rows: NDArray[np.int64]) -> "_Examples":
        return _Examples(self.graphs.take(rows), self.targets[rows], self.sides[rows], self.weights[rows])

    def __len__(self) -> int:
        return len(self.graphs)


def resample(smiles: Sequence[str], member: int) -> NDArray[np.int64]:
    """Return the positions that one member learns from, with repeats (online bagging, Oza and Russell 2001).

    How often a molecule is drawn (Poisson, mean 1) depends on the molecule and the member alone: a member that goes on
    learning from more data never meets what was kept from it before, and so keeps its own mind.
    """
    digests = [hashlib.sha256(f"{member} {text}".encode()).digest() for text in smiles]
    uniform = (np.array([int.from_bytes(digest[:6], "big") for digest in digests]) + 0.5) / 2**48
    times = poisson.ppf(uniform, 1.0).astype(np.int64)
    # Of a handful of molecules a member may have drawn none.
    return np.repeat(np.arange(len(smiles)), times) if times.any() else np.arange(len(smiles))


def versions() -> dict[str, str]:
    """Return the versions of molgfn and of the libraries that decide the numbers."""
    return {package: version(package) for package in ("molgfn", "torch", "torch-geometric", "rdkit", "numpy")}


def _check(data: TrainingData, unit: str, direction: Direction, initial: Proxy | None) -> None:
    if len(data) < MIN_MOLECULES:
        raise DataError(f"{len(data)} distinct molecules: a proxy needs at least {MIN_MOLECULES} to learn from")
    measured = data.values[data.sides == 0]
    if len(measured) == 0:
        raise DataError(f"all {len(data)} values are bounds: at least some must be measured")
    if np.ptp(measured) == 0:
        raise DataError(f"all {len(data)} values are {data.values[0]}: there is nothing to learn")
    if initial is not None and (initial.unit, initial.direction) != (unit, direction):
        raise ConfigError(
            f"proxy {initial.name!r} predicts {initial.unit} ({initial.direction}), "
            f"but the values are in {unit} ({direction})",
            "Train a new proxy, or start from one of the same unit and direction.",
        )


def _member_seed(seed: int, member: int) -> int:
    return int(np.random.SeedSequence([seed, member]).generate_state(1)[0])


def _new_networks(settings: ProxySettings, seed: int) -> list[ProxyNetwork]:
    architecture = Architecture(width=settings.width, steps=settings.steps, dropout=settings.dropout)
    networks = []
    for member in range(settings.members):
        # Modules draw their first weights from torch's global generator: seed it here alone and leave it as it was.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(_member_seed(seed, member))
            networks.append(ProxyNetwork(architecture))
    return networks


def _fit(network: ProxyNetwork, examples: _Examples, course: _Course, generator: torch.Generator) -> Iterator[float]:
    """Train one network in place and yield the mean loss of each epoch."""
    size, decay = course.settings.batch_size, course.settings.weight_decay
    tobit = TobitLoss()
    groups: list[dict[str, Any]] = [
        {"params": network.parameters()},
        {"params": tobit.parameters(), "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=course.learning_rate, weight_decay=decay)
    n_steps = course.epochs * math.ceil(len(examples) / size)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate_at(step / n_steps))
    network.train()
    for _ in range(course.epochs):
        total = 0.0
        for chosen in torch.split(torch.randperm(len(examples), generator=generator), size):
            fit, of_std = _losses(network, tobit, examples.take(chosen.numpy()), generator)
            optimiser.zero_grad()
            torch.autograd.backward(fit + of_std)
            nn.utils.clip_grad_norm_(network.parameters(), _MAX_GRADIENT_NORM)
            optimiser.step()
            schedule.step()
            total += fit.item() * len(chosen)
        yield total / len(examples)
    optimiser.zero_grad()
    network.eval()


def _losses(
    network: ProxyNetwork, tobit: TobitLoss, part: _Examples, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    # Dropout draws from the global generator too.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(torch.randint(2**31, (1,), generator=generator)))
        predicted = network(GraphBatch.of(part.graphs))
    fit, of_std = tobit(predicted, part.targets, part.sides, part.weights)
    return fit, of_std


def _rate_at(progress: float) -> float:
    return min(progress / _WARM_UP, 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))) + 1e-4

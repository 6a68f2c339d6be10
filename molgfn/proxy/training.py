"""Training a proxy from molecules and values, from scratch or from an earlier proxy."""

import copy
import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated

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
    on_epoch: Callable[[TrainingEpoch], None] | None = None,
) -> Proxy:
    """Train a proxy; the same data in any order and the same seed give the same proxy.

    Each member learns from its own resample of the molecules (bagging), so that their spread tells where the data leave
    the answer open; a single member learns from all.

    Parameters
    ----------
    smiles, values : sequences of length B
        Equal molecules are merged by the mean of their values.
    unit, direction : str
        Of the values.
    settings : ProxySettings
    seed : int
    initial : Proxy, optional
        Start from its weights; `values` should include what it was trained on, or that is forgotten.
    name : str
    on_epoch : callable, optional
        Called after each epoch of each member.

    Raises
    ------
    DataError
        If there are fewer than 5 distinct molecules, all values are equal, or a molecule or value is unusable.
    ConfigError
        If `initial` was trained on another unit or direction.
    """
    data = merge(smiles, values)
    _check(data, unit, direction, initial)
    graphs = featurise_smiles(data.smiles)
    if initial is None:
        mean, std = float(data.values.mean()), float(data.values.std())
        targets = (data.values - mean) / std
        networks = _new_networks(settings, seed)
        course = _Course(settings.epochs, settings.learning_rate, settings)
    else:
        mean, std = initial.info.target_mean, initial.info.target_std
        targets = (data.values - mean) / std
        networks = copy.deepcopy(initial.networks)
        course = _Course(settings.fine_tune_epochs, settings.fine_tune_learning_rate, settings)
    for member, network in enumerate(networks):
        generator = torch.Generator().manual_seed(_member_seed(seed, member))
        drawn = resample(data.smiles, member) if len(networks) > 1 else np.arange(len(data))
        part, part_targets = graphs.take(drawn), targets[drawn]
        if initial is None:
            network.start_from(fit_ridge(part.counts(), part_targets))
        for epoch, loss in enumerate(_fit(network, part, part_targets, course, generator), start=1):
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
    if np.ptp(data.values) == 0:
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


def _fit(
    network: ProxyNetwork, graphs: Graphs, targets: NDArray[np.float64], course: _Course, generator: torch.Generator
) -> Iterator[float]:
    """Train one network in place and yield the mean loss of each epoch."""
    truth = torch.from_numpy(targets.astype(np.float32))
    size, decay = course.settings.batch_size, course.settings.weight_decay
    optimiser = torch.optim.AdamW(network.parameters(), lr=course.learning_rate, weight_decay=decay)
    n_steps = course.epochs * math.ceil(len(graphs) / size)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate_at(step / n_steps))
    network.train()
    for _ in range(course.epochs):
        total = 0.0
        for chosen in torch.split(torch.randperm(len(graphs), generator=generator), size):
            loss = _loss(network, GraphBatch.of(graphs.take(chosen.numpy())), truth[chosen], generator)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(network.parameters(), _MAX_GRADIENT_NORM)
            optimiser.step()
            schedule.step()
            total += loss.item() * len(chosen)
        yield total / len(graphs)
    optimiser.zero_grad()
    network.eval()


def _loss(network: ProxyNetwork, batch: GraphBatch, truth: Tensor, generator: torch.Generator) -> Tensor:
    # Dropout draws from the global generator too.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(torch.randint(2**31, (1,), generator=generator)))
        return nn.functional.mse_loss(network(batch), truth)


def _rate_at(progress: float) -> float:
    return min(progress / _WARM_UP, 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))) + 1e-4

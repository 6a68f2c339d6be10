"""Training of the networks of a proxy: each on its own share; molecules outside this share decide when it stops."""

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from molgfn.arrays import BoolArray
from molgfn.chem.standardise import Stereo
from molgfn.proxy.classical.ridge import Ridge, fit_ridge
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.networks.bagging import drawn, stopping
from molgfn.proxy.networks.batch import Examples
from molgfn.proxy.networks.censored_loss import TobitLoss
from molgfn.proxy.networks.ensemble import NetworkEnsemble
from molgfn.proxy.networks.network import Architecture, ProxyNetwork
from molgfn.proxy.settings import ProxySettings, TrainingEpoch

_WARM_UP = 0.1
_MAX_GRADIENT_NORM = 5.0
_LEAST_STOPPING = 20
_CHUNK = 256


@dataclass(frozen=True)
class Start:
    """Networks from which training starts.

    Attributes
    ----------
    networks : list of ProxyNetwork
        They are copied.
    mean, std : float
        They predict (value - mean) / std.
    same_target : bool
        False: only their bodies are kept, and they get new heads for a new target.
    """

    networks: list[ProxyNetwork]
    mean: float
    std: float
    same_target: bool = True


@dataclass(frozen=True)
class Auxiliary:
    """A second target, with molecules of its own, that the bodies of the networks learn together with the first.

    Attributes
    ----------
    data : TrainingData
    weight : float
        Of its loss; the loss of the first target has weight 1.
    """

    data: TrainingData
    weight: float


@dataclass(frozen=True)
class Fitted:
    """Trained networks; which molecules each was trained on or stopped by, shape (M, B); and the losses."""

    ensemble: NetworkEnsemble
    mean: float
    std: float
    seen: BoolArray
    epochs: tuple[TrainingEpoch, ...]

    @property
    def architecture(self) -> Architecture:
        """Of every network."""
        return self.ensemble.networks[0].architecture


def fit_networks(
    data: TrainingData,
    settings: ProxySettings,
    seed: int,
    start: Start | None,
    auxiliary: Auxiliary | None,
    on_epoch: Callable[[TrainingEpoch], None],
    device: str = "cpu",
) -> Fitted:
    """Train the members one after the other; a single member is trained on all molecules and stopped by none."""
    if start is not None and start.same_target:
        mean, std = start.mean, start.std
        course = _Course(settings.fine_tune_epochs, settings.fine_tune_learning_rate, settings)
    else:
        measured = data.values[data.sides == 0]
        mean, std = float(measured.mean()), float(measured.std())
        course = _Course(settings.epochs, settings.learning_rate, settings)
    networks = [network.to(device) for network in _networks(settings, seed, start, data.stereo)]
    examples = Examples.of(data, mean, std).to(torch.device(device))
    second_target = _SecondTarget.of(auxiliary, torch.device(device)) if auxiliary else None
    stops = stopping(data.smiles) if settings.patience else np.zeros(len(data), dtype=np.bool_)
    seen = np.zeros((len(networks), len(data)), dtype=np.bool_)
    finished: list[TrainingEpoch] = []
    for member, network in enumerate(networks):
        seen[member] = drawn(data.smiles, member) if len(networks) > 1 else True
        held = np.flatnonzero(stops & ~seen[member])
        part = examples.take(np.flatnonzero(seen[member]))
        if len(held) >= _LEAST_STOPPING:
            seen[member] |= stops
        else:
            held = held[:0]
        if start is None or not start.same_target:
            network.start_from(_ridge(part))
        else:
            _match_mean(network, part)
        own_seed = _member_seed(seed, member)
        generator = torch.Generator().manual_seed(own_seed)
        second = second_target.of_member(network, member, len(networks), own_seed) if second_target else None
        losses = _fit(network, part, examples.take(held), course, generator, second)
        for epoch, (loss, held_out) in enumerate(losses, start=1):
            finished.append(TrainingEpoch(member + 1, len(networks), epoch, course.epochs, loss, held_out))
            on_epoch(finished[-1])
    return Fitted(NetworkEnsemble(networks, mean, std), mean, std, seen, tuple(finished))


@dataclass(frozen=True)
class _Course:
    """Number of passes and learning rate; all else is as in `settings`."""

    epochs: int
    learning_rate: float
    settings: ProxySettings


@dataclass(frozen=True)
class _Second:
    """The second target of one member: a network that shares its body, its training data, and its weight."""

    network: ProxyNetwork
    examples: Examples
    weight: float


@dataclass(frozen=True)
class _SecondTarget:
    """The second target, for any member."""

    examples: Examples
    smiles: tuple[str, ...]
    weight: float

    @classmethod
    def of(cls, auxiliary: Auxiliary, device: torch.device) -> "_SecondTarget":
        data = auxiliary.data
        measured = data.values[data.sides == 0]
        examples = Examples.of(data, float(measured.mean()), float(measured.std())).to(device)
        return cls(examples, data.smiles, auxiliary.weight)

    def of_member(self, network: ProxyNetwork, member: int, members: int, seed: int) -> _Second:
        """Return the second target of one member, without the molecules that the member leaves out of the first."""
        rows = np.flatnonzero(drawn(self.smiles, member)) if members > 1 else np.arange(len(self.smiles))
        part = self.examples.take(rows)
        with _seeded(seed):
            second = network.sibling()
        second.start_from(_ridge(part))
        return _Second(second, part, self.weight)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed the global generator of torch, which modules and dropout use, and restore it afterwards."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _member_seed(seed: int, member: int) -> int:
    return int(np.random.SeedSequence([seed, member]).generate_state(1)[0])


def _networks(settings: ProxySettings, seed: int, start: Start | None, stereo: Stereo) -> list[ProxyNetwork]:
    if start is not None and start.same_target:
        return copy.deepcopy(start.networks)
    if start is not None:
        networks = []
        for member, network in enumerate(copy.deepcopy(start.networks)):
            with _seeded(_member_seed(seed, member)):
                networks.append(network.sibling())
        return networks
    architecture = Architecture(**settings.model_dump(include=set(Architecture.model_fields)))
    networks = []
    for member in range(settings.members):
        with _seeded(_member_seed(seed, member)):
            networks.append(ProxyNetwork(architecture, stereo))
    return networks


def _ridge(examples: Examples) -> Ridge:
    values, sides = examples.targets.cpu().numpy().astype(np.float64), examples.sides.cpu().numpy().astype(np.int64)
    return fit_ridge(examples.graphs.counts(), values, sides=sides)


def _match_mean(network: ProxyNetwork, examples: Examples) -> None:
    """Shift a network by the mean difference to the exact values: training alone would take long for that."""
    measured = examples.take(np.flatnonzero(examples.sides.cpu().numpy() == 0))
    if len(measured):
        with torch.no_grad():
            errors = [part.targets - network(part.batch(network.device)) for part in _chunks(measured)]
            network.linear.bias.add_(torch.cat(errors).mean())


def _chunks(examples: Examples) -> list[Examples]:
    parts = np.array_split(np.arange(len(examples)), math.ceil(len(examples) / _CHUNK))
    return [examples.take(rows) for rows in parts]


def _fit(
    network: ProxyNetwork,
    examples: Examples,
    held: Examples,
    course: _Course,
    generator: torch.Generator,
    second: _Second | None,
) -> Iterator[tuple[float, float | None]]:
    """Train one network in place; yield the mean loss of each epoch, and that of the held-out molecules, if any.

    The network keeps the weights of the epoch that was best on the held-out molecules; without these, of the last.
    """
    size = course.settings.batch_size
    tobit, second_tobit = TobitLoss().to(network.device), TobitLoss().to(network.device)
    optimiser = _optimiser(network, (tobit, second_tobit), second, course)
    # Rounded down: a small rest, such as one molecule, could not be normalised by its mean.
    n_batches = max(1, len(examples) // size)
    n_steps = course.epochs * n_batches
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate_at(step / n_steps))
    best, best_state, since = math.inf, None, 0
    for _ in range(course.epochs):
        network.train()
        total = 0.0
        for chosen in torch.tensor_split(torch.randperm(len(examples), generator=generator), n_batches):
            fit, of_std = _losses(network, tobit, examples.take(chosen.numpy()), generator)
            losses = [fit, of_std]
            if second is not None:
                drawn = torch.randint(len(second.examples), (size,), generator=generator)
                shown = second.examples.take(drawn.numpy())
                losses += [second.weight * loss for loss in _losses(second.network, second_tobit, shown, generator)]
            optimiser.zero_grad()
            torch.autograd.backward(torch.stack(losses).sum())
            nn.utils.clip_grad_norm_(network.parameters(), _MAX_GRADIENT_NORM)
            optimiser.step()
            schedule.step()
            total += fit.item() * len(chosen)
        network.eval()
        held_out = _held_out_loss(network, tobit, held) if len(held) else None
        yield total / len(examples), held_out
        if held_out is None:
            continue
        since += 1
        if held_out < best:
            best, best_state, since = held_out, copy.deepcopy(network.state_dict()), 0
        if since >= course.settings.patience:
            break
    optimiser.zero_grad()
    if best_state is not None:
        network.load_state_dict(best_state)


def _optimiser(
    network: ProxyNetwork, losses: Sequence[nn.Module], second: _Second | None, course: _Course
) -> torch.optim.Optimizer:
    # The second network shares the body of the first.
    networks = [network] if second is None else [network, second.network]
    weights = {id(weight): weight for part in networks for weight in part.parameters()}
    groups: list[dict[str, Any]] = [
        {"params": list(weights.values())},
        {"params": [weight for loss in losses for weight in loss.parameters()], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=course.learning_rate, weight_decay=course.settings.weight_decay)


def _losses(
    network: ProxyNetwork, tobit: TobitLoss, part: Examples, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    with _seeded(int(torch.randint(2**31, (1,), generator=generator))):
        outputs = network.outputs(part.batch(network.device))
    return tobit(outputs[:, 0], part.targets, part.sides, part.weights, *outputs[:, 1:].unbind(1))  # type: ignore[no-any-return]


def _held_out_loss(network: ProxyNetwork, tobit: TobitLoss, held: Examples) -> float:
    total = 0.0
    with torch.inference_mode():
        for part in _chunks(held):
            outputs = network.outputs(part.batch(network.device))
            total += tobit(outputs[:, 0], part.targets, part.sides, part.weights)[0].item() * len(part)
    return total / len(held)


def _rate_at(progress: float) -> float:
    return min(progress / _WARM_UP, 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))) + 1e-4

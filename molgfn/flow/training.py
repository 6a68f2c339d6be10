"""Training of a flow model: draw, score, replay, loss, step; all its state is in one place."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Generic, cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from molgfn.errors import DataError
from molgfn.flow.condition import Condition
from molgfn.flow.interfaces import AnyBatch, FlowEvaluator, FlowModel
from molgfn.flow.loss import BackwardName, ObjectiveName, PenaltyName, objective_loss
from molgfn.flow.optim.optimiser import FlowOptimiser
from molgfn.flow.replay import Replay, Targets

Floats = NDArray[np.float64]
Score = Callable[[AnyBatch], tuple[Floats, Floats]]
"""Finished trajectories -> log reward and log target of the balance, each of shape (B,)."""


_RENAMED = {"kick_fraction": "local_search_fraction", "kick_blocks": "local_search_blocks"}
"""Settings that have another name in checkpoints of earlier versions: old name -> name."""


@dataclass(frozen=True)
class TrainerSettings:
    """How the flow network is built and trained.

    Attributes
    ----------
    steps : int
        Planned number of steps; during these the learning rates fall to a fiftieth (half a cosine).
    batch_size : int
        Trajectories drawn at each step.
    learning_rate, log_z_learning_rate : float
    epsilon : float
        Probability of a random step in drawing; it falls to 0 at half the planned steps.
    beta_start : float
        Training starts with the target R^beta_start; beta then changes to 1. It is used for replayed trajectories too.
    beta_steps : float
        Share of the planned steps over which beta changes.
    warm_up : int
        Steps over which the learning rates rise: a network that is trained already keeps what it has learned.
    replay_fraction : float
        Trajectories from replay added to each batch, as a fraction of it.
    replay_best : float
        Share of these that comes from the best tenth by reward; the rest is drawn uniformly.
    replay_capacity : int
    width, layers : int
        Of the network; one round of messages already covers a whole molecule.
    objective : str
        "TB", "DB", "SubTB" or "FM".
    backward : str
        "uniform"; "learned" together with the forward policy; or "likelihood" of the drawn trajectories.
    penalty : str
        Of residuals, "squared" or "huber".
    subtb_lambda : float
        Of "SubTB".
    """

    steps: int = 2000
    batch_size: int = 64
    learning_rate: float = 4e-3
    log_z_learning_rate: float = 0.1
    epsilon: float = 0.1
    beta_start: float = 1.0
    beta_steps: float = 0.5
    warm_up: int = 0
    replay_fraction: float = 0.5
    replay_best: float = 0.5
    replay_capacity: int = 20_000
    width: int = 128
    layers: int = 1
    objective: ObjectiveName = "TB"
    backward: BackwardName = "uniform"
    penalty: PenaltyName = "squared"
    subtb_lambda: float = 0.99


@dataclass(frozen=True)
class TrainingStep:
    """The result of one step: its number, loss, log Z and the mean log reward of the new trajectories."""

    step: int
    loss: float
    log_z: float
    mean_log_reward: float


class Training(Generic[AnyBatch]):
    """A flow model with optimiser, replay and random states.

    Parameters
    ----------
    model : FlowModel
        A `torch.nn.Module` too.
    score : callable
    settings : TrainerSettings
    seed : int
        Same seed, same result (on one machine, with one number of threads).
    space : str
        Digest of the space of objects; a checkpoint of another space is refused.
    earlier_space : str
        The digest that earlier versions wrote for the same space.
    """

    def __init__(
        self,
        model: FlowModel[AnyBatch],
        score: Score[AnyBatch],
        settings: TrainerSettings,
        seed: int,
        space: str = "",
        earlier_space: str = "",
    ) -> None:
        self.model, self.score, self.settings = model, score, settings
        self.space, self.earlier_space = space, earlier_space
        self.module = cast(nn.Module, model)
        self.generator = torch.Generator().manual_seed(seed)
        self.replay: Replay[AnyBatch] = Replay(settings.replay_capacity)
        self.replay_generator = np.random.default_rng(seed)
        rates = (settings.learning_rate, settings.log_z_learning_rate)
        self.optimiser = FlowOptimiser(self.module, model.matrices(), *rates)
        self.done = 0

    def train(self, steps: int, on_step: Callable[[TrainingStep], None] | None = None) -> None:
        """Make further steps; `on_step` is called after each and may raise an exception to stop."""
        for _ in range(steps):
            report = self._step()
            if on_step is not None:
                on_step(report)

    def _step(self) -> TrainingStep:
        settings = self.settings
        explore = max(0.0, 1 - 2 * self.done / max(settings.steps, 1))
        replayed = round(settings.replay_fraction * settings.batch_size) if self.replay.size else 0
        condition = self._condition(self._fresh_size() + replayed)
        batch = self._fresh(explore, condition)
        log_reward, log_target = self.score(batch)
        targets = Targets(log_reward, log_target - log_reward)
        batches, all_targets = [batch], [targets]
        if replayed:
            old, old_targets = self.replay.draw(replayed, settings.replay_best, self.replay_generator)
            batches, all_targets = [batch, old], [targets, old_targets]
        self.replay.add(batch, targets)
        loss = self._update(type(batch).concatenate(batches), Targets.concatenate(all_targets), condition)
        self.done += 1
        return TrainingStep(self.done, loss, float(self.model.log_z.detach()), float(log_reward.mean()))

    def _fresh_size(self) -> int:
        """Return how many new trajectories the next step will have."""
        return self.settings.batch_size

    def _condition(self, n: int) -> Condition:
        """Return the condition of each of n trajectories; none if their inverse temperature is 1."""
        settings = self.settings
        start, done = settings.beta_start, min(1.0, self.done / max(settings.beta_steps * settings.steps, 1))
        return Condition.repeated(None if start == 1 else start + (1 - start) * done, n, self.model.log_z.device)

    def _fresh(self, explore: float, condition: Condition) -> AnyBatch:  # noqa: ARG002
        """Draw the new trajectories of a step; `explore` falls from 1 to 0."""
        return self.model.draw(self.settings.batch_size, self.generator, self.settings.epsilon * explore)[0]

    def _view(self, condition: Condition) -> FlowEvaluator[AnyBatch]:  # noqa: ARG002
        """Return the model under the condition of a batch."""
        return self.model

    def _update(self, batch: AnyBatch, targets: Targets, condition: Condition) -> float:
        settings = self.settings
        log_target = torch.from_numpy(targets.at(condition)).float().to(self.model.log_z.device)
        if self.done == 0:
            self._guess_log_z(batch, targets, condition)
        loss = objective_loss(
            self._view(condition),
            batch,
            log_target,
            settings.objective,
            settings.backward,
            settings.penalty,
            settings.subtb_lambda,
        )
        return self._descend(loss)

    def _descend(self, loss: Tensor) -> float:
        """Change the weights by a step down this loss; return it as a number."""
        settings = self.settings
        fall = 0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * min(self.done / max(settings.steps, 1), 1.0))))
        rise = min((self.done + 1) / max(settings.warm_up, 1), 1.0)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.module.parameters(), 100.0)
        self.optimiser.step(rise * fall)
        return float(loss.detach())

    @torch.no_grad()
    def _guess_log_z(self, batch: AnyBatch, targets: Targets, condition: Condition) -> None:
        """Start log Z and the state flows at an estimate from the first batch: training alone would take long."""
        along = self._view(condition).evaluate(batch, False)
        log_target = torch.from_numpy(targets.at(condition)).to(along.log_pf)
        guess = (log_target + along.log_pb.sum(1) - along.log_pf.sum(1)).mean()
        # A network that is trained already has state flows at the level of its own log Z.
        self.model.flow_offset.add_(guess - self.model.log_z)
        self.model.log_z.copy_(guess)

    def save(self, folder: Path) -> None:
        """Write everything that training needs to continue exactly: weights, optimiser, replay, random states."""
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {f"model.{k}": v.contiguous() for k, v in self.module.state_dict().items()}
        tensors |= {f"optimiser.{k}": v.contiguous() for k, v in self.optimiser.state_dict().items()}
        for name, array in self.replay.state_dict().items():
            tensors[f"replay.{name}"] = torch.from_numpy(np.ascontiguousarray(array))
        tensors["generator"] = self.generator.get_state()
        save_file(tensors, folder / "trainer.safetensors")
        facts = {
            "done": self.done,
            "settings": asdict(self.settings),
            "space": self.space,
            "replay_generator": self.replay_generator.bit_generator.state,
        }
        (folder / "trainer.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Restore the state that `save` wrote.

        Raises
        ------
        DataError
            If it belongs to another vocabulary, to other settings or to another version of the network.
        """
        facts = json.loads((folder / "trainer.json").read_text(encoding="utf-8"))
        same_settings = self._of_this_version(facts["settings"]) == asdict(self.settings)
        if facts["space"] not in (self.space, self.earlier_space) or not same_settings:
            raise DataError(f"{folder}: a checkpoint of another vocabulary or other [sampler] settings.")
        tensors = load_file(folder / "trainer.safetensors")
        try:
            self.module.load_state_dict(_part(tensors, "model."))
            self.optimiser.load_state_dict(_part(tensors, "optimiser."))
        except RuntimeError as error:
            raise DataError(
                f"{folder}: the weights are not those of this version of the flow network.",
                "Use the version of molgfn that wrote them, or remove the folder: its round is then trained again.",
            ) from error
        self.replay.load_state_dict({k: v.numpy() for k, v in _part(tensors, "replay.").items()}, self.model.batch_type)
        self.generator.set_state(tensors["generator"])
        self.replay_generator.bit_generator.state = facts["replay_generator"]
        self.done = int(facts["done"])

    def _of_this_version(self, saved: dict[str, Any]) -> dict[str, Any]:
        """Return saved settings with the names of this version; what their version did not have is as it was then."""
        renamed = {_RENAMED.get(name, name): value for name, value in saved.items()}
        # JSON has lists where settings have tuples.
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in renamed.items()}
        return {field.name: field.default for field in fields(self.settings)} | values


def model_tensors(folder: Path) -> dict[str, Tensor]:
    """Return the weights of the network in a checkpoint that `Training.save` wrote."""
    return _part(load_file(folder / "trainer.safetensors"), "model.")


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}

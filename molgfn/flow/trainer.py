"""Training the flow network by trajectory balance, and sampling from it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.errors import DataError
from molgfn.flow.network import FlowNetwork
from molgfn.flow.objectives.trajectory_balance import trajectory_balance
from molgfn.flow.random_walk import random_states
from molgfn.flow.replay import Replay
from molgfn.flow.reward import Reward, TreeScorer
from molgfn.flow.trajectories import draw, log_probabilities


@dataclass(frozen=True)
class TrainerSettings:
    """How the flow network is built and trained.

    Attributes
    ----------
    steps : int
        Planned number of steps; the learning rates fall to a fiftieth over them (half a cosine).
    batch_size : int
        Trajectories drawn at each step.
    learning_rate, log_z_learning_rate : float
    epsilon : float
        Probability of a random step while drawing, falling to 0 at half the planned steps.
    replay_fraction : float
        Trajectories from replay added to each batch, as a fraction of it.
    replay_capacity : int
    width, layers : int
        Of the network.
    """

    steps: int = 2000
    batch_size: int = 64
    learning_rate: float = 2e-3
    log_z_learning_rate: float = 0.1
    epsilon: float = 0.1
    replay_fraction: float = 0.5
    replay_capacity: int = 20_000
    width: int = 128
    layers: int = 4


@dataclass(frozen=True)
class TrainingStep:
    """What one step did: its number, mean squared residual, log Z and the mean log reward of the new molecules."""

    step: int
    loss: float
    log_z: float
    mean_log_reward: float


@dataclass(frozen=True)
class Sample:
    """A molecule drawn from the policy: standard SMILES, its blocks, and the log probability of its trajectory."""

    smiles: str
    blocks: tuple[str, ...]
    log_pf: float


class Trainer:
    """A flow network, its reward and all the state of its training.

    Parameters
    ----------
    environment : FragmentEnvironment
    reward : Reward
        Log reward of molecules; called once for each molecule.
    settings : TrainerSettings
    seed : int
        Same seed, same result (on one machine, with one number of threads).
    device : str
        Where the network runs.
    """

    def __init__(
        self,
        environment: FragmentEnvironment,
        reward: Reward,
        settings: TrainerSettings,
        seed: int,
        device: str = "cpu",
    ) -> None:
        self.environment, self.settings = environment, settings
        self.score = TreeScorer(environment, reward)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network = FlowNetwork(environment, settings.width, settings.layers).to(device)
        self.generator = torch.Generator().manual_seed(seed)
        self.replay = Replay(settings.replay_capacity, environment.max_blocks)
        self.replay_generator = np.random.default_rng(seed)
        others = [p for name, p in self.network.named_parameters() if name != "log_z"]
        self.optimiser = torch.optim.Adam(
            [
                {"params": others, "lr": settings.learning_rate},
                {"params": [self.network.log_z], "lr": settings.log_z_learning_rate},
            ]
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, self._fall)
        self.done = 0

    def _fall(self, step: int) -> float:
        return 0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * min(step / max(self.settings.steps, 1), 1.0))))

    def train(self, steps: int, on_step: Callable[[TrainingStep], None] | None = None) -> None:
        """Make that many steps more; `on_step` sees each and may raise to stop."""
        for _ in range(steps):
            report = self._step()
            if on_step is not None:
                on_step(report)

    def _step(self) -> TrainingStep:
        settings = self.settings
        epsilon = settings.epsilon * max(0.0, 1 - 2 * self.done / max(settings.steps, 1))
        states, _ = draw(self.network, settings.batch_size, self.generator, epsilon)
        scored = self.score(states)
        log_reward = np.array([s.log_reward for s in scored])
        log_target = np.array([s.log_target for s in scored])
        replayed = round(settings.replay_fraction * settings.batch_size)
        batch, target = states, log_target
        if replayed and self.replay.size:
            more, more_target = self.replay.draw(replayed, self.replay_generator)
            batch, target = States.concatenate([states, more]), np.r_[log_target, more_target]
        self.replay.add(states, log_reward, log_target)
        loss = self._update(batch, torch.from_numpy(target).float().to(self.network.device))
        self.done += 1
        return TrainingStep(self.done, loss, float(self.network.log_z.detach()), float(log_reward.mean()))

    def _update(self, batch: States, log_target: Tensor) -> float:
        steps = log_probabilities(self.network, batch)
        if self.done == 0:
            # A start near the truth spares log Z a long way.
            with torch.no_grad():
                self.network.log_z.copy_((log_target + steps.log_pb.sum(1) - steps.log_pf.sum(1)).mean())
        residual = trajectory_balance(self.network.log_z, steps.log_pf, steps.log_pb, log_target)
        loss = residual.square().mean()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 100.0)
        self.optimiser.step()
        self.schedule.step()
        return float(loss.detach())

    def sample(self, n: int) -> list[Sample]:
        """Draw n molecules from the policy as it is; equal ones may occur."""
        samples: list[Sample] = []
        while len(samples) < n:
            states, log_pf = draw(self.network, min(256, n - len(samples)), self.generator)
            samples += _as_samples(self.environment, states, log_pf.tolist())
        return samples

    def save(self, folder: Path) -> None:
        """Write all that training needs to go on exactly: weights, optimiser, replay, random states."""
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {f"network.{k}": v.contiguous() for k, v in self.network.state_dict().items()}
        optimiser = self.optimiser.state_dict()
        for number, state in optimiser["state"].items():
            tensors |= {f"optimiser.{number}.{k}": v for k, v in state.items()}
        tensors |= {
            f"replay.{k}": torch.from_numpy(np.ascontiguousarray(v)) for k, v in self.replay.state_dict().items()
        }
        tensors["generator"] = self.generator.get_state()
        save_file(tensors, folder / "trainer.safetensors")
        facts = {
            "done": self.done,
            "settings": asdict(self.settings),
            "vocabulary": self.environment.vocabulary.sha256,
            "replay_generator": self.replay_generator.bit_generator.state,
        }
        (folder / "trainer.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Take over what `save` wrote.

        Raises
        ------
        DataError
            If it belongs to another vocabulary or to other settings.
        """
        facts = json.loads((folder / "trainer.json").read_text(encoding="utf-8"))
        if facts["vocabulary"] != self.environment.vocabulary.sha256 or facts["settings"] != asdict(self.settings):
            raise DataError(f"{folder}: a checkpoint of another vocabulary or other [sampler] settings.")
        tensors = load_file(folder / "trainer.safetensors")
        self.network.load_state_dict(_part(tensors, "network."))
        states: dict[int, dict[str, Tensor]] = {}
        for name, tensor in _part(tensors, "optimiser.").items():
            number, key = name.split(".")
            states.setdefault(int(number), {})[key] = tensor
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": states})
        self.replay.load_state_dict({k: v.numpy() for k, v in _part(tensors, "replay.").items()})
        self.generator.set_state(tensors["generator"])
        self.replay_generator.bit_generator.state = facts["replay_generator"]
        self.done = int(facts["done"])
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, self._fall)
        self._resume_schedule()

    def _resume_schedule(self) -> None:
        """Set the learning rates to those after `done` steps."""
        self.schedule.last_epoch = self.done
        for group, base in zip(self.optimiser.param_groups, self.schedule.base_lrs, strict=True):
            group["lr"] = base * self._fall(self.done)


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _as_samples(environment: FragmentEnvironment, states: States, log_pf: list[float]) -> list[Sample]:
    trees = [environment.tree(states, row) for row in range(len(states))]
    return [
        Sample(environment.smiles(tree), environment.block_smiles(tree), value)
        for tree, value in zip(trees, log_pf, strict=True)
    ]


def random_samples(environment: FragmentEnvironment, n: int, seed: int) -> list[Sample]:
    """Draw n molecules from a random policy (see `random_states`); their log probability is not known (NaN)."""
    states = random_states(environment, n, np.random.default_rng(seed))
    return _as_samples(environment, states, [float("nan")] * n)

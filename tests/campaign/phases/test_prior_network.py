"""A flow network trained on the prior, once for all rounds of a run."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from molgfn.campaign.phases import resumable
from molgfn.errors import Stopped
from tests.campaign.stand_ins import StandIns, Step, TableTrainer, resume, start


@dataclass
class Counter:
    """A training on the prior that only counts its steps; it stops once at `stop_at`."""

    stop_at: int
    steps: int = 30
    done: int = 0

    def train(self, steps, on_step):
        for _ in range(steps):
            self.done += 1
            on_step(Step(-1.0))
            if self.done == self.stop_at:
                raise Stopped("as if the user had pressed Ctrl-C")

    def save(self, folder: Path) -> None:
        (folder / "done.json").write_text(json.dumps(self.done))

    def load(self, folder: Path) -> None:
        self.done = json.loads((folder / "done.json").read_text())

    def write(self, path: Path) -> None:
        path.write_text(f"{self.done} steps")


@dataclass
class WithPrior(StandIns):
    stop_at: int = -1
    later: int = 0
    made: list[Counter] = field(default_factory=list)
    started_from: list[Path | None] = field(default_factory=list)

    def prior_trainer(self, seed: int) -> Counter:  # noqa: ARG002
        self.made.append(Counter(self.stop_at))
        return self.made[-1]

    def later_steps(self) -> int:
        return self.later

    def flow_trainer(self, reward, seed, library=(), start=None) -> TableTrainer:
        self.started_from.append(start)
        return super().flow_trainer(reward, seed, library)


def test_a_later_round_goes_on_from_the_network_of_the_round_before(tmp_path):
    parts = WithPrior(tmp_path / "asked", later=7)
    run = start(tmp_path, parts)
    checkpoints = run / "checkpoints"
    assert parts.started_from == [checkpoints / "prior.safetensors", checkpoints / "round_001/flow"]
    steps = [json.loads((checkpoints / f"round_00{n}/flow/steps.json").read_text())["steps"] for n in (1, 2)]
    assert steps == [30, 7]


def test_it_is_trained_once_and_every_round_starts_from_it(tmp_path):
    parts = WithPrior(tmp_path / "asked")
    run = start(tmp_path, parts)
    network = run / "checkpoints/prior.safetensors"
    assert network.read_text() == "30 steps"
    assert len(parts.made) == 1
    assert parts.started_from == [network, network]
    assert not (run / "checkpoints/prior").exists()


def test_a_stopped_training_continues_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(resumable, "CHECKPOINT_STEPS", 10)
    with pytest.raises(Stopped):
        start(tmp_path, WithPrior(tmp_path / "asked", stop_at=17))
    [run] = (tmp_path / "runs").iterdir()
    assert json.loads((run / "checkpoints/prior/steps.json").read_text()) == {"steps": 17}
    parts = WithPrior(tmp_path / "asked")
    resume(run, parts)
    assert parts.made[0].done == 30
    assert (run / "checkpoints/prior.safetensors").read_text() == "30 steps"


def test_without_a_training_the_rounds_start_as_they_are(tmp_path):
    parts = WithPrior(tmp_path / "asked")
    parts.prior_trainer = lambda _: None  # type: ignore[method-assign]
    run = start(tmp_path, parts)
    assert parts.started_from == [None, None]
    assert not (run / "checkpoints/prior.safetensors").exists()

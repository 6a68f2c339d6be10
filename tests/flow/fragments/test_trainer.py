import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.errors import DataError
from molgfn.flow.fragments.flow import FragmentFlow
from molgfn.flow.fragments.trainer import MoleculeSettings, Trainer, TrainerSettings, TrainingStep, random_samples
from molgfn.flow.laws.enumeration import Space, total_variation
from tests.flow.rewards import log_qed4, qed4
from tests.library import small_vocabulary

SETTINGS = TrainerSettings(steps=40, batch_size=16, width=16, layers=2, replay_capacity=100)


def trainer(seed: int = 0, settings: TrainerSettings = SETTINGS) -> Trainer:
    return Trainer(FragmentEnvironment(small_vocabulary(), 1, 3), log_qed4, settings, seed)


def test_training_lowers_the_residual() -> None:
    losses: list[TrainingStep] = []
    settings = TrainerSettings(steps=90, batch_size=32, width=32, layers=2, learning_rate=1e-2)
    four = small_vocabulary(("c1ccccc1", "C1CNCCN1", "C=O", "CO"))
    Trainer(FragmentEnvironment(four, 1, 2), log_qed4, settings, seed=0).train(90, losses.append)
    assert sum(s.loss for s in losses[-20:]) < 0.25 * sum(s.loss for s in losses[:20])
    assert [s.step for s in losses] == list(range(1, 91))


def test_same_seed_same_training() -> None:
    one, two, other = trainer(), trainer(), trainer(seed=1)
    for t in (one, two, other):
        t.train(5)
    assert one.sample(10) == two.sample(10)
    assert one.sample(10) != other.sample(10)


def test_training_goes_on_exactly_from_a_checkpoint(tmp_path: Path) -> None:
    straight = trainer()
    straight.train(20)
    first = trainer()
    first.train(9)
    first.save(tmp_path)
    second = trainer(seed=77)
    second.load(tmp_path)
    second.train(11)
    for (name, a), b in zip(straight.network.state_dict().items(), second.network.state_dict().values(), strict=True):
        assert torch.equal(a, b), name
    assert straight.sample(5) == second.sample(5)


def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path) -> None:
    trainer().save(tmp_path)
    with pytest.raises(DataError, match="another vocabulary or other"):
        trainer(settings=TrainerSettings(width=8)).load(tmp_path)


def test_a_checkpoint_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    """It names the vocabulary by a digest of its name too, and local search by the words of before."""
    first = trainer()
    first.train(3)
    first.save(tmp_path)
    facts = json.loads((tmp_path / "trainer.json").read_text())
    facts["space"] = first.environment.vocabulary.sha256_with_name
    for word in ("fraction", "blocks"):
        facts["settings"][f"kick_{word}"] = facts["settings"].pop(f"local_search_{word}")
    (tmp_path / "trainer.json").write_text(json.dumps(facts))
    second = trainer(seed=5)
    second.load(tmp_path)
    assert second.sample(5) == first.sample(5)


def test_a_checkpoint_with_a_range_of_temperatures_is_read(tmp_path: Path) -> None:
    settings = MoleculeSettings(**(asdict(SETTINGS) | {"betas": (0.5, 2.0)}))
    trainer(settings=settings).save(tmp_path)
    trainer(settings=settings).load(tmp_path)
    with pytest.raises(DataError, match="another vocabulary or other"):
        trainer(settings=replace(settings, betas=(0.5, 3.0))).load(tmp_path)


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    trainer().save(tmp_path)
    weights = load_file(tmp_path / "trainer.safetensors")
    del weights["model.block.own"]
    save_file(weights, tmp_path / "trainer.safetensors")
    with pytest.raises(DataError, match="not those of this version"):
        trainer().load(tmp_path)


def test_a_step_may_stop_the_training() -> None:
    class Enough(Exception):
        pass

    def stop(step: TrainingStep) -> None:
        if step.step == 3:
            raise Enough

    t = trainer()
    with pytest.raises(Enough):
        t.train(10, stop)
    assert t.done == 3


def test_samples_say_what_they_are_made_of() -> None:
    t = trainer()
    for sample in [*t.sample(20), *random_samples(t.environment, 20, seed=0)]:
        assert 1 <= len(sample.blocks) <= 3
        assert set(sample.blocks) <= set(t.environment.vocabulary.numbers)
        assert sample.smiles


@pytest.mark.parametrize(
    ("objective", "backward", "penalty"),
    [
        ("FM", "uniform", "huber"),
        ("TB", "likelihood", "huber"),
        # Run by hand: test_forward_looking has these objectives with a network that looks forward.
        pytest.param("DB", "uniform", "squared", marks=pytest.mark.slow),
        pytest.param("SubTB", "learned", "squared", marks=pytest.mark.slow),
    ],
)
def test_every_objective_finds_the_same_law(objective: str, backward: str, penalty: str) -> None:
    environment = FragmentEnvironment(small_vocabulary(("c1ccccc1", "C1CNCCN1", "C=O", "CO")), 1, 2)
    settings = TrainerSettings(
        steps=200, width=32, layers=2, batch_size=32, learning_rate=2e-2, replay_fraction=0.0,
        objective=objective, backward=backward, penalty=penalty,
    )  # type: ignore[arg-type]  # fmt: skip
    t = Trainer(environment, log_qed4, settings, seed=0)
    t.train(200)
    space = Space(environment)
    assert total_variation(space.policy_law(t.network), space.law(qed4)) <= 0.03


@pytest.mark.parametrize("core", [None, "c1ccc([*:1])c([*:2])c1"])
def test_inflow_counts_every_edge(core: str | None) -> None:
    """Each state but the first gets one edge for every leaf, and what flows along it is what the parent states."""
    environment = FragmentEnvironment(small_vocabulary(), 1, 4, core)
    model = FragmentFlow(environment, 16, 2)
    states, _ = model.draw(30, torch.Generator().manual_seed(0))
    flows, along = model.inflow(states), model.evaluate(states, False)
    full = states.length == environment.max_blocks
    assert full.any()
    assert not full.all()
    steps = (states.length - environment.start - full).sum()
    assert len(flows.log_flow) == steps
    assert set(flows.edge_state.tolist()) == set(range(steps))
    # The edges taken are among the edges listed, with the same flow.
    taken = (along.log_flow + along.log_pf)[:, :-1]
    inside = torch.arange(taken.shape[1]) < (along.length - 1)[:, None]
    listed = flows.log_edge.detach()
    for value in taken[inside].detach():
        assert (listed - value).abs().min() < 1e-4
    rows = torch.arange(30)
    ends = (along.log_flow + along.log_pf)[rows, along.length - 1]
    full = torch.from_numpy(full)
    assert torch.allclose(ends[~full], flows.log_end[~full], atol=1e-4)
    # A full state has other parents than the one that was taken.
    assert (ends[full] <= flows.log_end[full] + 1e-4).all()

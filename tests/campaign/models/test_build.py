import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from molgfn.campaign.file.load import load_campaign
from molgfn.campaign.loop import resume_run, start_run
from molgfn.campaign.models.build import CampaignParts
from molgfn.chem.standardise import standard_smiles
from molgfn.progress import SilentProgress
from tests.campaign.stand_ins import SPACE, Epoch
from tests.campaign.test_loop import answered, only_run, record, tables
from tests.library import TWELVE, small_vocabulary

ORACLE = """
import os
import time
from pathlib import Path
from rdkit import Chem
from molgfn.oracles.interfaces import Measurement

class Size:
    unit, direction = "kcal/mol", "minimise"

    def __init__(self):
        self.asked = Path(os.environ["ASKED"])

    def query(self, compounds):
        for compound in sorted(compounds, key=lambda one: one.smiles):
            with self.asked.open("a") as file:
                file.write(compound.compound_id + "\\n")
            time.sleep(0.02)
            atoms = Chem.MolFromSmiles(compound.smiles).GetNumHeavyAtoms()
            yield Measurement(compound.compound_id, -3 - 0.3 * atoms)

    def close(self):
        pass
"""
CAMPAIGN = """
[campaign]
name = "tiny"
seed = 3
rounds = 2
batch_size = 5
proposals = 15
initial = 10
[oracle]
kind = "python"
factory = "size_oracle:Size"
[objective]
best = -14.0
worst = -4.0
windows.mw = [100, 400]
windows.sa_score = [1, 10]
alerts = []
[vocabulary]
file = "vocabulary.json"
max_blocks = 4
[proxy]
members = 2
epochs = 3
fine_tune_epochs = 2
[sampler]
steps = 12
batch_size = 8
width = 16
layers = 1
"""
RUN = """
import sys
from pathlib import Path
import torch
from molgfn.campaign.phases import resumable
from molgfn.campaign.file.load import load_campaign
from molgfn.campaign.loop import resume_run, start_run
from molgfn.progress import SilentProgress
resumable.CHECKPOINT_STEPS = 3
print("ready", flush=True)
folder, run = Path(sys.argv[1]), sys.argv[2:]
if run:
    resume_run(Path(run[0]), SilentProgress())
else:
    start_run(load_campaign(folder / "campaign.toml", []), folder / "runs", [], SilentProgress())
"""


def write(folder, overrides=()):
    small_vocabulary().save(folder / "vocabulary.json")
    (folder / "size_oracle.py").write_text(ORACLE)
    (folder / "campaign.toml").write_text(CAMPAIGN)
    # Not in the campaign file: compound ids follow from it, and are to be the same in every folder.
    os.environ["ASKED"] = os.fspath(folder / "asked")
    (folder / "asked").touch()
    return load_campaign(folder / "campaign.toml", list(overrides))


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    campaign = write(folder)
    started = time.monotonic()
    run = start_run(campaign, folder / "runs", [], SilentProgress())
    return run, time.monotonic() - started


def kill_when(folder, reached):
    """Run or resume in a process of its own until `reached()`, then kill it."""
    run = only_run(folder)
    arguments = [sys.executable, "-c", RUN, os.fspath(folder), *([os.fspath(run)] if run else [])]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        while process.poll() is None and not reached():
            time.sleep(0.005)
        process.kill()
    assert process.returncode in (0, -signal.SIGKILL)


def finish_and_compare(folder, whole):
    run = only_run(folder)
    known = answered(run) if run else set()
    before = (folder / "asked").read_text().split()
    if run:
        resume_run(run, SilentProgress())
    else:
        run = start_run(load_campaign(folder / "campaign.toml", []), folder / "runs", [], SilentProgress())
    assert not known & set((folder / "asked").read_text().split()[len(before) :])
    assert record(run) == record(whole)
    assert tables(run) == tables(whole)


def test_the_real_parts_go_round(uninterrupted):
    run, _ = uninterrupted
    found = record(run)
    assert len(found["measurements"]) == 10 + 5 + 5
    assert all(row.smiles == standard_smiles(row.smiles) for row in found["compounds"])
    assert all(set(row.blocks) <= set(TWELVE) for row in found["compounds"])
    # From so few molecules the networks learn no error bars: these are the second model's.
    assert all(row.pred_std is not None and row.pred_std > 0 for row in found["predictions"])
    for name in ("checkpoints/round_001/flow/trainer.safetensors", "checkpoints/round_002/proxy/weights.safetensors"):
        assert (run / name).is_file()


def test_a_run_killed_in_training_ends_the_same(uninterrupted, tmp_path):
    whole, _ = uninterrupted
    write(tmp_path)
    steps = "runs/*/checkpoints/round_001/flow/steps.json"
    kill_when(tmp_path, lambda: any('"steps": 6' in path.read_text() for path in tmp_path.glob(steps)))
    finish_and_compare(tmp_path, whole)


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(10))
def test_a_run_killed_at_any_moment_ends_the_same(uninterrupted, tmp_path, moment):
    whole, seconds = uninterrupted
    write(tmp_path)
    deadline = time.monotonic() + 3 + (moment + random.random()) / 10 * seconds
    kill_when(tmp_path, lambda: time.monotonic() > deadline)
    finish_and_compare(tmp_path, whole)


def test_parts_are_a_function_of_the_campaign_and_their_arguments(tmp_path):
    parts = [CampaignParts(write(tmp_path)) for _ in range(2)]
    first, second = ([one.smiles for one in part.random_samples(20, 5)] for part in parts)
    assert first == second
    first, second = ([one.smiles for one in part.flow_trainer(len, 5).sample(20)] for part in parts)
    assert first == second


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("objective", "SubTB"),
        ("objective", "FM"),
        ("objective", "DB"),
        ("forward_looking", True),
        ("library_fraction", 0.5),
        ("local_search_fraction", 0.5),
    ],
)
def test_each_key_of_the_sampler_reaches_the_training(tmp_path, key, value):
    written = f'"{value}"' if isinstance(value, str) else str(value).lower()
    usual, other = CampaignParts(write(tmp_path)), CampaignParts(write(tmp_path, [f"sampler.{key}={written}"]))
    library = usual.library(["c1ccc(-c2ccccc2)cc1", "no molecule", "CCCCCCCCCCCCC", "CC(=O)Nc1ccccc1"])
    assert len(library) == 1 + 1
    weights = []
    for parts in (usual, other):
        trainer = parts.flow_trainer(lambda smiles: -np.array([len(name) for name in smiles]) / 10, 5, library)
        trainer.train(3)
        weights.append(trainer.network.state_dict())
    assert getattr(trainer.settings, key) == value
    assert any(not torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_known_molecules_are_shown_in_training(tmp_path):
    campaign = write(tmp_path, ["sampler.library_fraction=0.5", "campaign.rounds=1"])
    told = []

    class Told(SilentProgress):
        def log(self, message):
            told.append(message)

    start_run(campaign, tmp_path / "runs", [], Told())
    assert "round 1: the vocabulary can build 10 of 10 molecules with values; training uses them" in told


def test_a_proxy_goes_on_from_the_one_before(tmp_path):
    parts = CampaignParts(write(tmp_path))
    smiles = [one.smiles for one in SPACE[:30]]
    epochs = []
    asked = {"unit": "kcal/mol", "direction": "minimise", "seed": 1, "on_epoch": epochs.append}
    asked |= {"sides": [0] * 30, "counts": [1.0] * 30}
    first = parts.train_proxy(smiles, [-float(len(one)) for one in smiles], initial=None, **asked)
    assert len(epochs) == epochs[0].members * epochs[0].epochs == 2 * 3
    first.save(tmp_path / "first")
    epochs.clear()
    parts.train_proxy(smiles, [1 - float(len(one)) for one in smiles], initial=tmp_path / "first", **asked)
    assert len(epochs) == epochs[0].members * epochs[0].epochs == 2 * 2
    assert set(vars(Epoch())) <= set(vars(epochs[0]))
    assert parts.load_proxy(tmp_path / "first").predict(smiles).mean == pytest.approx(first.predict(smiles).mean)


def test_a_forest_is_grown_where_the_campaign_says_so(tmp_path):
    parts = CampaignParts(write(tmp_path, ["proxy.model=forest"]))
    smiles = [one.smiles for one in SPACE[:30]]
    asked = {"unit": "kcal/mol", "direction": "minimise", "seed": 1, "on_epoch": lambda _: None}
    asked |= {"sides": [0] * 30, "counts": [1.0] * 30}
    made = parts.train_proxy(smiles, [-float(len(one)) for one in smiles], initial=None, **asked)
    made.save(tmp_path / "first")
    assert '"model": "forest"' in (tmp_path / "first" / "proxy.json").read_text()
    assert parts.load_proxy(tmp_path / "first").predict(smiles).mean == pytest.approx(made.predict(smiles).mean)

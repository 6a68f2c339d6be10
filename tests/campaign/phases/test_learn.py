"""What a campaign's proxies learn from where it starts from a proxy: real small proxies, stand-ins for the rest."""

import os
import shutil
import signal

import numpy as np
import pytest

from molgfn.assay.table_import import ReadingOptions
from molgfn.campaign.lab.retrain import retrain
from molgfn.campaign.loop import resume_run, start_run
from molgfn.campaign.record.store import Store
from molgfn.errors import Stopped
from molgfn.progress import SilentProgress
from molgfn.proxy.data.compound_key import compound_key
from molgfn.proxy.evaluation.verification import verify
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.settings import ProxySettings
from molgfn.proxy.train import train_proxy
from tests.campaign.small_proxies import RealProxies
from tests.campaign.stand_ins import SPACE, campaign_file, load, start, true_value

SETTINGS = ProxySettings(members=3, epochs=15, fine_tune_epochs=2, width=8, steps=1)
LEARNT_BEFORE = sorted({molecule.smiles for molecule in SPACE[::4]})
START = 'start = "start"'


class HeardProgress(SilentProgress):
    """Keeps what is told to the user."""

    def __init__(self):
        self.lines = []

    def log(self, message):
        self.lines.append(message)


@pytest.fixture(scope="module")
def start_proxy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("start") / "start"
    values = [true_value(smiles) for smiles in LEARNT_BEFORE]
    target = {"unit": "kcal/mol", "direction": "minimise"}
    train_proxy(LEARNT_BEFORE, values, **target, settings=SETTINGS, seed=1).save(folder)
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory, start_proxy):
    folder = tmp_path_factory.mktemp("learn")
    shutil.copytree(start_proxy, folder / "start")
    return start(folder, parts(folder), proxy=START)


def parts(folder):
    return RealProxies(folder / "asked", settings=SETTINGS)


def measured_keys(run, upto):
    with Store.read(run / "campaign.sqlite") as store:
        ids = {row.compound_id for row in store.measurements() if row.round <= upto}
        return {compound_key(row.smiles) for row in store.compounds() if row.compound_id in ids}


def keys_learnt(folder):
    return {compound_key(smiles) for smiles in Proxy.load(folder).training_molecules.smiles}


def test_every_round_learns_from_what_the_starting_proxy_was_trained_on_and_from_what_was_measured(finished):
    before = set(map(compound_key, LEARNT_BEFORE))
    for number in (1, 2):
        folder = finished / f"checkpoints/round_00{number}/proxy"
        measured = measured_keys(finished, number)
        assert len(measured) >= 5 * number
        assert keys_learnt(folder) == before | measured
        info = Proxy.load(folder).info
        assert info.n_train == len(before | measured) > len(before)
        assert info.calibration is not None
        assert info.domain is not None


def test_what_the_starting_proxy_knew_is_not_forgotten(finished):
    truth = np.array([true_value(smiles) for smiles in LEARNT_BEFORE])

    def rmse(folder):
        return np.sqrt(np.mean((Proxy.load(folder).predict(LEARNT_BEFORE).mean - truth) ** 2))

    assert rmse(finished / "checkpoints/round_002/proxy") < 1.1 * rmse(finished / "inputs/proxy")


def test_its_training_molecules_are_not_called_new(finished, tmp_path):
    rows = [f"{smiles},{true_value(smiles):.3f},kcal/mol" for smiles in LEARNT_BEFORE[:10]]
    (tmp_path / "table.csv").write_text("\n".join(["smiles,value,unit", *rows]))
    proxy = Proxy.load(finished / "checkpoints/round_002/proxy")
    judged = verify(proxy, tmp_path / "table.csv", ReadingOptions(), SilentProgress())
    assert (judged.new.molecules, judged.trained_on.molecules) == (0, 10)


def test_a_run_that_was_stopped_in_training_learns_the_same(finished, start_proxy, tmp_path):
    class StoppedOnce(RealProxies):
        def train_proxy(self, smiles, values, *, on_epoch, **others):
            def stopped(epoch):
                if not (tmp_path / "stopped").exists():
                    (tmp_path / "stopped").touch()
                    os.kill(os.getpid(), signal.SIGTERM)
                on_epoch(epoch)

            return super().train_proxy(smiles, values, on_epoch=stopped, **others)

    shutil.copytree(start_proxy, tmp_path / "start")
    stand_ins = StoppedOnce(tmp_path / "asked", settings=SETTINGS)
    with pytest.raises(Stopped):
        start(tmp_path, stand_ins, proxy=START)
    run = next((tmp_path / "runs").glob("20*"))
    resume_run(run, SilentProgress(), assemble=lambda _: stand_ins)
    weights = [folder / "checkpoints/round_002/proxy/weights.safetensors" for folder in (run, finished)]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_a_run_whose_proxies_had_forgotten_learns_all_again(finished, tmp_path):
    """Runs of an earlier version learnt from what they had measured alone."""
    shutil.copytree(finished, tmp_path / "run")
    last = tmp_path / "run/checkpoints/round_002/proxy/molecules.csv"
    last.write_text("\n".join(last.read_text().splitlines()[:9]) + "\n")
    resume_run(tmp_path / "run", SilentProgress(), rounds=3, assemble=lambda _: parts(tmp_path))
    learnt = keys_learnt(tmp_path / "run/checkpoints/round_003/proxy")
    assert learnt == set(map(compound_key, LEARNT_BEFORE)) | measured_keys(tmp_path / "run", 3)


def test_retraining_on_the_table_of_a_lab_learns_all_again_too(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "run")
    rows = [f"{one.smiles},{true_value(one.smiles) - 1:.2f}" for one in SPACE[1:60:2]]
    (tmp_path / "lab.csv").write_text("\n".join(["smiles,value", *rows]))
    retrain(tmp_path / "run", tmp_path / "lab.csv", ReadingOptions(unit="kcal/mol"), SilentProgress())
    folder = tmp_path / "run/proxies/001"
    with Store.read(tmp_path / "run/campaign.sqlite") as store:
        taught = {row.key for row in store.lab_values() if not row.held_out}
        held_out = {row.key for row in store.lab_values() if row.held_out}
    before = set(map(compound_key, LEARNT_BEFORE)) | measured_keys(tmp_path / "run", 2)
    assert keys_learnt(folder) == before | taught
    assert held_out
    assert not held_out & keys_learnt(folder)
    assert Proxy.load(folder).info.calibration is not None


def test_a_proxy_without_its_training_molecules_stays_as_it_is_until_there_is_enough(start_proxy, tmp_path):
    shutil.copytree(start_proxy, tmp_path / "start")
    (tmp_path / "start/molecules.csv").unlink()
    campaign, progress = load(tmp_path, proxy=START), HeardProgress()
    source = campaign_file(tmp_path, proxy=START)
    run = start_run(
        campaign, tmp_path / "runs", ["molgfn"], progress, source=source, assemble=lambda _: parts(tmp_path)
    )
    weights = [run / folder / "weights.safetensors" for folder in ("inputs/proxy", "checkpoints/round_002/proxy")]
    assert weights[0].read_bytes() == weights[1].read_bytes()
    told = "\n".join(progress.lines)
    assert "keeps no training molecules (inputs/proxy/molecules.csv is missing)" in told
    assert "values are too few for that (at least 50): the proxy stays as it is" in told

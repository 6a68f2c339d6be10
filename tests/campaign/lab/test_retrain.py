"""Retraining between rounds, with real proxies and stand-ins for everything else."""

import json
import os
import shutil
import signal

import pytest

from molgfn.assay.table_import import ReadingOptions
from molgfn.campaign.lab import retrain as module
from molgfn.campaign.lab.retrain import retrain
from molgfn.campaign.loop import resume_run
from molgfn.campaign.record.status import run_status
from molgfn.campaign.record.store import Store
from molgfn.errors import ConfigError, DataError, Stopped
from molgfn.progress import SilentProgress
from molgfn.proxy.data.compound_key import compound_key
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.train import train_proxy
from tests.campaign import stand_ins
from tests.campaign.small_proxies import PROXY, SETTINGS, RealProxies
from tests.campaign.stand_ins import SPACE, resume, start


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("retrain")
    return start(folder, RealProxies(folder / "asked"), proxy=PROXY)


@pytest.fixture
def run(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "run")
    return tmp_path / "run"


def parts(tmp_path):
    return RealProxies(tmp_path / "asked")


def more_rounds(run, tmp_path, rounds):
    return resume_run(run, SilentProgress(), rounds=rounds, assemble=lambda _: parts(tmp_path))


def lab(tmp_path, molecules, name="lab.csv", shift=0.0):
    rows = [f"L{i},{one.smiles},{-5 - 0.1 * (len(one.smiles) % 17) + shift:.2f}" for i, one in enumerate(molecules)]
    (tmp_path / name).write_text("\n".join(["id,smiles,value", *rows]) + "\n")
    return tmp_path / name


def go(run, table):
    return retrain(run, table, ReadingOptions(unit="kcal/mol"), SilentProgress())


def held_out(run):
    with Store.read(run / "campaign.sqlite") as store:
        return {row.key for row in store.lab_values() if row.held_out}


def learnt_keys(folder):
    return {compound_key(smiles) for smiles in Proxy.load(folder).training_molecules.smiles}


def models(run, number):
    with Store.read(run / "campaign.sqlite") as store:
        return {row.source_model.partition("; ")[2] for row in store.predictions(number)}


def test_the_next_rounds_use_the_new_proxy_and_learn_from_the_lab_too(run, tmp_path):
    made = go(run, lab(tmp_path, SPACE[:60]))
    assert (made.record.folder, made.record.base, made.next_round) == ("proxies/001", "checkpoints/round_002/proxy", 3)
    assert made.learnt + made.held_out == made.new == 60
    more_rounds(run, tmp_path, 4)
    assert models(run, 3) == {"proxies/001"}
    assert models(run, 4) == {"checkpoints/round_003/proxy"}
    with Store.read(run / "campaign.sqlite") as store:
        of_lab = {row.key for row in store.lab_values()}
        sent = {row.inchikey.split("-")[0] for row in store.compounds() if (row.batch_round or 0) > 2}
        taught = {row.key for row in store.lab_values() if not row.held_out}
    assert not of_lab & sent
    for folder in (run / "proxies/001", run / "checkpoints/round_003/proxy", run / "checkpoints/round_004/proxy"):
        known = learnt_keys(folder)
        assert taught <= known
        assert not held_out(run) & known


def test_the_lab_counts_where_both_have_measured_a_compound(run, tmp_path):
    with Store.read(run / "campaign.sqlite") as store:
        [*measured] = store.compounds(status="completed")
    go(run, lab(tmp_path, measured[:25]))
    more_rounds(run, tmp_path, 3)
    smiles = measured[0].smiles
    for folder in ("proxies/001", "checkpoints/round_003/proxy"):
        known = Proxy.load(run / folder).training_molecules
        value = known.values[known.smiles.index(smiles)]
        assert value == pytest.approx(round(-5 - 0.1 * (len(smiles) % 17), 2))


def test_what_is_held_out_stays_so_and_was_never_learnt(run, tmp_path):
    first = go(run, lab(tmp_path, SPACE[:40]))
    before = held_out(run)
    trained = learnt_keys(run / "checkpoints/round_002/proxy")
    assert before
    assert not before & trained
    second = go(run, lab(tmp_path, SPACE[:80], "all.csv"))
    assert (second.new, second.record.base) == (40, "proxies/001")
    assert second.comparison.n == second.held_out > first.held_out
    assert before < held_out(run)
    assert not held_out(run) & (learnt_keys(run / "proxies/001") | learnt_keys(run / "proxies/002"))


def test_which_compounds_are_held_out_follows_from_their_structures_alone(finished, tmp_path):
    found = []
    for name, molecules in (("a", SPACE[:40]), ("b", SPACE[39::-1])):
        shutil.copytree(finished, tmp_path / name)
        go(tmp_path / name, lab(tmp_path, molecules))
        found.append(held_out(tmp_path / name))
    assert found[0] == found[1]
    weights = [(tmp_path / name / "proxies/001/weights.safetensors").read_bytes() for name in "ab"]
    assert weights[0] == weights[1]


def test_every_earlier_proxy_is_kept_and_listed(run, tmp_path):
    folders = [run / "checkpoints" / f"round_00{number}" / "proxy" for number in range(3)]
    kept = [(folder / "weights.safetensors").read_bytes() for folder in folders]
    go(run, lab(tmp_path, SPACE[:40]))
    go(run, lab(tmp_path, SPACE[:40], shift=1.0))
    assert [(folder / "weights.safetensors").read_bytes() for folder in folders] == kept
    index = json.loads((run / "proxies/index.json").read_text())
    assert index["in_use"] == "proxies/002"
    assert [one["folder"] for one in index["proxies"]] == [
        *(f"checkpoints/round_00{number}/proxy" for number in range(3)),
        "proxies/001",
        "proxies/002",
    ]
    with pytest.raises(DataError, match="nothing new: all 40 compounds"):
        go(run, lab(tmp_path, SPACE[:40], shift=1.0))


@pytest.mark.parametrize("at", ["save", "record"])
def test_a_retraining_that_fails_changes_nothing_and_can_be_done_again(run, tmp_path, monkeypatch, at):
    def broken(*_):
        raise OSError("disk full")

    table = lab(tmp_path, SPACE[:40])
    with monkeypatch.context() as patch:
        patch.setattr(*((Proxy, "save") if at == "save" else (Store, "add_retraining")), broken)
        with pytest.raises(OSError, match="disk full"):
            go(run, table)
    assert run_status(run).proxy == "checkpoints/round_002/proxy"
    shutil.copytree(run, tmp_path / "other")
    more_rounds(tmp_path / "other", tmp_path, 3)
    assert models(tmp_path / "other", 3) == {"checkpoints/round_002/proxy"}
    assert go(run, table).record.folder == "proxies/001"
    assert run_status(run).proxy == "proxies/001"


def test_a_signal_stops_it_and_nothing_is_changed(run, tmp_path, monkeypatch):
    real = module.train_proxy

    def told_to_stop(*words, **others):
        os.kill(os.getpid(), signal.SIGTERM)
        return real(*words, **others)

    monkeypatch.setattr(module, "train_proxy", told_to_stop)
    with pytest.raises(Stopped, match="SIGTERM"):
        go(run, lab(tmp_path, SPACE[:40]))
    assert not (run / "proxies").exists()
    assert run_status(run).proxy == "checkpoints/round_002/proxy"


def stopped_when(tmp_path, monkeypatch, number):
    """Return a run that was told to stop at a step of the flow network's training."""
    count = iter(range(1000))
    real = stand_ins.Step

    def step(value):
        if next(count) == number:
            os.kill(os.getpid(), signal.SIGTERM)
        return real(value)

    with monkeypatch.context() as patch:
        patch.setattr(stand_ins, "Step", step)
        with pytest.raises(Stopped):
            start(tmp_path, parts(tmp_path), proxy=PROXY)
    return next((tmp_path / "runs").glob("20*"))


def test_a_flow_network_that_was_half_trained_on_the_old_proxy_is_trained_anew(tmp_path, monkeypatch):
    run = stopped_when(tmp_path, monkeypatch, 13)
    steps = run / "checkpoints/round_001/flow/steps.json"
    assert json.loads(steps.read_text()) == {"steps": 14, "proxy": "checkpoints/round_000/proxy"}
    made = go(run, lab(tmp_path, SPACE[:40]))
    assert made.next_round == 1
    resume(run, parts(tmp_path))
    assert json.loads(steps.read_text()) == {"steps": 30, "proxy": "proxies/001"}
    assert models(run, 1) == {"proxies/001"}
    assert models(run, 2) == {"checkpoints/round_001/proxy"}


def test_a_round_that_was_proposed_before_stays_as_it_is(tmp_path):
    def stop_once(compound):
        if not (tmp_path / "stopped").exists() and (tmp_path / "asked").read_text().count("\n") > 14:
            (tmp_path / "stopped").touch()
            os.kill(os.getpid(), signal.SIGTERM)
        return stand_ins.usual_answer(compound)

    with_stop = RealProxies(tmp_path / "asked", stop_once)
    with pytest.raises(Stopped):
        start(tmp_path, with_stop, proxy=PROXY)
    run = next((tmp_path / "runs").glob("20*"))
    made = go(run, lab(tmp_path, SPACE[:40]))
    assert (made.record.round, made.next_round) == (0, 2)
    resume(run, with_stop)
    assert models(run, 1) == {"checkpoints/round_000/proxy"}
    assert models(run, 2) == {"checkpoints/round_001/proxy"}
    with Store.read(run / "campaign.sqlite") as store:
        taught = {row.key for row in store.lab_values() if not row.held_out}
    assert taught <= learnt_keys(run / "checkpoints/round_001/proxy")


def test_a_run_without_a_proxy_is_told(tmp_path):
    broken = RealProxies(tmp_path / "asked", lambda _: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(Stopped):
        start(tmp_path, broken, proxy=PROXY)
    run = next((tmp_path / "runs").glob("20*"))
    with pytest.raises(ConfigError, match="this run has no proxy yet"):
        go(run, lab(tmp_path, SPACE[:40]))


R, S = "C[C@@H](N)CO", "C[C@H](N)CO"


def values_of(folder):
    known = Proxy.load(folder).training_molecules
    return dict(zip(known.smiles, known.values.tolist(), strict=True))


def test_stereoisomers_stay_what_they_are_to_the_proxy_that_the_campaign_starts_from(tmp_path):
    learnt = [one.smiles for one in SPACE[:20]] + [R, S]
    target = {"unit": "kcal/mol", "direction": "minimise", "settings": SETTINGS, "seed": 1}
    train_proxy(learnt, [-0.2 * len(text) for text in learnt], **target, stereo="keep").save(tmp_path / "start")
    run = start(tmp_path, parts(tmp_path), proxy='start = "start"\nfine_tune_epochs = 1')
    assert Proxy.load(run / "checkpoints/round_002/proxy").info.stereo == "keep"
    table = lab(tmp_path, SPACE[:25])
    with table.open("a") as file:
        file.write(f"LR,{R},-9\nLS,{S},-6\n")
    with pytest.raises(ConfigError, match="compounds of their own: it cannot go on learning with stereo = 'merge'"):
        retrain(run, table, ReadingOptions(unit="kcal/mol", stereo="merge"), SilentProgress())
    go(run, table)
    more_rounds(run, tmp_path, 3)
    for folder in ("proxies/001", "checkpoints/round_003/proxy"):
        assert Proxy.load(run / folder).info.stereo == "keep"
        values = values_of(run / folder)
        assert (values[R], values[S]) == (-9.0, -6.0)

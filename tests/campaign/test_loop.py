import json
import multiprocessing
import os
import random
import shutil
import signal
import time
from dataclasses import astuple, replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from molgfn.campaign.loop import start_run
from molgfn.campaign.phases.plan import planned_phases
from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.campaign.record.store import Store
from molgfn.errors import ConfigError, DataError, NoCandidateError, Stopped
from molgfn.progress import SilentProgress
from tests.campaign import stand_ins
from tests.campaign.stand_ins import OBJECTIVE, LineProxy, StandIns, campaign_file, load, resume, start

DATA = "smiles,score_kcal_mol\n" + "".join(f"{'C' * n},{-3 - 0.2 * n}\nbad row {n},-1\n" for n in range(4, 12))


def record(run):
    """Everything in a run's store that must be the same however often it was interrupted: all but times."""
    with Store.read(run / "campaign.sqlite") as store:
        return {
            "compounds": store.compounds(),
            "predictions": store.predictions(),
            "measurements": [astuple(replace(row, measurement_id=0, recorded_at="")) for row in store.measurements()],
            "failures": [astuple(replace(row, failure_id=0, recorded_at="")) for row in store.failures()],
            "rejected": store.rejected(),
            "phases": [(row.round, row.phase) for row in store.phases()],
        }


def answered(run):
    with Store.read(run / "campaign.sqlite") as store:
        return {row.compound_id for row in (*store.measurements(), *store.failures())}


def tables(run):
    return {path.relative_to(run): path.read_text() for path in (run / "rounds").rglob("*.csv")}


def only_run(folder):
    """Return the run directory of a process that may have been killed before it had made one."""
    found = sorted((folder / "runs").glob("20*")) if (folder / "runs").is_dir() else []
    return next((run for run in found if (run / "campaign.sqlite").is_file()), None)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    start(folder := tmp_path_factory.mktemp("warm"), StandIns(folder / "asked"))
    folder = tmp_path_factory.mktemp("uninterrupted")
    started = time.monotonic()
    run = start(folder, StandIns(folder / "asked", pause_s=0.003))
    return run, time.monotonic() - started


def test_the_rounds_of_a_campaign_are_all_carried_out(uninterrupted):
    run, _ = uninterrupted
    found = record(run)
    assert found["phases"] == planned_phases(2, proxy=False, data=False)
    sent = [row for row in found["compounds"] if row.batch_round is not None]
    assert [sum(row.batch_round == number for row in sent) for number in range(3)] == [12, 8, 8]
    assert {row.status for row in sent} == {"completed", "failed"}
    prefix = json.loads((run / "manifest.json").read_text())["id_prefix"]
    assert prefix.startswith("STAND-IN-")
    assert [row.compound_id for row in found["compounds"]] == [
        f"{prefix}-{number:06d}" for number in range(1, len(found["compounds"]) + 1)
    ]
    assert len({row.inchikey for row in found["compounds"]}) == len(found["compounds"])
    candidates = [sum(row.round == number for row in found["predictions"]) for number in (1, 2)]
    assert candidates[0] == 30
    assert candidates[1] >= 30


def test_a_compound_proposed_again_is_predicted_anew_until_it_is_sent(uninterrupted):
    run, _ = uninterrupted
    found = record(run)
    sent = {row.compound_id: row.batch_round for row in found["compounds"]}
    waiting = {row.compound_id for row in found["compounds"] if row.round == 1 and row.batch_round != 1}
    predicted = {row.compound_id for row in found["predictions"] if row.round == 2}
    assert waiting
    assert waiting <= predicted
    assert all(sent[row.compound_id] is None or sent[row.compound_id] >= row.round for row in found["predictions"])
    first = {row.compound_id: row.round for row in found["compounds"]}
    models = {(first[row.compound_id], row.round): row.source_model for row in found["predictions"]}
    assert models == {
        (1, 1): "checkpoints/round_001/flow; checkpoints/round_000/proxy",
        (1, 2): "checkpoints/round_001/flow; checkpoints/round_001/proxy",
        (2, 2): "checkpoints/round_002/flow; checkpoints/round_001/proxy",
        # After the last round, what was never sent is predicted by the last proxy.
        (1, 3): "checkpoints/round_001/flow; checkpoints/round_002/proxy",
        (2, 3): "checkpoints/round_002/flow; checkpoints/round_002/proxy",
    }


def test_another_seed_gives_other_molecules_and_the_same_seed_the_same(uninterrupted, tmp_path):
    run, _ = uninterrupted
    plan = 'name = "stand-in"\nseed = {}\nrounds = 2\nbatch_size = 8\nproposals = 30\ninitial = 12'
    for seed, same in ((7, True), (8, False)):
        folder = tmp_path / str(seed)
        folder.mkdir()
        other = start(folder, StandIns(folder / "asked"), campaign=plan.format(seed))
        assert (record(other)["compounds"] == record(run)["compounds"]) == same


def run_or_resume(folder, ready=None):
    if ready is not None:
        ready.set()
    parts = StandIns(folder / "asked", pause_s=0.003)
    run = only_run(folder)
    if run is None:
        start(folder, parts)
    else:
        resume(run, parts)


@pytest.fixture(scope="module", autouse=True)
def fork_server():
    """Start processes from one that has imported everything, but nothing of what other tests have done."""
    context = multiprocessing.get_context("forkserver")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.fspath(Path(stand_ins.__file__).parents[2]))
        context.set_forkserver_preload([stand_ins.__name__])
        started = context.Process(target=int)
        started.start()
        started.join()


def started(folder):
    """Return a process that has just begun to run or resume the campaign."""
    context = multiprocessing.get_context("forkserver")
    ready = context.Event()
    running = context.Process(target=run_or_resume, args=(folder, ready))
    running.start()
    assert ready.wait(600)
    return running


def kill(running):
    if running.is_alive():
        os.kill(running.pid, signal.SIGKILL)
    running.join()
    assert running.exitcode in (0, -signal.SIGKILL)
    running.close()


def kill_after(folder, seconds):
    running = started(folder)
    running.join(seconds)
    kill(running)


def kill_when(folder, asked):
    """Kill a run when it has asked about so many compounds."""
    running = started(folder)
    while running.is_alive() and len((folder / "asked").read_text().split()) < asked:
        time.sleep(0.002)
    kill(running)


@pytest.mark.parametrize(
    "moment", [pytest.param(tenth, marks=[pytest.mark.slow] if tenth % 2 else []) for tenth in range(10)]
)
def test_a_run_killed_at_any_moment_ends_the_same_and_asks_nothing_twice(uninterrupted, tmp_path, moment):
    whole, seconds = uninterrupted
    (tmp_path / "asked").touch()
    kill_after(tmp_path, (moment + random.random()) / 10 * seconds)
    killed = only_run(tmp_path)
    known = answered(killed) if killed else set()
    before = (tmp_path / "asked").read_text().split()
    run_or_resume(tmp_path)
    run = only_run(tmp_path)
    again = (tmp_path / "asked").read_text().split()[len(before) :]
    assert known <= set(before)
    assert not known & set(again)
    assert len(before) - len(known) <= 1
    assert record(run) == record(whole)
    assert tables(run) == tables(whole)


def test_a_run_killed_after_its_last_phase_is_brought_to_its_end(uninterrupted, tmp_path, monkeypatch):
    whole, _ = uninterrupted
    with monkeypatch.context() as patch:
        patch.setattr("molgfn.campaign.loop.predict_again", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            start(tmp_path, StandIns(tmp_path / "asked"))
    run = only_run(tmp_path)
    last = run / "rounds" / "002"
    assert last.is_dir()
    shutil.rmtree(last)
    resume(run, StandIns(tmp_path / "asked"))
    assert record(run) == record(whole)
    assert tables(run) == tables(whole)


def test_a_run_killed_again_and_again_gets_there(uninterrupted, tmp_path):
    whole, _ = uninterrupted
    for _ in range(6):
        kill_after(tmp_path, random.uniform(0.2, 0.5))
    run_or_resume(tmp_path)
    assert record(only_run(tmp_path)) == record(whole)


@pytest.mark.parametrize("place", ["train", "query", "learn"])
def test_a_signal_stops_the_run_and_it_resumes_to_the_same_end(uninterrupted, tmp_path, monkeypatch, place):
    whole, _ = uninterrupted
    parts = StandIns(tmp_path / "asked")
    count = iter(range(1000))

    def signal_at(number, then):
        if next(count) == number:
            os.kill(os.getpid(), signal.SIGTERM)
        return then

    if place == "train":
        step = stand_ins.Step
        monkeypatch.setattr(stand_ins, "Step", lambda value: signal_at(13, step(value)))
    elif place == "query":
        parts.answer = lambda compound: signal_at(5, stand_ins.usual_answer(compound))
    else:
        epoch = stand_ins.Epoch
        monkeypatch.setattr(stand_ins, "Epoch", lambda: signal_at(1, epoch()))
    with pytest.raises(Stopped, match="stopped by SIGTERM") as stopped:
        start(tmp_path, parts)
    run = only_run(tmp_path)
    assert stopped.value.hint == f"molgfn resume {run}"
    assert json.loads((run / "log.jsonl").read_text().splitlines()[-1])["event"] == "stopped"
    if place == "train":
        assert json.loads((run / "checkpoints/round_001/flow/steps.json").read_text())["steps"] == 14
    known = answered(run)
    (tmp_path / "asked").unlink(missing_ok=True)
    resume(run, StandIns(tmp_path / "asked"))
    assert not known & set((tmp_path / "asked").read_text().split())
    assert record(run) == record(whole)


def test_a_run_moved_elsewhere_resumes_without_its_inputs(uninterrupted, tmp_path):
    whole, _ = uninterrupted
    (tmp_path / "asked").touch()
    kill_when(tmp_path, asked=15)
    shutil.move(only_run(tmp_path), tmp_path / "moved")
    (tmp_path / "vocabulary.json").unlink()
    run = resume(tmp_path / "moved", StandIns(tmp_path / "asked"))
    assert record(run) == record(whole)


def test_a_finished_run_is_left_alone(uninterrupted):
    run, _ = uninterrupted
    before = record(run), (run / "log.jsonl").read_text()
    assert resume(run, StandIns(Path("/nowhere/asked"))) == run
    assert before == (record(run), (run / "log.jsonl").read_text())


def test_with_data_the_first_proxy_is_trained_on_it_and_bad_rows_are_told(tmp_path):
    said = []

    class Lines(SilentProgress):
        def log(self, message):
            said.append(message)

    (tmp_path / "data.csv").write_text(DATA)
    campaign = load(tmp_path, proxy='data = "data.csv"')
    parts = StandIns(tmp_path / "asked")
    run = start_run(campaign, tmp_path / "runs", [], Lines(), assemble=lambda _: parts)
    assert record(run)["phases"] == planned_phases(2, proxy=False, data=True)
    with Store.read(run / "campaign.sqlite") as store:
        assert len(store.initial_data()) == 8
    assert len([line for line in said if "left out: not a valid SMILES" in line]) == 8
    assert (run / "inputs" / "data.csv").read_text() == DATA


def test_with_a_proxy_the_first_round_uses_it(tmp_path):
    (tmp_path / "start").mkdir()
    LineProxy(-0.25, -3.0).save(tmp_path / "start")
    (tmp_path / "start" / "card.json").write_text('{"spearman": 0.8}')
    run = start(tmp_path, StandIns(tmp_path / "asked"), proxy='start = "start"')
    found = record(run)
    assert found["phases"] == planned_phases(2, proxy=True, data=False)
    models = {row.source_model for row in found["predictions"] if row.round == 1}
    assert models == {"checkpoints/round_001/flow; inputs/proxy"}
    card = json.loads((run / "proxy_card.json").read_text())
    assert card["start"] == {"spearman": 0.8}
    assert [row["round"] for row in card["rounds"]] == [1, 2]


def test_a_proxy_of_another_unit_is_refused_before_anything_is_made(tmp_path):
    class Assay(StandIns):
        def load_proxy(self, folder):
            return replace(super().load_proxy(folder), unit="pIC50", direction="maximise")

    (tmp_path / "start").mkdir()
    LineProxy(-0.25, -3.0).save(tmp_path / "start")
    with pytest.raises(ConfigError, match=r"it predicts pIC50 \(maximise\), but the oracle answers in kcal/mol"):
        start(tmp_path, Assay(tmp_path / "asked"), proxy='start = "start"')
    assert not (tmp_path / "runs").exists()


def test_unusable_data_is_refused_before_anything_is_made(tmp_path):
    (tmp_path / "data.csv").write_text("smiles,energy\nC,1\n")
    with pytest.raises(DataError, match="no column 'score_kcal_mol'"):
        start(tmp_path, StandIns(tmp_path / "asked"), proxy='data = "data.csv"')
    assert not (tmp_path / "runs").exists()


def test_no_candidate_ends_the_run_and_is_logged(tmp_path):
    with pytest.raises(NoCandidateError, match=r"required \[Xe\]"):
        start(tmp_path, StandIns(tmp_path / "asked"), objective=OBJECTIVE + 'required = ["[Xe]"]')
    event = json.loads((only_run(tmp_path) / "log.jsonl").read_text().splitlines()[-1])
    assert event["event"] == "error"


def test_a_run_in_use_cannot_be_resumed(tmp_path):
    (tmp_path / "asked").touch()
    kill_when(tmp_path, asked=15)
    run = only_run(tmp_path)
    with RunDirectory(run).lock(), pytest.raises(ConfigError, match=f"already running, in process {os.getpid()}"):
        resume(run, StandIns(tmp_path / "asked"))


def test_the_oracle_is_closed_whatever_happens(tmp_path):
    made = []

    class Watched(StandIns):
        def open_oracle(self):
            made.append(super().open_oracle())
            return made[-1]

    with pytest.raises(NoCandidateError):
        start(tmp_path, Watched(tmp_path / "asked"), objective=OBJECTIVE + 'required = ["[Xe]"]')
    assert [oracle.closed for oracle in made] == [True]


def test_the_campaign_file_is_kept_as_it_was_written(uninterrupted):
    run, _ = uninterrupted
    source = campaign_file(run.parents[1])
    assert (run / "campaign.toml").read_text() == source.read_text()

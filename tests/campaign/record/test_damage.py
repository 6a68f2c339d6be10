"""Damaged records and checkpoints, a record that is deleted while a run writes in it, and a full disk."""

import json
import os
import sqlite3

import pytest

from molgfn.campaign.loop import resume_run
from molgfn.campaign.record import store as store_module
from molgfn.campaign.record.damage import reading_checkpoint
from molgfn.campaign.record.rows import CompoundRow, RejectedRow
from molgfn.campaign.record.status import run_status
from molgfn.campaign.record.store import Store
from molgfn.errors import ConfigError, DataError, Stopped
from molgfn.progress import SilentProgress
from tests.campaign.stand_ins import StandIns, resume, start


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "campaign.sqlite"
    with Store.create(path) as store, store.transaction():
        store.add_compounds(
            CompoundRow(f"X-{number:06d}", "C" * 50, f"KEY-{number}", (), 1, "proposed", None) for number in range(500)
        )
    return path


def test_damaged_pages_are_told_with_what_is_still_there(path):
    (path.parent / "rounds").mkdir()
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(path.stat().st_size - 12288))
    with (
        pytest.raises(DataError, match=r"campaign.sqlite: the record of this run is damaged \(") as told,
        Store.read(path) as store,
    ):
        store.compounds()
    assert told.value.exit_code == 3
    assert "still there: rounds." in told.value.hint


def test_an_empty_file_is_damage_and_no_other_version(path):
    path.write_bytes(b"")
    with pytest.raises(DataError, match=r"is damaged \(it is empty\)"):
        Store.read(path)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_record_that_is_deleted_while_a_run_writes_in_it_is_told_and_kept(path, replaced):
    with Store.open(path) as store:
        path.unlink()
        if replaced:
            path.write_bytes(b"")
        with (
            pytest.raises(DataError, match="deleted or replaced while the run was writing in it") as told,
            store.transaction(),
        ):
            raise AssertionError
    kept = path.with_name("recovered.campaign.sqlite")
    assert str(kept) in told.value.hint
    with Store.read(kept) as store:
        assert len(store.compounds()) == 500


def test_a_transaction_on_a_full_disk_leaves_the_record_as_it_was(path):
    with Store.open(path) as store:
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(sqlite3.OperationalError, match="full"), store.transaction():
            store.add_rejected(RejectedRow(1, "C" * 900 + str(number), "too large") for number in range(500))
        assert store.rejected() == []
        assert len(store.compounds()) == 500


def test_a_run_stops_on_a_full_disk_and_goes_on_when_there_is_space(tmp_path, monkeypatch):
    def open_small(path, mode):
        connection = open_file(path, mode)
        connection.execute("PRAGMA max_page_count = 24")
        return connection

    open_file = store_module.open_file
    monkeypatch.setattr(store_module, "open_file", open_small)
    with pytest.raises(Stopped, match="the disk is full; everything recorded so far is kept") as told:
        start(tmp_path, StandIns(tmp_path / "asked"))
    monkeypatch.undo()
    [run] = (tmp_path / "runs").iterdir()
    assert told.value.exit_code == 75
    assert told.value.hint == f"Free space, then `molgfn resume {run}`."
    resume(run, StandIns(tmp_path / "asked"))
    assert run_status(run).state == "finished"


def test_a_cut_checkpoint_is_named(tmp_path):
    parts = StandIns(tmp_path / "asked")
    run = start(tmp_path, parts)
    proxy, flow = run / "checkpoints/round_002/proxy", run / "checkpoints/round_003/flow"
    whole = (proxy / "line.json").read_text()
    (proxy / "line.json").write_text("[1.")
    with pytest.raises(DataError, match=r"round_002/proxy: a file of this checkpoint is missing or damaged"):
        resume_run(run, SilentProgress(), rounds=3, assemble=lambda _: parts)
    (proxy / "line.json").write_text(whole)
    flow.mkdir(parents=True)
    (flow / "steps.json").write_text(json.dumps({"steps": 10})[:-3])
    with pytest.raises(DataError, match=r"round_003/flow: a file of this checkpoint is missing or damaged") as told:
        resume(run, parts)
    assert told.value.hint.startswith("Delete this folder, then `molgfn resume")


def test_a_proxy_that_is_cut_is_input_that_cannot_be_used(tmp_path):
    with pytest.raises(DataError, match="weights: cut short") as told, reading_checkpoint(tmp_path, "Put back a copy."):
        raise ConfigError("weights: cut short")
    assert (told.value.exit_code, told.value.hint) == (3, "Put back a copy.")

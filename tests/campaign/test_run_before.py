"""A run directory made by the version before (record version 3), stopped after the first of two rounds."""

import csv
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from molgfn.campaign.loop import resume_run
from molgfn.campaign.record.schema import USER_VERSION
from molgfn.campaign.record.status import run_status
from molgfn.campaign.record.store import Store
from molgfn.progress import SilentProgress
from molgfn.report.candidates import candidate_table
from molgfn.report.html import write_report

BEFORE = Path(__file__).parents[1] / "golden" / "run_before"
ORACLE = """
from molgfn.oracles.interfaces import Measurement

class Fails:
    unit, direction = "pIC50", "maximise"

    def __init__(self, how):
        assert how == "ok"

    def query(self, compounds):
        for compound in compounds:
            yield Measurement(compound.compound_id, 5.0 + 0.3 * (len(compound.smiles) % 7))

    def close(self):
        pass
"""


@pytest.fixture
def run(tmp_path):
    """Put the run and its oracle where they were: runs of that version import it from where its author has it."""
    run = tmp_path / "runs" / "2026-11-27_before"
    shutil.copytree(BEFORE, run)
    with closing(sqlite3.connect(run / "campaign.sqlite")) as record:
        record.executescript((run / "campaign.sql").read_text())
    (run / "campaign.sql").unlink()
    resolved = run / "campaign.resolved.toml"
    resolved.write_text(resolved.read_text().replace("FOLDER", str(tmp_path)))
    (tmp_path / "o.py").write_text(ORACLE)
    return run


def test_it_opens_and_its_values_get_a_name(run):
    status = run_status(run)
    assert (status.state, status.rounds_done, status.rounds_planned) == ("stopped", 1, 2)
    assert status.counts["completed"] == 12
    with Store.read(run / "campaign.sqlite") as store:
        assert {(row.property, row.unit) for row in store.measurements()} == {("measured value", "pIC50")}
        assert {(row.property, row.unit) for row in store.predictions()} == {("measured value", "pIC50")}
    with closing(sqlite3.connect(run / "campaign.sqlite")) as record:
        assert record.execute("PRAGMA user_version").fetchone() == (USER_VERSION,)
        assert record.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_it_is_exported_and_reported_with_predictions_of_its_last_proxy(run):
    table = candidate_table(run)
    assert len(table) == 18
    assert all(table["compound_id"].str.startswith("BEFORE-0000"))
    measured = table[table["status"] == "completed"]
    assert list(measured["rank"]) == list(range(1, 13))
    assert measured["oracle_value"].is_monotonic_decreasing
    predicted = table[table["status"] == "proposed"]
    assert list(predicted["rank_predicted"]) == list(range(1, 7))
    assert all(predicted["source_model"].str.endswith("; checkpoints/round_001/proxy"))
    assert "The campaign before designs molecules" in write_report(run).read_text()


def test_it_goes_on_to_its_second_round_and_keeps_its_ids(run):
    resume_run(run, SilentProgress())
    status = run_status(run)
    assert (status.state, status.rounds_done) == ("finished", 2)
    assert status.counts["completed"] == 14
    with Store.read(run / "campaign.sqlite") as store:
        ids = [row.compound_id for row in store.compounds()]
    assert ids == [f"BEFORE-{number:06d}" for number in range(1, len(ids) + 1)]
    with (run / "rounds/002/results.csv").open(newline="") as file:
        assert {row["unit"] for row in csv.DictReader(file)} == {"pIC50"}

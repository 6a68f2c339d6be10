import json

import pandas as pd
import pytest

from molgfn.campaign.record.rows import CompoundRow, PredictionRow, RejectedRow
from molgfn.campaign.record.store import Store
from molgfn.errors import ConfigError, DataError
from molgfn.oracles.interfaces import Measurement
from molgfn.report.reading import read_run


def test_everything_recorded_is_read(run):
    data = read_run(run)
    assert data.name == "parp1-demo"
    assert (data.direction, data.unit) == ("minimise", "kcal/mol")
    counts = {name: len(getattr(data, name)) for name in ("compounds", "predictions", "measurements", "failures")}
    assert counts == {"compounds": 16, "predictions": 16, "measurements": 8, "failures": 1}
    assert len(data.initial_data) == 30
    assert data.compounds["blocks"].iloc[0] == ("c1ccccc1", "C=O")
    assert data.manifest["seed"] == 1
    assert data.settings_text.startswith("[campaign]")


def test_a_round_is_finished_when_its_last_phase_is(run, make_run):
    assert read_run(run).rounds_finished == 1
    assert read_run(make_run(rounds=0, name="new")).rounds_finished == 0


def test_the_unit_is_that_of_the_oracle_also_before_anything_is_measured(run, make_run, change):
    new = make_run(rounds=0)
    assert read_run(new).unit == "kcal/mol"
    settings = new / "campaign.resolved.toml"
    settings.write_text(settings.read_text().replace('"docking"', '"python"'))
    assert read_run(new).unit == ""
    change(run, "DELETE FROM measurements", "UPDATE predictions SET unit = 'pIC50'")
    assert read_run(run).unit == "pIC50"


def test_all_is_read_as_it_is_at_one_moment(run, monkeypatch):
    """A run that records between two tables of one reading is seen as it was before."""
    before = read_run(run)
    read_phases = Store.phases

    def a_round_is_recorded_after(store):
        rows = read_phases(store)
        with Store.open(run / "campaign.sqlite") as writer:
            sent = writer.compounds(status="pending")
            for row in sent:
                assert writer.record(Measurement(row.compound_id, -9.0), row.batch_round, "kcal/mol")
            new = CompoundRow("PARP1-000099", "CCCCCO", "KEY-NEW", (), 3, "proposed", None)
            with writer.transaction():
                writer.add_compounds([new])
                writer.add_predictions([PredictionRow("PARP1-000099", 3, -8.0, 0.5, 8.5, -1.0, "m")])
                writer.add_rejected([RejectedRow(3, "C", "too small")])
                writer.finish(3, "propose")
        with (run / "log.jsonl").open("a") as log:
            log.write(json.dumps({"time": "now", "event": "proposed", "round": 3, "sampled": 9}) + "\n")
        return rows

    monkeypatch.setattr(Store, "phases", a_round_is_recorded_after)
    meanwhile = read_run(run)
    monkeypatch.undo()
    for name in ("compounds", "predictions", "measurements", "failures", "rejected", "phases", "sampling"):
        pd.testing.assert_frame_equal(getattr(meanwhile, name), getattr(before, name))
    after = read_run(run)
    assert len(after.compounds) == len(before.compounds) + 1
    assert len(after.measurements) > len(before.measurements)
    assert list(after.sampling["round"]) == [3]


def test_the_better_end_of_the_objective_gives_the_direction(make_run):
    assert read_run(make_run(best=9.0, worst=5.0)).direction == "maximise"


def test_a_folder_that_is_no_run_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no run directory"):
        read_run(tmp_path)


def test_a_run_may_be_moved(run, tmp_path):
    assert len(read_run(run.rename(tmp_path / "moved, 100% new")).compounds) == 16


@pytest.mark.parametrize("name", ["campaign.resolved.toml", "manifest.json"])
def test_a_damaged_file_is_named(run, name):
    (run / name).write_text("{")
    with pytest.raises(DataError, match=name):
        read_run(run)


def test_a_run_without_a_manifest_is_read(run):
    (run / "manifest.json").unlink()
    assert read_run(run).manifest == {}


def test_reading_writes_nothing(run):
    before = {file.name: file.stat().st_mtime_ns for file in run.iterdir() if "sqlite" not in file.name}
    read_run(run)
    after = {file.name: file.stat().st_mtime_ns for file in run.iterdir() if "sqlite" not in file.name}
    assert json.dumps(before) == json.dumps(after)

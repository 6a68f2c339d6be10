import json

import pytest

from molgfn.errors import ConfigError, DataError
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


def test_nothing_measured_has_no_unit(make_run):
    assert read_run(make_run(rounds=0)).unit == ""


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

import json
import os
import shutil
import subprocess
import sys
from datetime import date

import pytest

from molgfn.campaign.record.run_directory import RunDirectory, create_run, open_run
from molgfn.errors import ConfigError
from molgfn.files import write_text

TODAY = date.today().isoformat()


def nothing(run):
    write_text(run.path / "campaign.toml", "")


def test_a_run_is_never_overwritten(tmp_path):
    names = [create_run(tmp_path / "runs", "parp1", nothing).path.name for _ in range(3)]
    assert names == [f"{TODAY}_parp1", f"{TODAY}_parp1-2", f"{TODAY}_parp1-3"]


def test_a_run_that_cannot_be_filled_leaves_nothing(tmp_path):
    def fail(run):
        nothing(run)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        create_run(tmp_path / "runs", "parp1", fail)
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_place_where_no_run_can_be_made(tmp_path):
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(ConfigError, match="no run directory can be made there"):
        create_run(tmp_path / "runs", "parp1", nothing)


def test_what_is_no_run_directory(tmp_path):
    with pytest.raises(ConfigError, match="no such folder"):
        open_run(tmp_path / "missing")
    with pytest.raises(ConfigError, match=r"there is no campaign\.sqlite in it"):
        open_run(tmp_path)


def test_only_one_process_runs_a_directory(tmp_path):
    run = RunDirectory(tmp_path)
    assert not run.is_locked()
    script = (
        "import sys; from pathlib import Path; from molgfn.campaign.record.run_directory import RunDirectory\n"
        "with RunDirectory(Path(sys.argv[1])).lock(): print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, os.fspath(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"locked\n"
        assert run.is_locked()
        with pytest.raises(ConfigError, match=f"already running, in process {other.pid}"), run.lock():
            pass
        other.kill()
    with run.lock():
        assert (tmp_path / ".lock").read_text() == str(os.getpid())


def test_the_log_is_one_json_line_an_event_also_after_half_a_line(tmp_path):
    run = RunDirectory(tmp_path)
    run.log("started", round=1)
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write('{"time": "2026')
    run.log("resumed")
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert [json.loads(lines[place])["event"] for place in (0, 2)] == ["started", "resumed"]


def test_every_path_moves_with_the_folder(tmp_path):
    run = create_run(tmp_path, "parp1", nothing)
    shutil.move(run.path, tmp_path / "elsewhere")
    moved = RunDirectory(tmp_path / "elsewhere")
    for path in (moved.database, moved.flow(3), moved.proxy(3), moved.round(3), moved.pose("X-1"), moved.input_proxy):
        assert path.is_relative_to(moved.path)
    assert moved.flow(3).relative_to(moved.path).as_posix() == "checkpoints/round_003/flow"

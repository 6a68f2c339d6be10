"""Campaigns from the command line, with real files."""

import csv
import json
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from molgfn.cli import main
from molgfn.oracles.docking.receptors import find_target

MAIN = [sys.executable, "-c", "from molgfn.cli import main; main()"]


def molgfn(capsys, *words):
    """Run a command; return its exit code, stdout and stderr."""
    with pytest.raises(SystemExit) as left:
        main(list(map(str, words)))
    captured = capsys.readouterr()
    return left.value.code or 0, captured.out, captured.err


def test_a_run_ends_with_a_table_and_a_report(capsys, campaign_file, tmp_path):
    words = ("run", campaign_file, "--runs-dir", tmp_path / "runs", "--set", "campaign.name=bigger")
    code, out, err = molgfn(capsys, *words)
    assert code == 0, err
    paths = dict(line.split(maxsplit=1) for line in out.splitlines())
    with open(paths["candidates"], newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["status"] == "completed" for row in rows) == 14
    assert all(row["compound_id"].startswith("BIGGER-") for row in rows)
    assert "<html" in Path(paths["report"]).read_text()
    assert "round 1: asking the oracle" in err

    run = next((tmp_path / "runs").iterdir())
    assert run.name.endswith("_bigger")
    code, out, _ = molgfn(capsys, "status", run)
    assert code == 0
    assert "state      finished\nrounds     1 of 1 finished\nbatch      4 of 4 answered\n" in out
    code, out, _ = molgfn(capsys, "status", run, "--json")
    assert json.loads(out)["counts"]["completed"] == 14

    whole = Path(paths["candidates"]).read_bytes()
    code, out, _ = molgfn(capsys, "export", run, "--format", "csv", "--top", "3")
    assert (code, out) == (0, f"{run}/exports/candidates_top_3.csv\n")
    with open(out.strip(), newline="") as file:
        assert [row["rank"] for row in csv.DictReader(file)] == ["1", "2", "3"]
    assert Path(paths["candidates"]).read_bytes() == whole
    for words in ((), ("--format", "csv")):
        assert molgfn(capsys, "export", run, *words)[:2] == (0, f"{run}/exports/candidates.csv\n")
    assert molgfn(capsys, "report", run)[:2] == (0, f"{run}/report.html\n")

    code, out, err = molgfn(capsys, "resume", run)
    assert (code, "all 1 rounds are done" in err) == (0, True)


def test_a_run_that_is_told_to_stop_ends_with_75_and_resume_finishes_it(campaign_file, tmp_path, capsys):
    command = [*MAIN, "run", str(campaign_file), "--set", "oracle.options.pause_s=0.25"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        told = []
        for line in process.stderr:
            told.append(line)
            if "asking the oracle" in line:
                break
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=600)
    assert process.returncode == 75, "".join(told) + err
    assert out == ""
    run = re.search(r"molgfn resume (\S+)", err)[1]
    assert molgfn(capsys, "status", tmp_path / run)[1].endswith(f"next       molgfn resume {tmp_path / run}\n")
    code, out, err = molgfn(capsys, "resume", tmp_path / run)
    assert code == 0, err
    assert f"report      {tmp_path / run}/report.html\n" in out


def test_check_prints_what_it_found(capsys, campaign_file):
    code, out, err = molgfn(capsys, "check", campaign_file)
    assert code == 0, err
    checked = [line.split()[1] for line in out.splitlines()]
    assert checked == ["campaign", "oracle", "vocabulary", "data", "values", "control", "objective", "time"]
    assert "26.00 points in " in out
    assert re.search(r"time .* about .*: 14 compounds .* \(1 at once\), training .* An estimate", out)
    assert "control compound: 1/1 done" in err
    assert "control" not in molgfn(capsys, "check", campaign_file, "--no-dock")[1]


@pytest.mark.parametrize(
    ("override", "code", "expected"),
    [
        ("campaign.rounds=0", 2, "--set campaign.rounds=0\n  Accepted: 1 or more."),
        ("oracle.factory=nowhere:Oracle", 4, "oracle nowhere:Oracle: nowhere cannot be imported: ModuleNotFoundError"),
        ("proxy.data=campaign.toml", 3, "campaign.toml, line 1: no column 'smiles'"),
        ("vocabulary.file=sizes.py", 3, "sizes.py: not a vocabulary"),
        ("core.smiles=[*:1][Xe]", 2, "core"),
    ],
)
def test_what_is_wrong_is_told_before_a_run_directory_is_made(
    capsys, campaign_file, tmp_path, monkeypatch, override, code, expected
):
    monkeypatch.chdir(tmp_path)
    left, out, err = molgfn(capsys, "run", campaign_file, "--set", override)
    assert (left, out) == (code, "")
    assert expected in err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("command", ["resume", "status", "export", "report"])
@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_that_is_no_run_is_told(capsys, tmp_path, command, folder):
    code, out, err = molgfn(capsys, command, tmp_path / folder)
    assert (code, out) == (2, "")
    assert err.startswith(str(tmp_path / folder))


def test_no_vina_ends_with_4(capsys, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "vina", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert molgfn(capsys, "init", tmp_path / "new", "--target", "HSD11B1")[0] == 0
    code, out, err = molgfn(capsys, "run", tmp_path / "new" / "campaign.toml", "--runs-dir", tmp_path / "runs")
    assert (code, out) == (4, "")
    assert "docking needs AutoDock Vina" in err
    assert not (tmp_path / "runs").exists()


def test_init_writes_a_file_that_check_accepts(capsys, tmp_path):
    target = find_target("HSD11B1")
    receptor = tmp_path / "mine.pdbqt"
    receptor.write_bytes(target.pdbqt.read_bytes())
    box = (*target.center, 24, 24, 24)
    code, out, err = molgfn(capsys, "init", tmp_path / "new", "--receptor", receptor, "--box", *box, "--no-dock")
    assert (code, out) == (0, f"{tmp_path}/new/campaign.toml\n")
    assert "molgfn check" in err
    assert tomllib.loads((tmp_path / "new" / "campaign.toml").read_text())["oracle"]["receptor"] == "../mine.pdbqt"
    code, out, err = molgfn(capsys, "check", out.strip(), "--no-dock")
    assert code == 0, err
    assert "mine, box at " in out
    code, out, err = molgfn(capsys, "init", tmp_path / "new", "--target", "PARP1")
    assert (code, out) == (2, "")


def test_targets_lists_all_with_their_boxes(capsys):
    code, out, err = molgfn(capsys, "targets")
    lines = out.splitlines()
    assert (code, len(lines), err) == (0, 59, "")
    assert lines[0].split()[:5] == ["target", "pdb", "organism", "protein", "with"]
    assert re.split(r"  +", lines[1]) == (
        ["ABL1", "2HZI", "-", "Tyrosine-protein kinase ABL1", "-", "15.85", "14.65", "3.90", "30.0", "30.0", "30.0"]
    )
    cells = {name: others for name, *others in (re.split(r"  +", line) for line in lines[1:])}
    assert cells["NOS1"][:4] == ["1QW6", "rat", "Nitric oxide synthase, brain", "Zn, heme"]
    assert {name: others[3] for name, others in cells.items() if others[3] != "-"} == {
        **dict.fromkeys(["ADAM17", "CA2", "PLK1"], "Zn"),
        **dict.fromkeys(["CYP3A4", "PTGS2"], "heme"),
        "CYP2C9": "heme, water",
        "DHFR": "NADPH",
        "HSD11B1": "NADP",
        "MAOB": "FAD",
        "MAP2K1": "Mg, ADP",
        "MAPKAPK2": "Mg",
        "MMP13": "3 Zn",
        "NOS1": "Zn, heme",
        "PARP1": "water",
        "PDE5A": "Mg, Zn, 12 waters",
    }

"""`molgfn proxy retrain`, with a real campaign, a real table and what the user reads word for word."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.cli import main
from tests.cli.conftest import CAMPAIGN, ORACLE
from tests.library import blocks_without_counts

GOLDEN = Path(__file__).parents[1] / "golden" / "retraining"


def with_log(capsys, *words):
    """Run a command; return its exit code, stdout and stderr."""
    with pytest.raises(SystemExit) as left:
        main(list(map(str, words)))
    captured = capsys.readouterr()
    return left.value.code or 0, captured.out, captured.err


def molgfn(capsys, *words):
    """Run a command; return its exit code, stdout and stderr without the lines of the log."""
    code, out, err = with_log(capsys, *words)
    return code, out, re.sub(r"^\d\d:\d\d:\d\d .*\n", "", err, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished campaign of one round, whose oracle answers in pIC50."""
    folder = tmp_path_factory.mktemp("campaign")
    oracle = ORACLE.replace('"points"', '"pIC50"').replace("float(Chem", "0.25 * float(Chem")
    (folder / "measured_sizes.py").write_text(oracle)
    (folder / "blocks.json").write_text(blocks_without_counts())
    campaign = CAMPAIGN.replace("sizes:", "measured_sizes:").replace("best = 40\nworst = 10", "best = 10\nworst = 3")
    # Enough molecules to calibrate the retrained proxy, whichever of them its members are trained on.
    (folder / "campaign.toml").write_text(campaign.replace("initial = 10", "initial = 25"))
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.syspath_prepend(folder)
    with pytest.raises(SystemExit) as left:
        main(["run", str(folder / "campaign.toml"), "--runs-dir", str(folder / "runs")])
    monkeypatch.undo()
    assert not left.value.code
    return next((folder / "runs").iterdir())


@pytest.fixture
def run(finished, tmp_path, monkeypatch):
    """A copy of it: run directories can be moved."""
    monkeypatch.syspath_prepend(finished.parents[1])
    monkeypatch.chdir(tmp_path)
    shutil.copytree(finished, tmp_path / "run")
    return Path("run")


def compounds(run):
    with (run / "exports" / "candidates.csv").open(newline="") as file:
        return [(row["compound_id"], row["smiles"]) for row in csv.DictReader(file) if row["status"] == "completed"]


def lab_table(path, joined=(), n=40, header="id,smiles,pIC50"):
    tails = [f"{'C' * (i % 9)}{('N1CCCCC1', 'c1ccccc1')[i % 2]}{'O' * (i % 3 == 0)}{'F' * (i > 17)}" for i in range(n)]
    own = [(f"LAB-{i}", f"CC{tail}") for i, tail in enumerate(tails)]
    rows = [f"{name},{smiles},{4 + 0.05 * len(smiles) + 0.1 * (i % 5):.2f}" for i, (name, smiles) in enumerate(own)]
    Path(path).write_text("\n".join([header, *joined, *rows]) + "\n")
    return path


def test_a_lab_table_retrains_the_proxy_and_the_campaign_goes_on_with_it(capsys, run):
    (first, smiles), *others = compounds(run)[:4]
    joined = [f"{first},CCO,7.5", *(f"{name},,7.5" for name, _ in others)]
    code, out, err = with_log(capsys, "proxy", "retrain", run, lab_table("lab.csv", joined))
    assert code == 0, err
    told = (
        f"lab.csv, line 2: {first} is {smiles} in this run, but the row draws CCO: the value counts for the structure"
    )
    assert told in err
    assert out.splitlines()[-1] == "next       molgfn resume run --rounds 2"
    index = json.loads((run / "proxies" / "index.json").read_text())
    assert index["in_use"] == "proxies/001"
    assert [entry["folder"] for entry in index["proxies"]] == [
        "checkpoints/round_000/proxy",
        "checkpoints/round_001/proxy",
        "proxies/001",
    ]
    assert json.loads((run / "proxy_card.json").read_text())["folder"] == "proxies/001"
    assert "proxy      proxies/001, retrained on lab.csv\n" in molgfn(capsys, "status", run)[1]

    code, _, err = molgfn(capsys, "resume", run, "--rounds", "2")
    assert code == 0, err
    with (run / "exports" / "candidates.csv").open(newline="") as file:
        latest = [row for row in csv.DictReader(file) if row["round"] == "2"]
    # What was sent keeps the prediction it was chosen by; the others are predicted again after the last round.
    models = {(row["status"] == "proposed", row["source_model"]) for row in latest}
    assert models == {
        (False, "checkpoints/round_002/flow; proxies/001"),
        (True, "checkpoints/round_002/flow; checkpoints/round_002/proxy"),
    }
    assert "proxies/001" in (run / "report.html").read_text()
    assert molgfn(capsys, "status", run)[1].count("proxy      checkpoints/round_002/proxy\n") == 1


def test_the_printed_summary_is_the_golden_file(capsys, run):
    joined = [f"{name},,7.5" for name, _ in compounds(run)[:3]]
    code, out, _ = molgfn(capsys, "proxy", "retrain", run, lab_table("lab.csv", joined))
    assert code == 0
    # Numbers of networks may differ in the last digit from machine to machine.
    shape = re.sub(r"[+-]?\d+\.\d\d", "#.##", out)
    shape = re.sub(r"new proxy is .*\.(?= \d+ molecules are)", "new proxy is VERDICT.", shape)
    assert re.sub(r" +#", " #", shape) == (GOLDEN / "retrained.txt").read_text()


def damaged(run, what):
    """Return the words of a command that must fail."""
    match what:
        case "no_run":
            return ("nowhere", lab_table("lab.csv"))
        case "another_quantity":
            return (run, lab_table("lab.csv", header="id,smiles,value"), "--unit", "kcal/mol")
        case "no_unit":
            return (run, lab_table("lab.csv", header="id,smiles,value"))
        case "too_few":
            return (run, lab_table("lab.csv", n=19))
        case "unknown_ids":
            Path("lab.csv").write_text("id,pIC50\n" + "".join(f"X-{i},{4 + i / 10}\n" for i in range(30)))
            return (run, "lab.csv")
        case "no_file":
            return (run, "gone.csv")
    raise ValueError(what)


def files(run):
    """Return the content of a run directory, but for what SQLite and the lock leave while it is open."""
    passing = (".lock", "campaign.sqlite-shm", "campaign.sqlite-wal")
    return {path: path.read_bytes() for path in run.rglob("*") if path.is_file() and path.name not in passing}


@pytest.mark.parametrize(
    "what",
    ["no_run", "another_quantity", "no_unit", "too_few", "unknown_ids", "no_file"],
)
def test_a_table_that_cannot_be_used_is_named_and_changes_nothing(capsys, run, what):
    before = files(run)
    code, out, err = molgfn(capsys, "proxy", "retrain", *damaged(run, what))
    assert out == ""
    message = re.sub(r"X-\d+", "X-#", err)
    assert f"exit {code}\n{message}" == (GOLDEN / f"{what}.txt").read_text()
    assert files(run) == before


def test_a_run_that_is_still_running_is_refused(capsys, run):
    lab_table("lab.csv")
    with RunDirectory(run).lock():
        code, _, err = molgfn(capsys, "proxy", "retrain", run, "lab.csv")
    assert code == 2
    assert err.startswith("run: this run is already running, in process ")
    assert not (run / "proxies").exists()


def test_a_proxy_of_another_quantity_needs_twenty_measured_values(capsys, run):
    """Bounds do not count: they do not say how far the values reach."""
    values = [f"{4 + i / 10:.1f}" if i < 19 else "<4.0" for i in range(30)]
    rows = [f"LAB-{i},{'C' * (i + 3)}N,{cell}" for i, cell in enumerate(values)]
    Path("lab.csv").write_text("\n".join(["id,smiles,value", *rows]) + "\n")
    before = files(run)
    code, out, err = molgfn(capsys, "proxy", "retrain", run, "lab.csv", "--unit", "kcal/mol", "--transfer")
    assert (code, out) == (3, "")
    assert "lab.csv: 19 compounds have a measured value, but a proxy of another quantity needs 20" in err
    assert files(run) == before


def test_a_proxy_of_another_quantity_is_kept_beside(capsys, run):
    retrain = ("proxy", "retrain", run, lab_table("lab.csv", header="id,smiles,value"), "--unit", "kcal/mol")
    code, out, err = molgfn(capsys, *retrain, "--transfer")
    assert code == 0, err
    assert "proxies/001 predicts kcal/mol" in out
    assert "compounds of the lab, and nothing else in that quantity\n" in out
    assert "are not changed by it" in out
    assert json.loads((run / "proxies" / "index.json").read_text())["in_use"] == "checkpoints/round_001/proxy"
    words = out.splitlines()[-1].removeprefix("next       molgfn ").split()
    code, out, err = molgfn(capsys, *words)
    assert code == 0, err
    code, out, err = molgfn(capsys, *retrain, "--transfer")
    assert code == 3
    assert "nothing new: all 36 compounds were in earlier tables" in err


def test_stereoisomers_cannot_become_what_they_are_not_to_the_proxy(capsys, run):
    code, out, err = molgfn(capsys, "proxy", "retrain", run, lab_table("lab.csv"), "--stereo", "keep")
    assert (code, out) == (2, "")
    assert "takes stereoisomers for one compound: it cannot go on learning with stereo = 'keep'." in err
    assert not (run / "proxies").exists()

"""`molgfn export` through the shell's eyes: what is written where, and what is refused."""

import csv

import pytest

from molgfn.cli import main
from molgfn.cli.results import Format, _format_of
from molgfn.errors import ConfigError
from tests.report.conftest import RunMaker


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return RunMaker(tmp_path_factory)(rounds=1)


def export(capsys, *words):
    with pytest.raises(SystemExit) as left:
        main(["export", *map(str, words)])
    return left.value.code or 0, *capsys.readouterr()


@pytest.mark.parametrize("words", [("--top", "2"), ("--top", "2", "--format", "sdf"), ("--format", "smi")])
def test_part_of_a_run_never_replaces_its_whole_table(capsys, run, words):
    _, out, _ = export(capsys, run)
    whole = (run / "exports" / "candidates.csv").read_bytes()
    assert out == f"{run}/exports/candidates.csv\n"
    code, out, _ = export(capsys, run, *words)
    assert code == 0
    assert out != f"{run}/exports/candidates.csv\n"
    assert (run / "exports" / "candidates.csv").read_bytes() == whole


def test_the_file_named_is_written_in_the_format_of_its_ending(capsys, run, tmp_path):
    first = {"csv": "compound_id,smiles", "smi": None, "sdf": "PARP1-"}
    for kind, start in first.items():
        code, out, err = export(capsys, run, "--top", 2, "-o", tmp_path / f"best.{kind}")
        assert (code, out) == (0, f"{tmp_path}/best.{kind}\n"), err
        assert start is None or (tmp_path / f"best.{kind}").read_text().startswith(start)
    smiles, compound_id = (tmp_path / "best.smi").read_text().splitlines()[0].split("\t")
    assert smiles in (tmp_path / "best.csv").read_text()
    assert compound_id in (tmp_path / "best.sdf").read_text()


def test_routes_are_a_table_of_steps(capsys, run, tmp_path):
    code, out, err = export(capsys, run, "--format", "routes", "--top", 6)
    assert (code, out) == (0, f"{run}/exports/routes_top_6.csv\n"), err
    with open(out.strip(), newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["compound_id"] for row in rows}) == 6
    assert {row["source_1"] for row in rows} <= {"buy", "step 1", "step 2"}
    assert any(row["reaction"] for row in rows)
    (tmp_path / "stock.smi").write_text("\n".join(row["reactant_1"] for row in rows))
    resolved = run / "campaign.resolved.toml"
    before = resolved.read_text()
    resolved.write_text(f'{before}\n[routes]\nstock = "{tmp_path}/stock.smi"\n')
    code, out, err = export(capsys, run, "--format", "routes", "-o", tmp_path / "mine.csv")
    resolved.write_text(before)
    assert (code, out) == (0, f"{tmp_path}/mine.csv\n"), err
    assert ",stock," in (tmp_path / "mine.csv").read_text()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-o", "best.smi", "--format", "routes"), "ends with .smi, but --format says routes.\n  Accepted: .csv."),
        (("-o", "best.xlsx"), "-o best.xlsx: the name ends with .xlsx.\n  Accepted: .csv, .smi, .sdf."),
        (("-o", "best"), "-o best: the name ends with no ending.\n  Accepted: .csv, .smi, .sdf."),
        (("-o", "best.csv", "--format", "sdf"), "ends with .csv, but --format says sdf.\n  Accepted: .sdf."),
    ],
)
def test_a_format_that_cannot_be_honoured_is_refused(capsys, run, tmp_path, monkeypatch, words, expected):
    monkeypatch.chdir(tmp_path)
    code, out, err = export(capsys, run, *words)
    assert (code, out) == (2, "")
    assert expected in err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_the_run_reads_is_never_replaced(capsys, run):
    (run / "inputs").mkdir(exist_ok=True)
    (run / "inputs" / "data.csv").write_text("smiles,value\n")
    code, _, err = export(capsys, run, "-o", run / "inputs" / "data.csv")
    assert code == 2
    assert "belongs to the run" in err
    assert (run / "inputs" / "data.csv").read_text() == "smiles,value\n"


def test_the_format_is_that_of_the_name_whatever_its_case(tmp_path):
    assert _format_of(None, tmp_path / "BEST.SDF") is Format.sdf
    assert _format_of(Format.smi, None) is Format.smi
    with pytest.raises(ConfigError):
        _format_of(Format.csv, tmp_path / "x.smi")

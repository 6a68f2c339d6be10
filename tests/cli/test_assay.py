"""Assay commands, with real files."""

import json
from pathlib import Path

import pytest

from molgfn.cli import main

LAB = Path(__file__).parents[1] / "golden" / "assay" / "lab.csv"


def molgfn(capsys, *words):
    with pytest.raises(SystemExit) as left:
        main(list(map(str, words)))
    captured = capsys.readouterr()
    return left.value.code or 0, captured.out, captured.err


@pytest.fixture
def lab(tmp_path):
    file = tmp_path / "lab.csv"
    file.write_bytes(LAB.read_bytes())
    return file


def test_check_prints_the_report_and_writes_both_tables(capsys, lab):
    code, out, err = molgfn(capsys, "assay", "check", lab)
    assert code == 0, err
    assert "used         30 rows, 27 compounds" in out
    clean, rejected = lab.with_name("lab.clean.csv"), lab.with_name("lab.rejected.csv")
    assert [line.split()[-1] for line in out.splitlines()[-2:]] == [str(clean), str(rejected)]
    for name in ("lab.clean.csv", "lab.rejected.csv"):
        assert lab.with_name(name).read_text() == LAB.with_name(name).read_text()
    assert lab.read_bytes() == LAB.read_bytes()


def test_json_is_for_programs(capsys, lab, tmp_path):
    code, out, _ = molgfn(capsys, "assay", "check", lab, "--json", "-o", tmp_path / "out")
    assert code == 0
    numbers = json.loads(out)
    assert (numbers["rows"], numbers["compounds"], numbers["unit"]) == (33, 27, "pIC50")
    assert (tmp_path / "out" / "lab.clean.csv").exists()


def test_strict_stops_at_the_first_bad_row_but_tells_and_writes_all(capsys, lab):
    code, out, err = molgfn(capsys, "assay", "check", lab, "--strict")
    assert code == 3
    assert "rejected     1 row (3.0 %)" in out
    assert "1 of 33 rows are bad (3.0 %); none is accepted." in err
    assert lab.with_name("lab.rejected.csv").exists()


def test_columns_unit_type_and_commas_are_said_on_the_command_line(capsys, tmp_path):
    file = tmp_path / "lab.csv"
    rows = [f"CCO{'C' * i};{i + 1},5;{'Ki' if i % 2 else 'IC50'}" for i in range(50)]
    file.write_text("drug;result;what\n" + "\n".join(rows))
    said = ("--column", "smiles=drug", "--column", "type=what", "--unit", "uM", "--type", "Ki")
    code, _, err = molgfn(capsys, "assay", "check", file, *said)
    assert code == 3
    assert "Say which: --decimal comma" in err
    code, out, err = molgfn(capsys, "assay", "check", file, *said, "--decimal", "comma")
    assert code == 0, err
    assert "used         25 rows, 25 compounds" in out
    assert "unit         pKi" in out


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (["--column", "smiles"], 2, "--column smiles: not of the form ROLE=NAME."),
        (["--column", "value=IC5O (nM)"], 3, "Did you mean `IC50 (nM)`?"),
        (["--column", "what=IC50 (nM)"], 3, "'what' is not a column that molgfn reads from an assay table."),
    ],
)
def test_wrong_words_are_named(capsys, lab, words, code, expected):
    left, out, err = molgfn(capsys, "assay", "check", lab, *words)
    assert (left, out) == (code, "")
    assert expected in err


def test_a_file_that_is_not_there_ends_with_3(capsys, tmp_path):
    code, _, err = molgfn(capsys, "assay", "check", tmp_path / "none.csv")
    assert code == 3
    assert "none.csv: cannot be read: No such file or directory" in err

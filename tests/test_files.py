"""Files are there whole or not at all."""

import csv
import json
import os
from pathlib import Path

import pytest

from molgfn.errors import ConfigError
from molgfn.files import harmless, refuse_input_as_output, whole_files, whole_folder, write_csv, write_json, write_text


def test_a_table_that_fails_half_way_leaves_the_earlier_one(tmp_path):
    path = tmp_path / "deep" / "table.csv"
    write_csv(path, ("a", "b"), [(1, "=x"), (2, "-")])

    def failing():
        yield 3, "c"
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        write_csv(path, ("a", "b"), failing())
    with path.open(newline="") as handle:
        assert list(csv.reader(handle)) == [["a", "b"], ["1", "'=x"], ["2", "-"]]
    assert [file.name for file in path.parent.iterdir()] == ["table.csv"]


def test_a_folder_that_is_not_there_is_made(tmp_path):
    write_text(tmp_path / "a" / "b" / "c.txt", "text")
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "text"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "new" / "card.json"
    write_json(path, {"n": 1})
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_json(path, {"n": 2})
    assert json.loads(path.read_text()) == {"n": 1}


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    target = tmp_path / "proxy"
    with whole_folder(target) as draft:
        write_text(draft / "weights", "1")
    with pytest.raises(FileNotFoundError), whole_folder(target) as draft:
        write_text(draft / "weights", (draft / "missing").read_text())
    assert (target / "weights").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["proxy"]
    with whole_folder(target) as draft:
        write_text(draft / "other", "3")
    assert [path.name for path in target.iterdir()] == ["other"]


def test_a_table_reads_back_and_runs_no_formula(tmp_path):
    write_csv(
        tmp_path / "t.csv", ["smiles", "value", "note"], [("c1ccccc1", -9.25, '=HYPERLINK("x"),\n'), ("C", 1, "")]
    )
    with (tmp_path / "t.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1:] == [["c1ccccc1", "-9.25", '\'=HYPERLINK("x"),\n'], ["C", "1", ""]]


@pytest.mark.parametrize(
    "cell",
    ["=1", "+cmd", "-1+2", "@x", "\tx", "\n=1", " =1+1", "-9.6 kcal/mol", "+1-202-555", "-", "--", "\uff1d1", "-inf"],
)
def test_formulas_are_disarmed_but_for_a_lone_sign(cell):
    assert harmless(cell) == (cell if cell == "-" else f"'{cell}")


@pytest.mark.parametrize(
    "cell",
    ["-9.6", "+1", "-1e-05", "-.5", "-9,6", "-1.234,5", "-12 %", " -9.6 ", "-5%", "12-3", "[O-]c1ccccc1", "a=b", ""],
)
def test_numbers_and_plain_text_stay_what_they_are(cell):
    assert harmless(cell) == cell


def test_the_header_of_a_table_runs_no_formula(tmp_path):
    write_csv(tmp_path / "t.csv", ['=HYPERLINK("http://x")', "-9.6", "smiles"], [("1", "-9.6", "C")])
    with (tmp_path / "t.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [['\'=HYPERLINK("http://x")', "-9.6", "smiles"], ["1", "-9.6", "C"]]


def test_an_output_that_is_the_input_is_refused_however_it_is_spelled(tmp_path, monkeypatch):
    table = tmp_path / "t.csv"
    table.write_text("smiles\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.csv").symlink_to(table)
    (tmp_path / "hard.csv").hardlink_to(table)
    monkeypatch.chdir(tmp_path)
    for name in ("t.csv", "./t.csv", "folder/../t.csv", "link.csv", "hard.csv"):
        with pytest.raises(ConfigError, match=r"this is the input file .*t\.csv, which would be overwritten"):
            refuse_input_as_output(Path(name), [tmp_path / "other.csv", table])
    refuse_input_as_output(Path("new.csv"), [table])


def test_files_move_into_a_folder_together_and_leave_what_else_is_there(tmp_path):
    folder = tmp_path / "proxy"
    with whole_files(folder) as draft:
        (draft / "weights").write_text("1")
        (draft / "curves").write_text("1")
    (folder / "recipe.toml").write_text("mine")
    with pytest.raises(FileNotFoundError), whole_files(folder, gone=("curves",)) as draft:
        (draft / "weights").write_text((folder / "none").read_text())
    assert {file.name: file.read_text() for file in folder.iterdir()} == {
        "weights": "1", "curves": "1", "recipe.toml": "mine",
    }  # fmt: skip
    with whole_files(folder, gone=("curves", "never there")) as draft:
        (draft / "weights").write_text("3")
    assert {file.name: file.read_text() for file in folder.iterdir()} == {"weights": "3", "recipe.toml": "mine"}


def test_a_folder_that_was_made_in_vain_is_removed(tmp_path):
    with pytest.raises(RuntimeError), whole_files(tmp_path / "new"):
        raise RuntimeError
    assert not (tmp_path / "new").exists()

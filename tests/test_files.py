"""Files are there whole or not at all."""

import csv

import pytest

from molgfn.files import write_csv, write_text


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

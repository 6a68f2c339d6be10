from pathlib import Path

import pytest

from molgfn.errors import DataError
from molgfn.tables import text
from molgfn.tables.text import open_text

LINES = ["smiles,value (µM)", "CCO,5", "CCN,6"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, end: str) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(end.join(LINES).encode(encoding))
    assert list(open_text(file).lines()) == LINES


def test_a_long_line_is_refused_wherever_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_CHUNK", 16)
    monkeypatch.setattr(text, "MAX_LINE", 50)
    file = tmp_path / "table.csv"
    file.write_text("a,b\n" + "x" * 50 + "\n")
    open_text(file)
    for content in ("a,b\n" + "x" * 51, "a,b\n" + "x" * 51 + "\n1,2\n"):
        file.write_text(content)
        with pytest.raises(DataError, match="line 2: longer than 50 characters"):
            open_text(file)


def test_ten_megabytes_on_a_line(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(b"x" * 10_000_000)
    with pytest.raises(DataError, match="line 1: longer than 1,000,000 characters"):
        open_text(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: No such file"):
        open_text(tmp_path / "none.csv")
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        open_text(tmp_path)


def test_bytes_of_no_encoding(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(b"smiles,value\nCCO\x81\x8d,5\n")
    with pytest.raises(DataError, match="bytes that are not text"):
        open_text(file)

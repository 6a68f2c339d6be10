"""Every defect of a file that a lab may send: what the user is told, word for word, and the exit code."""

import re
from pathlib import Path

import pytest

from molgfn.cli import main

GOLDEN = Path(__file__).parents[1] / "golden" / "assay_errors"
CASES = sorted(path for path in GOLDEN.iterdir() if path.suffix != ".txt")


def told(capsys, monkeypatch, folder, name, content, *words):
    """Return exit code and message of `assay check`, as golden files hold them."""
    (folder / name).write_bytes(content)
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as left:
        main(["assay", "check", name, "-o", "out", *words])
    message = re.sub(r"^\d\d:\d\d:\d\d .*\n", "", capsys.readouterr().err, flags=re.MULTILINE)
    return f"exit {left.value.code or 0}\n{message}"


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_every_defect_of_a_file_is_told_in_the_users_words(capsys, monkeypatch, tmp_path, case):
    found = told(capsys, monkeypatch, tmp_path, case.name, case.read_bytes())
    assert found == case.with_suffix(".txt").read_text(encoding="utf-8")


def test_ten_megabytes_on_one_line(capsys, monkeypatch, tmp_path):
    content = b"smiles,IC50 (nM)\n" + b"C" * 10_000_000
    assert told(capsys, monkeypatch, tmp_path, "long.csv", content) == (
        "exit 3\n"
        "long.csv, line 2: longer than 1,000,000 characters, which cannot be a row of a table.\n"
        "  Each compound needs a line of its own.\n"
    )


GOOD = "Cmpd;Smiles;IC50 (µM)\n" + "".join(f"C{i};CCO{'C' * i};{i + 1},5\n" for i in range(25))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_only_looks_unusual_is_read(capsys, monkeypatch, tmp_path, encoding, end):
    content = GOOD.replace("\n", end).encode(encoding)
    assert told(capsys, monkeypatch, tmp_path, "lab.csv", content, "--decimal", "comma") == "exit 0\n"

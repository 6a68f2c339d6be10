from pathlib import Path

import pytest

from molgfn.chem.library.reader import read_smiles
from molgfn.errors import DataError


def test_reads_lines_and_columns(tmp_path: Path) -> None:
    plain = tmp_path / "a.smi"
    plain.write_text("CCO ethanol\n\nc1ccccc1\n")
    assert list(read_smiles(plain)) == [(1, "CCO"), (3, "c1ccccc1")]
    table = tmp_path / "b.csv"
    table.write_text("﻿id,SMILES\n1,CCO\n2,\n3,CC\n")
    assert list(read_smiles(table)) == [(2, "CCO"), (4, "CC")]
    tabs = tmp_path / "c.tsv"
    tabs.write_text("smiles\tid\nCCO\t1\n")
    assert list(read_smiles(tabs)) == [(2, "CCO")]


def test_faults_are_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty.smi"
    empty.write_text("\n")
    binary = tmp_path / "binary.smi"
    binary.write_bytes(b"\xff\xfe\x00")
    columns = tmp_path / "columns.csv"
    columns.write_text("smile,id\nCCO,1\n")
    for path, message in [
        (tmp_path / "none.smi", "no such file"),
        (tmp_path, "a folder"),
        (empty, "an empty file"),
        (binary, "not a text file"),
        (columns, "line 1: no column `smiles`; found smile, id"),
    ]:
        with pytest.raises(DataError, match=message):
            list(read_smiles(path))

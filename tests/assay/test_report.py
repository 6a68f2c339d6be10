"""The report and the tables, as a user finds them."""

import csv
from pathlib import Path

import pytest

from molgfn.assay.report import report, summary, write_tables
from molgfn.assay.table_import import read_assay

GOLDEN = Path(__file__).parents[1] / "golden" / "assay"


def test_the_report_and_the_tables_are_the_golden_ones(tmp_path: Path) -> None:
    file = tmp_path / "lab.csv"
    file.write_bytes((GOLDEN / "lab.csv").read_bytes())
    assay = read_assay(file)
    written = write_tables(assay, tmp_path)
    assert report(assay).replace(f"{tmp_path}/", "") + "\n" == (GOLDEN / "report.txt").read_text(encoding="utf-8")
    for made in (written.clean, written.rejected):
        assert made.read_text(encoding="utf-8") == (GOLDEN / made.name).read_text(encoding="utf-8")


def test_the_clean_table_reads_back_as_the_same_compounds(tmp_path: Path) -> None:
    file = tmp_path / "lab.csv"
    file.write_bytes((GOLDEN / "lab.csv").read_bytes())
    assay = read_assay(file)
    again = read_assay(write_tables(assay, tmp_path).clean)
    assert [(c.smiles, c.relation) for c in again.compounds] == [(c.smiles, c.relation) for c in assay.compounds]
    assert [c.value for c in again.compounds] == pytest.approx([c.value for c in assay.compounds], abs=1e-4)
    assert not again.unused


def test_every_row_left_out_is_in_the_rejected_table(tmp_path: Path) -> None:
    assay = read_assay(GOLDEN / "lab.csv")
    with write_tables(assay, tmp_path).rejected.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [int(row["line"]) for row in rows] == [row.line for row in assay.unused]
    assert all(row["reason"] for row in rows)
    numbers = summary(assay)
    assert numbers["rows"] == numbers["rows_used"] + numbers["rows_rejected"] + numbers["rows_left_out"]

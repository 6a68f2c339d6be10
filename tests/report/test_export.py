import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from molgfn.report.candidates import candidate_table
from molgfn.report.columns import CANDIDATE_COLUMNS, REJECTED_COLUMNS
from molgfn.report.export import explain_columns, export_csv

GOLDEN = Path(__file__).parent / "golden"


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_header_is_the_promised_one(run):
    header = export_csv(run).read_text().splitlines()[0]
    assert header == (GOLDEN / "candidates_header.csv").read_text().strip()


def test_values_come_back_as_they_are_in_the_table(run):
    path = export_csv(run)
    assert path == run / "exports" / "candidates.csv"
    table = candidate_table(run)
    found = pd.read_csv(
        path, keep_default_na=False, na_values={column: [""] for column in table.select_dtypes("number")}
    )
    assert list(found["compound_id"]) == list(table["compound_id"])
    for column in CANDIDATE_COLUMNS:
        if column.type == "number":
            expected = table[column.name].round(column.decimals)
            assert found[column.name].equals(expected), column.name
        else:
            assert list(found[column.name]) == list(table[column.name]), column.name


def test_a_cell_without_a_value_is_empty(run):
    (failed,) = (row for row in rows(export_csv(run)) if row["status"] == "failed")
    assert [failed[name] for name in ("oracle_value", "oracle_unit", "ligand_efficiency", "docked_smiles")] == [""] * 4
    assert failed["pred_mean"] != ""


def test_numbers_are_written_with_few_decimals(run):
    for row in rows(export_csv(run)):
        for column in CANDIDATE_COLUMNS:
            if column.decimals is not None:
                assert len(row[column.name].partition(".")[2]) <= column.decimals, (column.name, row[column.name])


def test_only_the_best_are_written_when_asked(run):
    assert [row["rank"] for row in rows(export_csv(run, top=3))] == ["1", "2", "3"]
    assert rows(export_csv(run, top=0)) == []


def test_every_text_of_the_store_is_made_harmless(run, change):
    change(run, "UPDATE compounds SET compound_id = '=cmd' WHERE compound_id = 'PARP1-000008'")
    change(run, "UPDATE rejected SET reason = '\r@cmd\r\n=2\tno'")
    path = export_csv(run)
    assert "'=cmd" in {row["compound_id"] for row in rows(path)}
    assert {row["reasons"] for row in rows(path.parent / "rejected.csv")} == {"'@cmd =2 no"}


def test_numbers_below_zero_and_structures_stay_what_they_are(run):
    for row in rows(export_csv(run)):
        assert float(row["pred_mean"]) < 0
        assert not row["smiles"].startswith("'")


def test_columns_are_explained(run):
    path = export_csv(run)
    explained = json.loads((path.parent / "columns.json").read_text(encoding="utf-8"))
    for file, columns in explained.items():
        header = (path.parent / file).read_text().splitlines()[0].split(",")
        assert [column["name"] for column in columns] == header
        assert all(column["meaning"] and column["type"] in ("text", "integer", "number") for column in columns)
    assert explain_columns() == explained
    assert set(explained) == {"candidates.csv", "rejected.csv"}
    assert len(CANDIDATE_COLUMNS) + len(REJECTED_COLUMNS) == sum(map(len, explained.values()))


def test_a_run_without_proposals_is_exported_as_headers(make_run):
    path = export_csv(make_run(rounds=0))
    assert path.read_text().count("\n") == 1
    assert (path.parent / "rejected.csv").read_text() == "round,smiles,reasons\n"


def test_an_export_that_breaks_leaves_the_old_files_whole(run, change, monkeypatch):
    path = export_csv(run)
    before = {file.name: file.read_text() for file in path.parent.iterdir()}
    change(run, "UPDATE compounds SET status = 'abandoned'")

    def broken(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="no space"):
        export_csv(run)
    assert {name: (path.parent / name).read_text() for name in before} == before

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from rdkit import Chem

from molgfn.errors import ConfigError
from molgfn.report.candidates import candidate_table
from molgfn.report.columns import CANDIDATE_COLUMNS
from molgfn.report.export import explain_columns, export_candidates, export_run

GOLDEN = Path(__file__).parent / "golden"


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_header_is_the_promised_one(run):
    header = export_run(run).read_text().splitlines()[0]
    assert header == (GOLDEN / "candidates_header.csv").read_text().strip()


def test_values_come_back_as_they_are_in_the_table(run):
    path = export_run(run)
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
        elif column.type == "integer":
            assert found[column.name].astype("Int64").equals(table[column.name]), column.name
        else:
            assert list(found[column.name]) == list(table[column.name]), column.name


def test_a_cell_without_a_value_is_empty(run):
    (failed,) = (row for row in rows(export_run(run)) if row["status"] == "failed")
    assert [failed[name] for name in ("oracle_value", "oracle_unit", "ligand_efficiency", "docked_smiles")] == [""] * 4
    assert failed["pred_mean"] != ""


def test_numbers_are_written_with_few_decimals(run):
    for row in rows(export_run(run)):
        for column in CANDIDATE_COLUMNS:
            if column.decimals is not None:
                assert len(row[column.name].partition(".")[2]) <= column.decimals, (column.name, row[column.name])


def everything_below(run):
    return {path.relative_to(run): path.read_bytes() for path in run.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", ["csv", "smi", "sdf"])
def test_the_best_alone_are_written_beside_the_whole_tables_and_not_over_them(run, kind):
    export_run(run)
    before = everything_below(run)
    path = export_candidates(run, kind, top=3)
    assert path == run / "exports" / f"candidates_top_3.{kind}"
    assert everything_below(run) == before | {path.relative_to(run): path.read_bytes()}


def test_the_best_are_the_first_of_the_table(run):
    best = rows(export_candidates(run, "csv", top=3))
    assert best == rows(export_run(run))[:3]


def test_a_smiles_file_has_every_structure_with_its_id(run):
    table = candidate_table(run)
    path = export_candidates(run, "smi")
    assert path == run / "exports" / "candidates.smi"
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    assert lines == table[["smiles", "compound_id"]].to_numpy().tolist()


def test_an_sd_file_has_the_structure_and_the_columns_of_each_candidate(run, tmp_path):
    path = export_candidates(run, "sdf", tmp_path / "new" / "best.sdf", top=10)
    assert path == tmp_path / "new" / "best.sdf"
    expected = rows(export_run(run))[:10]
    records = list(Chem.SDMolSupplier(str(path)))
    assert [mol.GetProp("_Name") for mol in records] == [row["compound_id"] for row in expected]
    for mol, row in zip(records, expected, strict=True):
        assert Chem.MolToSmiles(mol) == row["smiles"]
        assert not mol.GetConformer().Is3D()
        assert len({tuple(point) for point in mol.GetConformer().GetPositions()}) == mol.GetNumAtoms()
        assert mol.GetPropsAsDict(autoConvertStrings=False) == {name: cell for name, cell in row.items() if cell}


def test_a_structure_that_cannot_be_drawn_keeps_its_record(run, change):
    change(run, "UPDATE compounds SET smiles = 'c1cc' WHERE compound_id = 'PARP1-000001'")
    text = export_candidates(run, "sdf").read_text()
    assert text.count("$$$$") == len(candidate_table(run))
    assert "\nc1cc\n" in text


@pytest.mark.parametrize(
    "name",
    ["campaign.sqlite", "inputs/new.csv", "exports/candidates.csv", "exports/../exports/columns.json", "exports"],
)
def test_nothing_of_the_run_is_replaced(run, name, tmp_path, monkeypatch):
    export_run(run)
    before = everything_below(run)
    (tmp_path / "link").symlink_to(run)
    monkeypatch.chdir(run)
    for out in (run / name, Path(name), tmp_path / "link" / name):
        with pytest.raises(ConfigError, match="-o "):
            export_candidates(run, "csv", out)
    assert everything_below(run) == before


def test_another_name_among_the_exports_is_fine(run):
    assert rows(export_candidates(run, "csv", run / "exports" / "mine.csv", top=1))


def test_every_text_of_the_store_is_made_harmless(run, change):
    change(run, "UPDATE compounds SET compound_id = '=cmd' WHERE compound_id = 'PARP1-000008'")
    change(run, "UPDATE rejected SET reason = '\r@cmd\r\n=2\tno'")
    path = export_run(run)
    assert "'=cmd" in {row["compound_id"] for row in rows(path)}
    assert {row["reasons"] for row in rows(path.parent / "rejected.csv")} == {"'@cmd =2 no"}


def test_numbers_below_zero_and_structures_stay_what_they_are(run):
    for row in rows(export_run(run)):
        assert float(row["pred_mean"]) < 0
        assert not row["smiles"].startswith("'")


def test_columns_are_explained(run):
    path = export_run(run)
    export_candidates(run, "routes")
    explained = json.loads((path.parent / "columns.json").read_text(encoding="utf-8"))
    for file, columns in explained.items():
        header = (path.parent / file).read_text().splitlines()[0].split(",")
        assert [column["name"] for column in columns] == header
        assert all(column["meaning"] and column["type"] in ("text", "integer", "number") for column in columns)
    assert explain_columns() == explained
    assert set(explained) == {"candidates.csv", "rejected.csv", "routes.csv"}


def test_a_run_without_proposals_is_exported_as_headers(make_run):
    path = export_run(make_run(rounds=0))
    assert path.read_text().count("\n") == 1
    assert (path.parent / "rejected.csv").read_text() == "round,smiles,reasons\n"


def test_an_export_that_breaks_leaves_the_old_files_whole(run, change, monkeypatch):
    path = export_run(run)
    before = {file.name: file.read_text() for file in path.parent.iterdir()}
    change(run, "UPDATE compounds SET status = 'abandoned'")

    def broken(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="no space"):
        export_run(run)
    assert {name: (path.parent / name).read_text() for name in before} == before

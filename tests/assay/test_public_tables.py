"""Small tables after the shapes of public exports and spreadsheets, each with the value that must be read."""

import json
from pathlib import Path

import pytest

from molgfn.assay.registered import RegisteredCompounds
from molgfn.assay.report import report, summary
from molgfn.assay.table_import import Assay, ReadingOptions, read_assay
from molgfn.errors import DataError

RINGS = ("c1ccc({})cc1", "c1cc({})ccn1", "c1cc({})c[nH]1", "c1csc({})c1")
MOLECULES = [ring.format(tail) for ring in RINGS for tail in ("CNC", "OCC", "C(=O)NC", "CCO", "CC#N", "NC(C)C")]


def read(tmp_path: Path, header: str, rows: list[str], options: ReadingOptions | None = None) -> Assay:
    path = tmp_path / "table.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return read_assay(path, options)


def values(assay: Assay) -> list[tuple[str, float]]:
    return [(compound.relation, round(compound.value, 3)) for compound in assay.compounds]


@pytest.mark.parametrize(
    ("header", "row", "options", "read_as"),
    [
        # ChEMBL's relation is that of the concentration.
        ("smiles,Standard Relation,pChEMBL Value", "CCO,>,5.0", {}, ("<", 5.0)),
        ("smiles,Standard Relation,pChEMBL Value", "CCO,'<',5.0", {}, (">", 5.0)),
        ("smiles,Standard Relation,pChEMBL Value", "CCO,~,5.0", {}, ("=", 5.0)),
        ("smiles,relation,pIC50", "CCO,>,5.0", {}, (">", 5.0)),
        ("smiles,relation,IC50,pIC50", "CCO,>,10000,5.0", {"columns": {"value": "pIC50"}}, ("<", 5.0)),
        ("smiles,unit,value", "CCO,uM,5 µM", {"endpoint": "IC50"}, ("=", 5.301)),
        ("smiles,IC50 (uM)", "CCO,5 umol/L", {}, ("=", 5.301)),
        ("smiles,IC50 (µM)", "CCO,> 10", {}, ("<", 5.0)),
        ("smiles,IC50 mean (µM)", "CCO,10", {"columns": {"value": "IC50 mean (µM)"}}, ("=", 5.0)),
        ("smiles,IC50 [nM]", "CCO,10000", {}, ("=", 5.0)),
        ("smiles,IC50_NM", "CCO,10000", {}, ("=", 5.0)),
        ("smiles,IC50 (target A)", "CCO,10000", {"unit": "nM"}, ("=", 5.0)),
        ("smiles,pIC50 [-]", "CCO,5", {}, ("=", 5.0)),
        ("smiles,IC50_PREFIX,IC50_UM", "CCO,>,10", {}, ("<", 5.0)),
        ("smiles,IC50 operator,Ki operator,IC50 (nM)", "CCO,>,=,10000", {}, ("<", 5.0)),
    ],
)
def test_one_row(tmp_path: Path, header: str, row: str, options: dict[str, object], read_as: tuple[str, float]) -> None:
    assay = read(tmp_path, header, [row], ReadingOptions(**options))  # type: ignore[arg-type]
    assert values(assay) == [read_as]


@pytest.mark.parametrize(
    ("header", "row", "options", "words"),
    [
        ("smiles,pIC50,unit", "CCO,5,kcal/mol", {}, "unit 'kcal/mol' beside a type that is a logarithm"),
        ("smiles,pIC50", "CCO,5", {"unit": "kcal/mol"}, "beside a type that is a logarithm"),
        ("smiles,IC50 (ug/mL)", "CCO,5", {}, "unknown unit"),
        ("smiles,value,unit", "CCO,5 nM,uM", {}, "unit 'nM' in the cell and 'uM' beside it"),
        ("smiles,relation,pChEMBL Value", "CCO,maybe,5", {}, "relation 'maybe' is none of"),
    ],
)
def test_one_row_that_cannot_be_used(
    tmp_path: Path, header: str, row: str, options: dict[str, str], words: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, header, [row], ReadingOptions(**options))  # type: ignore[arg-type]
    assert words in str(caught.value.hint)


def test_relations_that_nobody_reads_are_asked_for(tmp_path: Path) -> None:
    rows = [f"{smiles},{mark},10000" for smiles, mark in zip(MOLECULES, ">=<~" * 6, strict=True)]
    with pytest.raises(DataError, match="column 'Mod' holds relations") as caught:
        read(tmp_path, "smiles,Mod,IC50 (nM)", rows)
    assert "--column relation='Mod'" in str(caught.value.hint)
    read(tmp_path, "smiles,Mod,IC50 (nM)", rows, ReadingOptions({"relation": "Mod"}))


def test_approximate_values_and_spreads_are_counted(tmp_path: Path) -> None:
    assay = read(tmp_path, "smiles,relation,IC50 (nM)", ["CCO,~,10", "CCN,=,~20", "CCC,=,3.8 ± 0.4", "CCS,,5"])
    assert summary(assay)["notes"] == {
        "approximate value (~), read as the value itself": 2,
        "spread behind the value (±) is not used": 1,
    }
    assert "approximate value (~), read as the value itself: 2 (lines 2, 3)" in report(assay)
    assert "spread behind the value (±) is not used: 1 (line 4)" in report(assay)


def test_the_standard_columns_of_the_chembl_api_come_first(tmp_path: Path) -> None:
    header = "canonical_smiles,molecule_chembl_id,relation,standard_relation,standard_type,standard_units,"
    header += "standard_value,type,units,value"
    assay = read(tmp_path, header, ["CCO,MOL1,=,>,IC50,nM,10000,Ki,ug.mL-1,0.02"])
    assert values(assay) == [("<", 5.0)]
    assert assay.quantity.unit == "pIC50"
    chosen = read(tmp_path, header, ["CCO,MOL1,=,>,IC50,nM,10000,Ki,uM,0.1"], ReadingOptions({"value": "value"}))
    assert values(chosen) == [("=", 7.0)]
    assert chosen.quantity.unit == "pKi"


def test_rows_that_a_join_repeats_are_one_reading(tmp_path: Path) -> None:
    rows = [f"J0,CCO,100,plate {n}" for n in range(5)] + ["J0,CCO,1000,plate 1"]
    assay = read(tmp_path, "name,smiles,IC50 (nM),plate", rows)
    assert [(compound.n, compound.value) for compound in assay.compounds] == [(2, 6.5)]
    assert [(row.line, row.reason, row.is_bad) for row in assay.unused] == [
        (line, "repeated row", False) for line in (3, 4, 5, 6)
    ]
    dated = read(tmp_path, "name,smiles,IC50 (nM),date", ["J0,CCO,100,2024-01-01", "J0,CCO,100,2024-02-01"])
    assert dated.compounds[0].n == 2


def test_units_of_another_column_are_not_those_of_a_p_column(tmp_path: Path) -> None:
    options = ReadingOptions({"value": "pIC50"}, unit="pIC50")
    assay = read(tmp_path, "id,IC50,units,type,smiles,pIC50", ["A0,10000,nM,IC50,CCO,5.1"], options)
    assert values(assay) == [("=", 5.1)]


def test_a_pubchem_export_is_read(tmp_path: Path) -> None:
    header = "PUBCHEM_RESULT_TAG,PUBCHEM_SID,PUBCHEM_EXT_DATASOURCE_SMILES,PubChem Standard Value"
    rows = ["RESULT_TYPE,,,FLOAT", "RESULT_DESCR,,,Standard value", "RESULT_UNIT,,,MICROMOLAR", "1,9000,CCO,10"]
    assay = read(tmp_path, header, rows)
    assert values(assay) == [("=", 5.0)]
    assert not assay.bad
    assert summary(assay)["left_out"] == {"description of the columns": 3}


def test_the_structures_of_bindingdb_are_read(tmp_path: Path) -> None:
    assay = read(tmp_path, "BindingDB MonomerID,Ligand SMILES,Ki (nM)", ["50,CCO,>10000"])
    assert (assay.compounds[0].ids, values(assay)) == (("50",), [("<", 5.0)])


@pytest.mark.parametrize("empty", ["N/A", "-", "", "n.a.", "none", "?"])
def test_empty_ids_are_no_compound(tmp_path: Path, empty: str) -> None:
    assay = read(tmp_path, "id,smiles,IC50 (nM)", [f"{empty},CCO,10", f"{empty},CCN,20"])
    assert [compound.ids for compound in assay.compounds] == [(), ()]


def test_one_endpoint_is_suggested_where_kinds_mix(tmp_path: Path) -> None:
    rows = ["CCO,IC50,10,nM", "CCN,IC50,20,nM", "CCC,Ki,30,nM", "CCF,deltaG,-9,kcal/mol"]
    with pytest.raises(DataError, match="values of 3 kinds") as caught:
        read(tmp_path, "smiles,type,value,unit", rows)
    assert caught.value.hint == "Choose one: --type IC50."


def test_flagged_rows_are_told_and_can_be_left_out(tmp_path: Path) -> None:
    header = "smiles,Standard Type,Standard Value,Standard Units,Data Validity Comment,Potential Duplicate"
    rows = ["CCO,IC50,10,nM,Outside typical range,0", "CCN,IC50,20,nM,,1", "CCC,IC50,30,nM,Manually validated,0"]
    assay = read(tmp_path, header, rows)
    assert summary(assay)["notes"] == {"data validity comment: Outside typical range": 1, "potential duplicate": 1}
    assert len(assay.compounds) == 3
    strict = read(tmp_path, header, rows, ReadingOptions(exclude_flagged=True))
    assert [compound.smiles for compound in strict.compounds] == ["CCC"]
    assert [(row.line, row.reason, row.is_bad) for row in strict.unused] == [
        (2, "flagged by a curator", False),
        (3, "flagged by a curator", False),
    ]


def test_ids_of_the_run_are_found_in_other_case_and_with_a_batch_suffix(tmp_path: Path) -> None:
    registered = RegisteredCompounds({"parp1-000007": "CCO", "parp1-000008": "CCN", "parp1-000009": "CCC"})
    rows = ["PARP1-000007,5", "parp1-000008-01,6", "parp1-000009_B2,7", "parp1-000010,8"]
    assay = read(tmp_path, "id,pIC50", rows, ReadingOptions(registered=registered))
    assert [(compound.ids, compound.smiles) for compound in assay.compounds] == [
        (("parp1-000007",), "CCO"),
        (("parp1-000008",), "CCN"),
        (("parp1-000009",), "CCC"),
    ]
    assert [row.line for row in assay.bad] == [5]
    assert summary(assay)["notes"] == {"id of the run in another spelling, or with a batch suffix": 3}


def test_stereoisomers_are_merged_or_kept(tmp_path: Path) -> None:
    rows = ["a,C[C@H](N)CO,8", "b,C[C@@H](N)CO,5", "c,CC(N)CO,6", "d,CCO,7"]
    merged = read(tmp_path, "id,smiles,pIC50", rows)
    assert [(compound.smiles, compound.n) for compound in merged.compounds] == [("CC(N)CO", 3), ("CCO", 1)]
    numbers = summary(merged)
    assert (numbers["stereo"], numbers["merged_stereoisomers"], numbers["contradictory_stereoisomers"]) == (
        "merge", 1, 1,
    )  # fmt: skip
    assert "stereoisomers merged: 1 compound, contradictory by more than 1 log unit: 1; --stereo keep" in report(merged)
    kept = read(tmp_path, "id,smiles,pIC50", rows, ReadingOptions(stereo="keep"))
    assert [(compound.smiles, compound.value) for compound in kept.compounds] == [
        ("C[C@H](N)CO", 8.0),
        ("C[C@@H](N)CO", 5.0),
        ("CC(N)CO", 6.0),
        ("CCO", 7.0),
    ]
    assert json.loads(json.dumps(summary(kept)))["stereo"] == "keep"
    assert "Stereoisomers are compounds of their own" in report(kept)

"""Every row of a table is used or listed, and a failure is never a number."""

from pathlib import Path

import numpy as np
import pytest

from molgfn.errors import DataError
from molgfn.proxy.data.training_data import BadRow, merge, read_table, update


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "data.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_every_row_is_accounted_for(table, smiles):
    data = read_table(table, "score")
    n = len(smiles)
    assert (len(data), data.n_rows, data.n_not_completed, data.n_merged) == (n, n + 5, 2, 1)
    assert data.bad_rows == (
        BadRow(n + 5, "not a valid SMILES: 'c1cc'"),
        BadRow(n + 6, "column 'score': found 'n.d.', which is not a number"),
    )


def test_only_completed_rows_carry_a_value(tmp_path):
    text = "smiles,status,score\nCC,completed,-5\nCCC,failed,0\nCCCC,pending,\nCCCCC,,-4\n"
    assert read_table(written(tmp_path, text), "score").smiles == ("CC",)


def test_a_table_without_status_is_all_measured(tmp_path):
    data = read_table(written(tmp_path, "smiles,pIC50\r\nCC,5.5\r\nCCC,6\r\n", "utf-8-sig"), "pIC50")
    assert (data.smiles, data.values.tolist()) == (("CC", "CCC"), [5.5, 6.0])


@pytest.mark.parametrize("value", ["", "nan", "inf", "1,5", "-"])
def test_what_is_no_number_is_listed(tmp_path, value):
    data = read_table(written(tmp_path, f'smiles,score\nCC,-5\nCCC,"{value}"\n'), "score")
    assert [row.line for row in data.bad_rows] == [3]
    assert len(data) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "data.csv: empty file\n  Expected a table whose first line names the columns."),
        ("smiles,score\n", "data.csv: no usable row among 0"),
        (
            "smiles,scores\nC,1\n",
            "data.csv, line 1: no column 'score'. Found: smiles, scores.\n  Did you mean `scores`?",
        ),
        (
            "smiles,score\nc1cc,1\nCC,n.d.\n",
            "data.csv: no usable row among 2\n  line 2: not a valid SMILES: 'c1cc'\n"
            "  line 3: column 'score': found 'n.d.', which is not a number",
        ),
    ],
)
def test_messages(tmp_path, text, message):
    path = written(tmp_path, text)
    with pytest.raises(DataError) as caught:
        read_table(path, "score")
    assert str(caught.value) == f"{path.parent}/{message}"


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        read_table(tmp_path / "none.csv", "score")
    with pytest.raises(DataError, match="an Excel workbook"):
        read_table(written(tmp_path, "PK\x03\x04 and more"), "score")


def test_a_stray_quote_costs_one_row_and_is_listed(tmp_path):
    rows = ["C,1,ok", 'CC,2,"5 mg left', "CCC,3,ok", "CCCC,4,ok"]
    data = read_table(written(tmp_path, "smiles,score,note\n" + "\n".join(rows) + "\n"), "score")
    assert (data.smiles, data.n_rows) == (("C", "CCC", "CCCC"), 4)
    assert data.bad_rows == (BadRow(3, "a quote that is not closed"),)


def test_a_cell_that_is_too_long_is_listed_with_its_column_and_the_limit(tmp_path):
    long = "x" * 200_000
    data = read_table(written(tmp_path, f"smiles,score,note\nC,1,ok\nCC,2,{long}\n"), "score")
    found = "column 3 (note): a cell of more than 131,072 characters, which is the limit"
    assert data.bad_rows == (BadRow(3, found),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_other_separators_encodings_and_names_of_the_structure_are_read(tmp_path, encoding):
    text = "Canonical_SMILES;score;note\nCC;-5;5 µM\nCCC;-6;\n"
    data = read_table(written(tmp_path, text, encoding), "score")
    assert (data.smiles, data.values.tolist()) == (("CC", "CCC"), [-5.0, -6.0])


def test_equal_molecules_are_averaged_whatever_their_spelling():
    data = merge(["OCC", "CCN", "C(C)O", "CC[NH3+].[Cl-]", "CCO"], [1.0, 4.0, 2.0, 6.0, 6.0])
    assert (data.smiles, data.values.tolist(), data.n_merged) == (("CCN", "CCO"), [5.0, 3.0], 3)


def test_the_digest_is_of_molecules_and_values_not_of_their_order():
    first = merge(["CCO", "CCN"], [1.0, 2.0]).sha256()
    assert merge(["NCC", "OCC"], [2.0, 1.0]).sha256() == first
    assert merge(["NCC", "OCC"], [1.0, 2.0]).sha256() != first


def test_merging_refuses_what_is_unusable():
    with pytest.raises(DataError, match="2 molecules but 1 values"):
        merge(["C", "CC"], [1.0])
    with pytest.raises(DataError, match=r"molecule 1 \(counted from 0\), 'CC': value nan"):
        merge(["C", "CC"], np.array([1.0, np.nan]))
    with pytest.raises(DataError, match=r"molecule 0 \(counted from 0\), 'c1cc'"):
        merge(["c1cc"], [1.0])


def test_bounds_are_merged_to_the_tightest_and_give_way_to_what_was_measured():
    smiles = ["CCO", "OCC", "CCN", "NCC", "CCC", "CCC", "CCCC"]
    merged = merge(smiles, [5.0, 4.0, 6.0, 3.0, 7.0, 8.0, 1.0], [-1, -1, 0, -1, 1, 1, 0], [1, 1, 3, 1, 1, 1, 2])
    assert merged.smiles == ("CCC", "CCCC", "CCN", "CCO")
    assert merged.values.tolist() == [8.0, 1.0, 6.0, 4.0]
    assert merged.sides.tolist() == [1, 0, 0, -1]
    assert merged.counts.tolist() == [1, 2, 3, 1]


def test_means_go_by_the_number_of_measurements():
    merged = merge(["CCO", "OCC"], [1.0, 4.0], counts=[2, 1])
    assert (merged.values.tolist(), merged.counts.tolist()) == ([2.0], [3.0])


def test_bounds_from_both_sides_are_refused():
    with pytest.raises(DataError, match="CCO: bounds from both sides, and nothing measured"):
        merge(["CCO", "OCC"], [1.0, 4.0], [1, -1])


def test_bounds_change_the_digest_and_measured_values_keep_theirs():
    measured, bound = merge(["CCO"], [1.0]), merge(["CCO"], [1.0], [1])
    assert measured.sha256() == merge(["OCC"], [1.0], [0]).sha256() != bound.sha256()


R, S = "C[C@@H](N)CO", "C[C@H](N)CO"


def test_stereoisomers_are_one_molecule_with_their_mean_or_two():
    merged, kept = merge([R, S], [8.0, 5.0]), merge([R, S], [8.0, 5.0], stereo="keep")
    assert (merged.smiles, merged.values.tolist(), merged.stereo) == (("CC(N)CO",), [6.5], "merge")
    assert dict(zip(kept.smiles, kept.values.tolist(), strict=True)) == {R: 8.0, S: 5.0}
    assert kept.stereo == kept.take(np.array([0])).stereo == "keep"


def test_a_table_is_read_with_or_without_configuration(tmp_path):
    path = written(tmp_path, f"smiles,pIC50\n{R},8\n{S},5\nC/C=C/Cl,6\nC/C=C\\Cl,7\n")
    assert read_table(path, "pIC50").values.tolist() == [6.5, 6.5]
    assert len(read_table(path, "pIC50", stereo="keep")) == 4


def test_a_new_value_renews_its_stereoisomer_alone_where_they_are_kept():
    earlier, new = merge([R, S], [8.0, 5.0], stereo="keep"), merge([R], [7.0], stereo="keep")
    both = update(earlier, new)
    assert dict(zip(both.smiles, both.values.tolist(), strict=True)) == {R: 7.0, S: 5.0}
    assert both.stereo == "keep"

"""Every form in which molecules come is read, or refused with what was found."""

import pytest

from molgfn.errors import DataError
from molgfn.tables.molecules import open_molecules


def read(tmp_path, name, text, column="", encoding="utf-8"):
    path = tmp_path / name
    path.write_text(text, encoding=encoding)
    file = open_molecules(path, column)
    return file.header, [(row.line, row.cells[0 if row.fault else file.column], row.fault) for row in file.rows()]


@pytest.mark.parametrize(
    ("name", "text", "header", "lines"),
    [
        ("names.txt", "ID\tSMILES\nA0\tCCO\n", ("ID", "SMILES"), [2]),
        ("t.csv", "id;Canonical_SMILES;MW\na;CCO;250,1\n", ("id", "Canonical_SMILES", "MW"), [2]),
        ("t.smi", "SMILES,id\nCCO,1\n", ("SMILES", "id"), [2]),
        ("t.csv", "sep=;\nID;Smiles\n1;CCO\n", ("ID", "Smiles"), [3]),
        ("one.csv", "smiles\nCCO\n", ("smiles",), [2]),
        ("comma.smi", "CCO,A0\n", ("smiles", "name"), [1]),
        ("semicolon.txt", "CCO;A0\n", ("smiles", "name"), [1]),
        ("tab.smi", "CCO\tA0\n", ("smiles", "name"), [1]),
        ("blank.smi", "\nCCO ethanol 96 %\n", ("smiles", "name"), [2]),
        ("bare.csv", "CCO\n", ("smiles", "name"), [1]),
        ("quoted.csv", '"CCO","A0"\n', ("smiles", "name"), [1]),
        ("spaced.smi", "SMILES Name\nCCO A0\n", ("SMILES", "Name"), [2]),
    ],
)
def test_tables_and_lists_are_told_apart_by_what_they_hold(tmp_path, name, text, header, lines):
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert read(tmp_path, name, text, encoding=encoding) == (header, [(line, "CCO", "") for line in lines])


def test_names_stay_with_their_molecules(tmp_path):
    (tmp_path / "l.smi").write_text("CCO ethanol 96 %\nCCN,A1\nC |x,y|\nCC\n")
    rows = open_molecules(tmp_path / "l.smi").rows()
    assert [row.cells for row in rows] == [("CCO", "ethanol 96 %"), ("CCN", "A1"), ("C", "|x,y|"), ("CC", "")]


def test_a_list_keeps_lines_that_are_no_smiles(tmp_path):
    assert read(tmp_path, "l.smi", "what? first\nCCO\n")[1] == [(1, "what?", ""), (2, "CCO", "")]
    assert read(tmp_path, "l.txt", "Compounds\nCCO\n")[1] == [(1, "Compounds", ""), (2, "CCO", "")]


def test_a_row_of_the_wrong_form_is_yielded_with_its_fault(tmp_path):
    text = 'id,smiles,note\na,CCO,"5 mg left\nb,CCN,\nc,CC,x,y\n'
    assert [(line, fault) for line, _, fault in read(tmp_path, "t.csv", text)[1]] == [
        (2, "a quote that is not closed"),
        (3, ""),
        (4, "4 cells, but the header has 3"),
    ]


def test_a_named_column_is_found_whatever_its_capitals(tmp_path):
    text = "drug,Parent SMILES,smiles\n1,CCO,C\n"
    assert read(tmp_path, "t.csv", text)[1][0][1] == "C"
    for column in ("Parent SMILES", "parent_smiles"):
        assert read(tmp_path, "t.csv", text, column)[1][0][1] == "CCO"
    assert read(tmp_path, "l.smi", "drug name\nCCO a\n", "Drug")[1] == [(2, "CCO", "")]


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        (
            "drug,id\nCCO,1\n",
            "",
            r"no column has a name that means structures\. Found: drug, id\.\n  Name the column",
        ),
        ("No,code\n1,CCO\n", "", r"Found: No, code\."),
        ("drug,id\nCCO,1\n", "drugs", r"no column 'drugs'\. Found: drug, id\.\n  Did you mean `drug`"),
        ("CCO,1\n", "SMILES", r"no column 'SMILES'\. Found: CCO, 1\."),
        ("a b,A-B\nC,CC\n", "A B", r"no column 'A B'"),
        ("ID SMILES\nA0 CCO\n", "", r"line 1: the columns are separated by blanks, and the first one"),
        ("A0 CCO\n", "", r"no column has a name that means structures"),
        ("\n", "", "empty file"),
    ],
)
def test_what_cannot_be_read_says_what_was_found(tmp_path, text, column, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, "t.txt", text, column)

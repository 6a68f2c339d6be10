from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from molgfn.errors import DataError
from molgfn.tables.table import DELIMITERS, Row, Table
from molgfn.tables.text import open_text


def table(tmp_path: Path, text: str) -> Table:
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8", newline="")
    return Table.of(open_text(file))


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = 'smiles,name,value\nCCO,"a, b",5\nCCN,c,6\n'.replace(",", delimiter)
    found = table(tmp_path, text)
    assert found.delimiter == delimiter
    assert [row.cells[0] for row in found.rows([0])] == ["CCO", "CCN"]


def test_lines_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    found = table(tmp_path, "\n\na,b\n1,2\n\n,\n3,4\n")
    assert found.header_line == 3
    assert list(found.rows([0])) == [Row(4, ("1", "2")), Row(7, ("3", "4"))]


def test_a_quoted_cell_may_go_over_lines_unless_it_is_read(tmp_path: Path) -> None:
    found = table(tmp_path, 'a,b\n1,"x\ny"\n3,4\n')
    assert list(found.rows([0])) == [Row(2, ("1", "x\ny")), Row(4, ("3", "4"))]
    assert [row.line for row in found.rows([0, 1]) if row.fault] == [2, 3]


def test_an_open_quote_costs_one_row(tmp_path: Path) -> None:
    found = table(tmp_path, 'a,b\n1,"2\n3,4\n5,"6\n7,8\n')
    faults = {row.line: row.fault for row in found.rows([0])}
    assert faults == {2: "a quote that is not closed", 3: "", 4: "a quote that is not closed", 5: ""}


def test_rows_of_another_width_are_named(tmp_path: Path) -> None:
    found = table(tmp_path, "a,b\n1,2,3\n4\n5,6\n")
    assert [row.fault for row in found.rows([0])] == [
        "3 cells, but the header has 2",
        "1 cells, but the header has 2",
        "",
    ]


LONG = "x" * 200_000


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"CCO,{LONG},5", "column 2 (note)"),
        (f'CCO,"{LONG}",5', "column 2 (note)"),
        (f"{LONG},note,5", "column 1 (smiles)"),
        (f"CCO,{'y' * 100_000},{LONG}", "column 3 (value)"),
        (f"CCO,note,5,{LONG}", "column 4"),
    ],
)
def test_a_cell_that_is_too_long_costs_its_row_and_is_named(tmp_path: Path, row: str, column: str) -> None:
    found = table(tmp_path, f"smiles,note,value\nCCN,a,6\n{row}\nCCC,b,7\n")
    faults = {line.line: line.fault for line in found.rows([0])}
    assert faults == {2: "", 3: f"{column}: a cell of more than 131,072 characters, which is the limit", 4: ""}
    assert [len(line.cells[0]) for line in found.rows([0])] == [3, 1003, 3]


def test_a_column_name_that_is_too_long_is_named(tmp_path: Path) -> None:
    expected = r"table\.csv, line 1, column 2: more than 131,072 characters, which is the limit of a cell"
    with pytest.raises(DataError, match=expected):
        table(tmp_path, f"smiles,{LONG}\nCCO,5\n")


cells = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters='",;'), min_size=1, max_size=5)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=30))
def test_every_row_comes_back_with_its_line(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    text = "a,b\n" + "".join(f"{one},{other}\n" for one, other in rows)
    found = table(tmp_path_factory.mktemp("rows"), text)
    assert [(row.line, row.cells) for row in found.rows([0, 1])] == list(enumerate(rows, 2))


def test_empty_cells_beyond_the_header_are_no_fault(tmp_path: Path) -> None:
    found = table(tmp_path, "a,b\n1,2,,\n3,4, \n5,6,x\n7\n")
    assert [row.cells for row in found.rows([0]) if not row.fault] == [("1", "2"), ("3", "4")]
    assert [row.line for row in found.rows([0]) if row.fault] == [4, 5]


@pytest.mark.parametrize("said", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;"])
def test_the_separator_that_excel_writes_above_the_header_is_heard(tmp_path: Path, said: str) -> None:
    found = table(tmp_path, f"{said}\na;b,c\n1;2\n")
    assert (found.delimiter, found.header, found.header_line) == (";", ("a", "b,c"), 2)


def test_text_that_excel_guards_by_a_formula_is_that_text(tmp_path: Path) -> None:
    written = table(tmp_path, '"=""id""",smiles\n"=""A0""","=""CCO"""\n="A1",="CCN"\n=1+1,CCC\n')
    assert written.header == ("id", "smiles")
    assert [row.cells for row in written.rows([0, 1])] == [("A0", "CCO"), ("A1", "CCN"), ("=1+1", "CCC")]

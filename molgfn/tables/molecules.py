"""Files of molecules: tables with a column of SMILES, and lists with one SMILES a line; any encoding and separator."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from molgfn.errors import DataError, did_you_mean
from molgfn.tables.names import fold_name, structure_column
from molgfn.tables.table import DELIMITERS, Row, Table
from molgfn.tables.text import TextFile, open_text

_ATOM = r"\[[^\[\]\s]+\]|Br|Cl|[BCNOPSFI]|[bcnops]|\*"
_LIKE_SMILES = re.compile(rf"(?=.*({_ATOM}))(?:{_ATOM}|[-=#$:/\\().+%0-9~])+")
"""Text that may be a SMILES. Few words may be: `No` and `CON` are among them."""
_LIST_SEPARATOR = re.compile(r"[\s,;]+")
"""Between the SMILES of a list and the name after it: no SMILES holds any of these."""
_LIST_ENDINGS = (".smi", ".smiles")
_LOOK_AT = 20


@dataclass(frozen=True)
class MoleculeFile:
    """A file of molecules.

    Attributes
    ----------
    text : TextFile
    header : tuple of str
        Names of the columns; `smiles` and `name` for a list.
    column : int
        Which of them holds the structure.
    table : Table or None
        None for a list.
    header_line : int
        Line of a list that names its columns; 0 where there is none.
    """

    text: TextFile
    header: tuple[str, ...]
    column: int
    table: Table | None
    header_line: int = 0

    def rows(self) -> Iterator[Row]:
        """Yield every row that is not blank; a row of the wrong form has a fault and its line as the only cell."""
        return self.table.rows([self.column]) if self.table else self._list_rows()

    def _list_rows(self) -> Iterator[Row]:
        for number, line in enumerate(self.text.lines(), start=1):
            if line.strip() and number != self.header_line:
                yield Row(number, _list_cells(line))


def open_molecules(path: Path, column: str = "") -> MoleculeFile:
    """Find out how a file holds its molecules.

    A table is known by a header that names a column of structures (see `structure_column`), whatever the ending of the
    file. A file without such a header is a list: a SMILES a line, and after a blank, tab, comma or semicolon its name.

    Parameters
    ----------
    path : Path
    column : str
        Name of the column of structures; by default found by its name.

    Raises
    ------
    DataError
        If the file cannot be read, has no such column, or shows neither a header that is known nor SMILES.
    """
    text = open_text(path)
    table = Table.of(text, least_columns=1)
    if len(table.header) == 1 and _LIST_SEPARATOR.search(table.header[0]):
        return _spaced(text, table, column)
    place = _named(path, table.header, column) if column else structure_column(table.header)
    if place is not None:
        return MoleculeFile(text, table.header, place, table)
    return _list(text, table)


def _spaced(text: TextFile, table: Table, column: str) -> MoleculeFile:
    """Return a file whose first line is several words: a list, maybe with a header."""
    names = _list_cells(table.header[0])
    place = _named(text.path, names, column) if column else structure_column(names)
    if place is None:
        return _list(text, table)
    if place:
        raise DataError(
            f"{text.path}, line {table.header_line}: columns separated by blanks, the structures not first.",
            "Put the SMILES first, or separate the columns by comma, semicolon or tab.",
        )
    return MoleculeFile(text, names if names[1] else ("smiles", "name"), 0, None, table.header_line)


def _list(text: TextFile, table: Table) -> MoleculeFile:
    """Return a file without a known header as a list, if its lines begin with SMILES."""
    lines = [line for line in islice(text.lines(), table.header_line - 1, None) if line.strip()][:_LOOK_AT]
    likely = [bool(_LIKE_SMILES.fullmatch(_list_cells(line)[0])) for line in lines]
    # Most must look like SMILES: "No,structure" above "1,CCO" is a header.
    is_list = text.path.suffix.lower() in _LIST_ENDINGS or (likely[0] and 2 * sum(likely) > len(likely))
    if not is_list and (len(table.header) > 1 or not any(likely)):
        raise _no_column(text.path, table.header, "")
    return MoleculeFile(text, ("smiles", "name"), 0, None)


def _list_cells(line: str) -> tuple[str, str]:
    smiles, *name = _LIST_SEPARATOR.split(line.strip().strip('"'), maxsplit=1)
    return smiles.strip('"'), name[0].strip().strip('"') if name else ""


def _named(path: Path, header: tuple[str, ...], wanted: str) -> int:
    """Return the column of that name; capitals and signs between words do not matter where no name is the same."""
    if wanted in header:
        return header.index(wanted)
    alike = [place for place, name in enumerate(header) if fold_name(name) == fold_name(wanted)]
    if len(alike) != 1:
        raise _no_column(path, header, wanted)
    return alike[0]


def _no_column(path: Path, header: tuple[str, ...], wanted: str) -> DataError:
    names = ", ".join(header[:_LOOK_AT])
    if wanted:
        hint = did_you_mean(wanted, header) or f"Separators read: {', '.join(DELIMITERS.values())}."
        return DataError(f"{path}: no column {wanted!r}. Found: {names}.", hint)
    return DataError(
        f"{path}: no column of structures is known by its name. Found: {names}.",
        "Name the column that holds the SMILES: --column NAME.\n"
        "A file without a header has one SMILES a line, and a name after it if there is one.",
    )

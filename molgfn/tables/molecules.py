"""Files of molecules: tables with a column of SMILES, and lists with one SMILES in each line."""

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
"""Text that can be a SMILES. A few words can be too, such as `No` and `CON`."""
_LIST_SEPARATOR = re.compile(r"[\s,;]+")
"""Between the SMILES of a list and the name after it. No SMILES contains these characters."""
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
        Number of the column that holds the structure.
    table : Table or None
        None for a list.
    header_line : int
        Line of a list that names its columns; 0 if there is none.
    """

    text: TextFile
    header: tuple[str, ...]
    column: int
    table: Table | None
    header_line: int = 0

    def rows(self) -> Iterator[Row]:
        """Yield every row that is not blank; a row that cannot be split has a fault, and its line as the only cell."""
        return self.table.rows([self.column]) if self.table else self._list_rows()

    def _list_rows(self) -> Iterator[Row]:
        for number, line in enumerate(self.text.lines(), start=1):
            if line.strip() and number != self.header_line:
                yield Row(number, _list_cells(line))


def open_molecules(path: Path, column: str = "") -> MoleculeFile:
    """Find out how a file holds its molecules.

    A file is a table if its header names a column of structures (see `structure_column`); the ending of the file does
    not matter. A file without such a header is a list: each line has a SMILES and, after a blank, tab, comma or
    semicolon, a name.

    Parameters
    ----------
    path : Path
    column : str
        Name of the column of structures; by default found by its name.

    Raises
    ------
    DataError
        If the file cannot be read, has no such column, or has neither an accepted header nor SMILES.
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
    """Return a file whose first line has several words: a list, possibly with a header."""
    names = _list_cells(table.header[0])
    place = _named(text.path, names, column) if column else structure_column(names)
    if place is None:
        return _list(text, table)
    if place:
        raise DataError(
            f"{text.path}, line {table.header_line}: the columns are separated by blanks, and the first one is not "
            "that of the structures.",
            "Put the SMILES first, or separate the columns by comma, semicolon or tab.",
        )
    return MoleculeFile(text, names if names[1] else ("smiles", "name"), 0, None, table.header_line)


def _list(text: TextFile, table: Table) -> MoleculeFile:
    """Return a file without an accepted header as a list, if its lines begin with SMILES."""
    lines = [line for line in islice(text.lines(), table.header_line - 1, None) if line.strip()][:_LOOK_AT]
    likely = [bool(_LIKE_SMILES.fullmatch(_list_cells(line)[0])) for line in lines]
    # Most lines must look like SMILES: "No,structure" above "1,CCO" is a header.
    is_list = text.path.suffix.lower() in _LIST_ENDINGS or (likely[0] and 2 * sum(likely) > len(likely))
    if not is_list and (len(table.header) > 1 or not any(likely)):
        raise _no_column(text.path, table.header, "")
    return MoleculeFile(text, ("smiles", "name"), 0, None)


def _list_cells(line: str) -> tuple[str, str]:
    smiles, *name = _LIST_SEPARATOR.split(line.strip().strip('"'), maxsplit=1)
    return smiles.strip('"'), name[0].strip().strip('"') if name else ""


def _named(path: Path, header: tuple[str, ...], wanted: str) -> int:
    """Return the column of that name; if no name is equal, capitals and signs between words are ignored."""
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
        f"{path}: no column has a name that means structures. Found: {names}.",
        "Name the column that holds the SMILES: --column NAME.\n"
        "A file without a header has one SMILES in each line, and may have a name after it.",
    )

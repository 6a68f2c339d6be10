"""Rows of a delimited table with their line numbers; a stray quote spoils only its own row."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from string import whitespace

from molgfn.errors import DataError
from molgfn.tables.text import TextFile

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_OTHER_DELIMITERS = {"|": "a vertical bar", ":": "a colon", " ": "spaces"}
_BLANK = whitespace + "".join(DELIMITERS)
_LOOK_AT = 50
_SEP_LINE = re.compile(r'^"?sep=(.)"?[\t,;]*$', re.IGNORECASE)
"""The line above the header in which Excel names the separator."""
_TEXT_FORMULA = re.compile(r'^="(.*)"$', re.DOTALL)
_MOST_LINES = 20
"""A quoted cell with more lines than this was not closed."""
MAX_CELL = csv.field_size_limit()
"""Longest cell, in characters (131,072): the limit of Python's reader."""
_BEGINNING = 1000


@dataclass(frozen=True)
class Row:
    """A row of the table: the line where it begins, its cells, and the reason if it cannot be split into cells."""

    line: int
    cells: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True)
class Table:
    """A delimited table.

    Attributes
    ----------
    text : TextFile
    delimiter : str
    header : tuple of str
    header_line : int
    """

    text: TextFile
    delimiter: str
    header: tuple[str, ...]
    header_line: int

    @classmethod
    def of(cls, text: TextFile, least_columns: int = 2) -> "Table":
        """Find the delimiter and the header.

        Raises
        ------
        DataError
            If the file has no row, too few columns, a delimiter other than comma, semicolon or tab, or a first line
            with a cell that is too long.
        """
        numbered = ((number, line) for number, line in enumerate(text.lines(), 1) if line.strip(_BLANK))
        first = list(islice(numbered, _LOOK_AT))
        if not first:
            raise DataError(f"{text.path}: empty file", "Expected a table whose first line names the columns.")
        sep_line = _SEP_LINE.match(first[0][1])
        if sep_line and len(first) > 1:
            first = first[1:]
        lines = [line for _, line in first]
        likely = max(DELIMITERS, key=lambda d: _fit(lines, d))
        delimiter = sep_line[1] if sep_line and sep_line[1] in DELIMITERS else likely
        cells = _split(lines[0], delimiter)
        too_long = _long_cell(lines[0], delimiter) if cells is None else None
        if too_long is not None:
            raise DataError(
                f"{text.path}, line {first[0][0]}, column {too_long + 1}: more than {MAX_CELL:,} characters, which is "
                "the limit of a cell.",
                "The first line names the columns of a table, or holds the first SMILES of a list.",
            )
        header = tuple(map(_plain, cells or ()))
        if len(header) < least_columns:
            raise _one_column(text, first[0][0], lines)
        return cls(text, delimiter, header, first[0][0])

    def rows(self, needed: Sequence[int]) -> Iterator[Row]:
        """Yield every row that is not blank; a row that cannot be split has a fault, and its line as the only cell.

        Of a line that is longer than a cell may be only the beginning is kept.

        Parameters
        ----------
        needed : sequence of int
            Numbers of the columns that are read. Only other columns may contain a quoted line break.
        """
        waiting: list[tuple[int, str]] = []
        lines = ((n, line) for n, line in enumerate(self.text.lines(), 1) if n > self.header_line)
        while True:
            if not waiting:
                following = next(lines, None)
                if following is None:
                    return
                waiting.append(following)
            number, line = waiting[0]
            cells = self._whole(line)
            if cells is None:
                waiting += islice(lines, _MOST_LINES - len(waiting))
                taken, cells = self._over_lines([text for _, text in waiting], needed)
                del waiting[:taken]
            else:
                del waiting[0]
            if cells is None:
                # Whole, the line would be a cell that is too long again wherever it is listed.
                shown = line if len(line) <= MAX_CELL else f"{line[:_BEGINNING]}..."
                yield Row(number, (shown,), self._fault(line))
            elif any(cell.strip() for cell in cells):
                yield Row(number, tuple(map(_plain, cells)))

    def _whole(self, line: str) -> list[str] | None:
        """Return the cells of a row on one line; None if it must be continued or does not fit the header."""
        cells = _split(line, self.delimiter)
        if cells is None or not any(cell.strip() for cell in cells):
            return cells
        return self._fitted(cells)

    def _fitted(self, cells: list[str]) -> list[str] | None:
        """Return as many cells as the header has, if all further cells are empty; else None."""
        width = len(self.header)
        return cells[:width] if len(cells) >= width and not any(cell.strip() for cell in cells[width:]) else None

    def _over_lines(self, lines: list[str], needed: Sequence[int]) -> tuple[int, list[str] | None]:
        """Return the number of lines of a row, and its cells; one line and None if it cannot be read."""
        if _split(lines[0], self.delimiter) is None:
            for count in range(2, len(lines) + 1):
                cells = _split("\n".join(lines[:count]), self.delimiter)
                if cells is not None:
                    fitted = self._fitted(cells)
                    fits = fitted is not None and not any("\n" in fitted[column] for column in needed)
                    return (count, fitted) if fits else (1, None)
        return 1, None

    def _fault(self, line: str) -> str:
        cells = _split(line, self.delimiter)
        if cells is None:
            too_long = _long_cell(line, self.delimiter)
            if too_long is None:
                return "a quote that is not closed"
            name = self.header[too_long] if too_long < len(self.header) else ""
            column = f"column {too_long + 1} ({name})" if name else f"column {too_long + 1}"
            return f"{column}: a cell of more than {MAX_CELL:,} characters, which is the limit"
        return f"{len(cells)} cells, but the header has {len(self.header)}"


def _plain(cell: str) -> str:
    """Return a cell without blanks around it; `="A1"` of Excel becomes the text A1."""
    cell = cell.strip()
    text = _TEXT_FORMULA.match(cell)
    return text[1].replace('""', '"').strip() if text else cell


def _split(line: str, delimiter: str) -> list[str] | None:
    """Return the cells of a line, or None if a quote is not closed."""
    try:
        rows = list(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _long_cell(line: str, delimiter: str) -> int | None:
    """Return which cell of a line that `_split` refuses is longer than a cell may be; None if none is."""
    # The reader does not say where it stopped. Of a cell that is too long, what a shorter piece of the line holds is
    # short enough to be read, and the last cell of that piece.
    last = 0
    for end in range(MAX_CELL // 2, len(line) + MAX_CELL // 2, MAX_CELL // 2):
        try:
            (cells,) = csv.reader([line[:end]], delimiter=delimiter)
        except csv.Error:
            return last
        last = len(cells) - 1
    return None


def _fit(lines: list[str], delimiter: str) -> tuple[float, int]:
    """Return the share of lines with as many cells as the first one, and this number; 0 for a single column."""
    counts = [len(_split(line, delimiter) or ()) for line in lines]
    if counts[0] < 2:
        return 0.0, 0
    share = sum(count == counts[0] for count in counts) / len(counts)
    return round(share, 1), counts[0]


def _one_column(text: TextFile, line: int, lines: list[str]) -> DataError:
    others = [words for d, words in _OTHER_DELIMITERS.items() if _fit(lines, d) >= (0.8, 2)]
    shown = lines[0] if len(lines[0]) <= 60 else lines[0][:57] + "..."
    looks = f" It looks as if {others[0]} separated them." if others else ""
    return DataError(
        f"{text.path}, line {line}: one column, {shown!r}.",
        f"Columns are separated by comma, semicolon or tab.{looks}",
    )

"""Import of an assay table: every row of the file ends in a compound or in the list of rows left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from molgfn.assay.columns import Columns, find_columns
from molgfn.assay.compounds import Compound, Unmerged, merge
from molgfn.assay.quantities import KCAL, Quantity, quantity_of
from molgfn.assay.rejected_rows import LeftOut, advice, counted, reasons
from molgfn.assay.rows import Reading, RowReader, RowRejectedError
from molgfn.assay.structures import Structure
from molgfn.assay.values import CommaFound, Decimal
from molgfn.errors import DataError
from molgfn.progress import Progress, SilentProgress
from molgfn.tables.table import Table
from molgfn.tables.text import TextFile, open_text

MOST_BAD = 0.05
"""Share of bad rows above which a table is not believed."""
LEAST_COMPOUNDS = 20


@dataclass(frozen=True)
class ReadingOptions:
    """What the user says of a table beyond what stands in it.

    Attributes
    ----------
    columns : mapping
        Role -> header (see `ROLES`).
    unit : str
        Of rows that name none.
    endpoint : str
        Read only rows of this one, for tables that hold several.
    decimal : "point", "comma" or None
        What a comma in a number means.
    known : mapping
        Id -> SMILES of compounds that need no structure in the table; where there is one, it must be the same.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    endpoint: str = ""
    decimal: Decimal | None = None
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Assay:
    """A table as it was read.

    Attributes
    ----------
    text : TextFile
    columns : Columns
    delimiter : str
    quantity : Quantity
    readings : tuple of Reading
        Those that are in a compound, in the order of lines.
    compounds : tuple of Compound
    left_out : tuple of LeftOut
        In the order of lines.
    """

    text: TextFile
    columns: Columns
    delimiter: str
    quantity: Quantity
    readings: tuple[Reading, ...]
    compounds: tuple[Compound, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return len(self.readings) + len(self.left_out)

    @property
    def bad(self) -> list[LeftOut]:
        """Rows that should have been readable."""
        return [row for row in self.left_out if row.is_bad]

    def check_rows(self, most_bad: float = MOST_BAD) -> None:
        """Stop where too many rows are bad.

        Raises
        ------
        DataError
            If more than this share of the rows is bad.
        """
        bad = self.bad
        if len(bad) > most_bad * self.n_rows:
            share = f"{len(bad):,} of {self.n_rows:,} rows are bad ({100 * len(bad) / self.n_rows:.1f} %)"
            limit = f"at most {100 * most_bad:g} %" if most_bad else "none"
            told = "\n".join((reasons(bad), advice(bad, self.columns) if len(bad) > self.n_rows / 4 else ""))
            raise DataError(f"{self.text.path}: {share}; {limit} may be.", told.strip())

    def check_trainable(self) -> None:
        """Stop where no model can be trained on the table.

        Raises
        ------
        DataError
            If there are fewer than 20 compounds, all values are bounds, or all are equal.
        """
        exact = [compound.value for compound in self.compounds if compound.relation == "="]
        path, n = self.text.path, len(self.compounds)
        if n < LEAST_COMPOUNDS:
            hint = "A model of so few says nothing: measure more, or add an earlier table."
            raise DataError(f"{path}: {n} compounds, but a model needs {LEAST_COMPOUNDS}.", hint)
        if not exact:
            hint = "At least some compounds need a value of their own."
            raise DataError(f"{path}: all {n} compounds have only a bound (< or >), none a value.", hint)
        if max(exact) - min(exact) < 1e-9:
            hint = "There is nothing to learn from it: is it the right column?"
            raise DataError(f"{path}: all values are equal ({exact[0]:g} {self.quantity.unit}).", hint)


def read_assay(path: Path, options: ReadingOptions | None = None, progress: Progress | None = None) -> Assay:
    """Read a table row by row.

    Parameters
    ----------
    path : Path
    options : ReadingOptions, optional
    progress : Progress, optional

    Raises
    ------
    DataError
        If the file is no table, its columns cannot be told, commas may mean two things, no row can be used, or its
        values are of several kinds.
    """
    chosen = options or ReadingOptions()
    text = open_text(path)
    table = Table.of(text)
    columns = find_columns(path, table.header, chosen.columns, ids_will_do=bool(chosen.known))
    reader = RowReader(columns, chosen.unit, chosen.endpoint, chosen.decimal, chosen.known)
    readings, left_out = _read_rows(table, reader, progress or SilentProgress())
    _check_some(path, columns, readings, left_out)
    quantity = _one_quantity(path, readings)
    compounds, unmerged = merge(readings, quantity)
    left_out += _with_cells(table, columns, unmerged)
    out = {row.line for row in left_out}
    return Assay(
        text,
        columns,
        table.delimiter,
        quantity,
        tuple(reading for reading in readings if reading.line not in out),
        tuple(compounds),
        tuple(sorted(left_out, key=lambda row: row.line)),
    )


def _read_rows(table: Table, reader: RowReader, progress: Progress) -> tuple[list[Reading], list[LeftOut]]:
    """Read all rows; of those that can be used no cell is kept, so that a table may be larger than the memory."""
    readings: list[Reading] = []
    left_out: list[LeftOut] = []
    seen: dict[int, int] = {}
    structures: dict[Structure, Structure] = {}
    line = table.header_line
    with progress.step(f"reading {table.text.path.name}", total=max(table.text.n_lines - line, 0)) as step:
        for row in table.rows(reader.columns.needed):
            step.advance(row.line - line)
            line = row.line
            if row.fault:
                left_out.append(LeftOut(row.line, "not a row of this table", row.fault, True, row.cells))
                continue
            earlier = seen.setdefault(hash(row.cells), row.line)
            if earlier != row.line:
                left_out.append(LeftOut(row.line, "repeated row", f"the same as line {earlier}", False, row.cells))
                continue
            try:
                reading = reader.read(row.line, row.cells)
                readings.append(replace(reading, structure=structures.setdefault(reading.structure, reading.structure)))
            except RowRejectedError as error:
                left_out.append(LeftOut(row.line, error.reason, error.found, error.is_bad, row.cells))
            except CommaFound as error:
                raise _ask_for_commas(table, reader.columns, row.line, str(error)) from None
    return readings, left_out


def _with_cells(table: Table, columns: Columns, unmerged: Sequence[Unmerged]) -> list[LeftOut]:
    """Look up the cells of rows that were readable, but are in no compound."""
    parts = {reading.line: part for part in unmerged for reading in part.readings}
    rows = table.rows(columns.needed) if parts else ()
    return [
        LeftOut(row.line, parts[row.line].reason, parts[row.line].found, True, row.cells)
        for row in rows
        if row.line in parts
    ]


def _ask_for_commas(table: Table, columns: Columns, line: int, found: str) -> DataError:
    name = columns.name("value" if "value" in columns.numbers else "p_value")
    return DataError(
        f"{table.text.path}, line {line}, column {name!r}: found {found!r}. Its comma may mark decimals or thousands.",
        "Say which: --decimal comma (1,5 is one and a half) or --decimal point (1,500 is fifteen hundred).",
    )


def _check_some(path: Path, columns: Columns, readings: Sequence[Reading], left_out: Sequence[LeftOut]) -> None:
    if readings:
        return
    if not left_out:
        raise DataError(f"{path}: a header, but no row below it.")
    raise DataError(
        f"{path}: no usable row among {len(left_out):,}.",
        "\n".join((reasons(left_out), advice(left_out, columns))).strip(),
    )


def _one_quantity(path: Path, readings: Sequence[Reading]) -> Quantity:
    first: dict[str, int] = {}
    counts: Counter[str] = Counter()
    for reading in readings:
        counts[reading.unit] += 1
        first.setdefault(reading.unit, reading.line)
    if len(counts) > 1:
        kinds = ", ".join(
            f"{counted(n, 'row')} of {unit} (first: line {first[unit]})" for unit, n in counts.most_common()
        )
        hint = "A model learns one quantity: keep the others in files of their own."
        if KCAL not in counts:
            hint = f"Choose one: --type {counts.most_common(1)[0][0].removeprefix('p')}."
        raise DataError(f"{path}: values of {len(counts)} kinds: {kinds}.", hint)
    return quantity_of(next(iter(counts)))

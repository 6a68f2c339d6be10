"""Import of an assay table: every row is part of a compound or in the list of unused rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from molgfn.assay.columns import Columns, find_columns
from molgfn.assay.compounds import MeasuredCompound, UnresolvedReadings, merge_readings
from molgfn.assay.quantities import Quantity, endpoint_of, is_unit, quantity_of
from molgfn.assay.registered import NONE_REGISTERED, RegisteredCompounds
from molgfn.assay.rejected_rows import UnusedRow, advice, counted, reasons
from molgfn.assay.rows import Reading, RowReader, RowRejectedError
from molgfn.assay.structures import Structure
from molgfn.assay.values import CommaFound, Decimal, is_relation, read_relation
from molgfn.chem.standardise import Stereo
from molgfn.errors import DataError
from molgfn.progress import Progress, SilentProgress
from molgfn.tables.table import Row, Table
from molgfn.tables.text import TextFile, open_text

MOST_BAD = 0.05
"""Share of bad rows above which a table is not believed."""
LEAST_COMPOUNDS = 20
_LOOK_AT = 1000
"""Rows in which a column of relations is looked for."""


@dataclass(frozen=True)
class ReadingOptions:
    """Options of the user for reading a table.

    Attributes
    ----------
    columns : mapping
        Role -> header (see `ROLES`).
    unit : str
        For rows without a unit.
    endpoint : str
        Read only rows of this endpoint.
    decimal : "point", "comma" or None
        The decimal mark.
    registered : RegisteredCompounds
        Compounds that need no structure in the table. If the table has another structure, it is used instead of the id.
    stereo : "merge", "keep" or None
        Whether stereoisomers are one compound, or each its own. None: they are merged, unless a proxy keeps them.
    exclude_flagged : bool
        Whether rows with a flag of a curator (data validity comment, potential duplicate) are left out.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    endpoint: str = ""
    decimal: Decimal | None = None
    registered: RegisteredCompounds = NONE_REGISTERED
    stereo: Stereo | None = None
    exclude_flagged: bool = False


@dataclass(frozen=True)
class Assay:
    """The content of a table.

    Attributes
    ----------
    text : TextFile
    columns : Columns
    delimiter : str
    quantity : Quantity
    readings : tuple of Reading
        The readings that are part of a compound, in the order of lines.
    compounds : tuple of MeasuredCompound
    unused : tuple of UnusedRow
        In the order of lines.
    stereo : "merge" or "keep"
    """

    text: TextFile
    columns: Columns
    delimiter: str
    quantity: Quantity
    readings: tuple[Reading, ...]
    compounds: tuple[MeasuredCompound, ...]
    unused: tuple[UnusedRow, ...]
    stereo: Stereo = "merge"

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return len(self.readings) + len(self.unused)

    @property
    def bad(self) -> list[UnusedRow]:
        """Rows that should have been readable."""
        return [row for row in self.unused if row.is_bad]

    def check_rows(self, most_bad: float = MOST_BAD) -> None:
        """Stop if too many rows are bad.

        Raises
        ------
        DataError
            If more than this share of the rows is bad.
        """
        bad = self.bad
        if len(bad) > most_bad * self.n_rows:
            share = f"{len(bad):,} of {self.n_rows:,} rows are bad ({100 * len(bad) / self.n_rows:.1f} %)"
            limit = f"at most {100 * most_bad:g} % are" if most_bad else "none is"
            hint = "\n".join((reasons(bad), advice(bad, self.columns) if len(bad) > self.n_rows / 4 else ""))
            raise DataError(f"{self.text.path}: {share}; {limit} accepted.", hint.strip())

    def check_trainable(self) -> None:
        """Stop if no model can be trained on the table.

        Raises
        ------
        DataError
            If there are fewer than 20 compounds, all values are bounds, or all are equal.
        """
        exact = [compound.value for compound in self.compounds if compound.relation == "="]
        path, n = self.text.path, len(self.compounds)
        if n < LEAST_COMPOUNDS:
            hint = "A model of so few compounds is not reliable: measure more, or add an earlier table."
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
        If the file is not a table, its columns are not found, commas are ambiguous, no row can be used, or it has
        values of several quantities.
    """
    chosen = options or ReadingOptions()
    stereo = chosen.stereo or "merge"
    text = open_text(path)
    table = Table.of(text)
    columns = find_columns(path, table.header, chosen.columns, ids_will_do=bool(chosen.registered))
    _ask_for_relations(table, columns)
    reader = RowReader(
        columns, chosen.unit, chosen.endpoint, chosen.decimal, chosen.registered, stereo, chosen.exclude_flagged
    )
    readings, unused = _read_rows(table, reader, progress or SilentProgress())
    _check_some(path, columns, readings, unused)
    quantity = _one_quantity(path, columns, readings)
    compounds, unresolved = merge_readings(readings, quantity)
    unused += _with_cells(table, columns, unresolved)
    out = {row.line for row in unused}
    return Assay(
        text,
        columns,
        table.delimiter,
        quantity,
        tuple(reading for reading in readings if reading.line not in out),
        tuple(compounds),
        tuple(sorted(unused, key=lambda row: row.line)),
        stereo,
    )


def _ask_for_relations(table: Table, columns: Columns) -> None:
    """Stop if a column with `<` and `>` is not read: bounds would be read as exact values."""
    if "relation" in columns.numbers:
        return
    rows = [row.cells for row in islice(table.rows(columns.needed), _LOOK_AT) if not row.fault]
    for number, name in enumerate(table.header):
        cells = [row[number] for row in rows] if number not in columns.needed else []
        if all(map(is_relation, cells)) and any(read_relation(cell) != "=" for cell in cells):
            raise DataError(
                f"{table.text.path}: column {name!r} holds relations (<, >), but no column is read as the relation.",
                f"If it belongs to the value: --column relation={name!r}. If not, remove it from the table.",
            )


def _read_rows(table: Table, reader: RowReader, progress: Progress) -> tuple[list[Reading], list[UnusedRow]]:
    """Read all rows; the cells of usable rows are not kept, so that a table can be larger than the memory."""
    readings: list[Reading] = []
    unused: list[UnusedRow] = []
    seen: dict[int, int] = {}
    structures: dict[Structure, Structure] = {}
    line = table.header_line
    with progress.step(f"reading {table.text.path.name}", total=max(table.text.n_lines - line, 0)) as step:
        for row in table.rows(reader.columns.needed):
            step.advance(row.line - line)
            line = row.line
            if row.fault:
                unused.append(UnusedRow(row.line, "not a row of this table", row.fault, True, row.cells))
                continue
            if row.cells[0].startswith("RESULT_"):
                # PubChem describes its columns in additional rows below the header.
                reader = _described(reader, row)
                unused.append(UnusedRow(row.line, "description of the columns", row.cells[0], False, row.cells))
                continue
            earlier = seen.setdefault(hash(tuple(row.cells[number] for number in reader.columns.telling)), row.line)
            if earlier != row.line:
                original = f"as line {earlier} in every column that is read"
                unused.append(UnusedRow(row.line, "repeated row", original, False, row.cells))
                continue
            try:
                reading = reader.read(row.line, row.cells)
                readings.append(replace(reading, structure=structures.setdefault(reading.structure, reading.structure)))
            except RowRejectedError as error:
                unused.append(UnusedRow(row.line, error.reason, error.found, error.is_bad, row.cells))
            except CommaFound as error:
                raise _ask_for_commas(table, reader.columns, row.line, str(error)) from None
    return readings, unused


def _described(reader: RowReader, row: Row) -> RowReader:
    """Take the unit of the value column from PubChem's description."""
    unit = reader.columns.cell(row.cells, "value") if row.cells[0] == "RESULT_UNIT" else ""
    return replace(reader, unit=unit) if is_unit(unit) and not reader.unit else reader


def _with_cells(table: Table, columns: Columns, unresolved: Sequence[UnresolvedReadings]) -> list[UnusedRow]:
    """Look up the cells of rows that were readable, but are in no compound."""
    parts = {reading.line: part for part in unresolved for reading in part.readings}
    rows = table.rows(columns.needed) if parts else ()
    return [
        UnusedRow(row.line, parts[row.line].reason, parts[row.line].found, True, row.cells)
        for row in rows
        if row.line in parts
    ]


def _ask_for_commas(table: Table, columns: Columns, line: int, found: str) -> DataError:
    name = columns.name("value" if "value" in columns.numbers else "p_value")
    return DataError(
        f"{table.text.path}, line {line}, column {name!r}: found {found!r}. Its comma may mark decimals or thousands.",
        "Say which: --decimal comma (1,5 is one and a half) or --decimal point (1,500 is fifteen hundred).",
    )


def _check_some(path: Path, columns: Columns, readings: Sequence[Reading], unused: Sequence[UnusedRow]) -> None:
    if readings:
        return
    if not unused:
        raise DataError(f"{path}: a header, but no row below it.")
    raise DataError(
        f"{path}: no usable row among {len(unused):,}.",
        "\n".join((reasons(unused), advice(unused, columns))).strip(),
    )


def _one_quantity(path: Path, columns: Columns, readings: Sequence[Reading]) -> Quantity:
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
        endpoints = [unit for unit, _ in counts.most_common() if endpoint_of(unit)]
        # Where the name of the value column is the endpoint of all rows, choosing it would leave out none.
        if endpoints and ("type" in columns.numbers or not columns.type):
            hint = f"Choose one: --type {endpoint_of(endpoints[0])}."
        raise DataError(f"{path}: values of {len(counts)} kinds: {kinds}.", hint)
    return quantity_of(next(iter(counts)))

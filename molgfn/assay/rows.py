"""Reads one row of a table: the result is a reading, or the reason why the row cannot be used."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from sys import intern

from molgfn.assay.columns import Columns
from molgfn.assay.quantities import KCAL, PercentError, QuantityError, endpoint_of, is_log, is_same_unit, scaled
from molgfn.assay.registered import NONE_REGISTERED, RegisteredCompounds
from molgfn.assay.structures import Structure, structure_of
from molgfn.assay.values import (
    CellError,
    CommaFound,
    Decimal,
    Relation,
    Value,
    is_approximate,
    is_blank,
    read_relation,
    read_value,
)
from molgfn.chem.standardise import MoleculeError, Stereo

_TURNED: dict[Relation, Relation] = {"=": "=", "<": ">", ">": "<"}
_P_TOLERANCE = 0.05
"""Allowed difference of a p-value and the concentration in the same row; both are rounded."""
_FINE = ("manually validated", "author confirmed error")
"""Data validity comments of ChEMBL that confirm a value."""
APPROXIMATE = "approximate value (~), read as the value itself"
SPREAD = "spread behind the value (±) is not used"


class RowRejectedError(ValueError):
    """A row that cannot be used: a reason, by which such rows are counted, and what the row holds.

    Attributes
    ----------
    is_bad : bool
        False for rows without a value of this assay; they do not count towards the limit of bad rows.
    """

    def __init__(self, reason: str, found: str, *, is_bad: bool = True) -> None:
        super().__init__(f"{reason}: {found}" if found else reason)
        self.reason, self.found, self.is_bad = reason, found, is_bad


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value of one compound.

    Attributes
    ----------
    line : int
    compound_id : str
        May be empty.
    structure : Structure
    value : float
        In `unit`; a bound if `relation` is not "=".
    relation : "=", "<" or ">"
        Relation of the true value to `value`.
    unit : str
    day : str
        ISO date or year; may be empty.
    unread_day : str
        The cell of the date column, if it is not a date that can be read without guessing.
    other_id : str
        An id that belongs to another structure than the one in the row; it was not used.
    notes : tuple of str
        How the row was read, for the user; rows with the same note are counted together.
    """

    line: int
    compound_id: str
    structure: Structure
    value: float
    relation: Relation
    unit: str
    day: str
    unread_day: str = ""
    other_id: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of one table.

    Attributes
    ----------
    columns : Columns
    unit : str
        For rows without a unit; may be empty.
    endpoint : str
        Only rows of this endpoint are read, and rows that name none; all rows if empty.
    decimal : "point", "comma" or None
        The decimal mark; None if the user has not chosen it.
    registered : RegisteredCompounds
        They need no structure in the table. If the row has another structure than that of the id, the structure is
        used and the id is not.
    stereo : "merge" or "keep"
        Whether stereoisomers are one compound.
    exclude_flagged : bool
        Whether rows with a flag of a curator are left out.
    """

    columns: Columns
    unit: str = ""
    endpoint: str = ""
    decimal: Decimal | None = None
    registered: RegisteredCompounds = NONE_REGISTERED
    stereo: Stereo = "merge"
    exclude_flagged: bool = False

    def read(self, line: int, cells: Sequence[str]) -> Reading:
        """Read one row.

        Raises
        ------
        RowRejectedError
            If it cannot be used.
        CommaFound
            If its value has a comma and the decimal mark is not known.
        """
        kind = self._kind(cells)
        if self.endpoint and endpoint_of(kind) != endpoint_of(self.endpoint):
            raise RowRejectedError("another endpoint", kind, is_bad=False)
        flags = self._flags(cells)
        if flags and self.exclude_flagged:
            raise RowRejectedError("flagged by a curator", "; ".join(flags), is_bad=False)
        measured = self._measured(cells, kind)
        written_id = self.columns.cell(cells, "id")
        compound_id = "" if is_blank(written_id) else self.registered.id_of(written_id) or written_id
        structure = self._structure(cells, compound_id)
        registered = self.registered.smiles_of(compound_id)
        disagree = bool(registered) and structure.skeleton != structure_of(registered, self.stereo).skeleton
        written = self.columns.cell(cells, "date")
        day = read_day(written)
        notes = [*measured.notes, *flags]
        if compound_id and compound_id != written_id and not disagree:
            notes.append("id of the run in another spelling, or with a batch suffix")
        # Many rows have the same words: a million rows must not hold a million copies.
        compound_id = intern(compound_id)
        return Reading(
            line,
            "" if disagree else compound_id,
            structure,
            measured.value,
            measured.relation,
            intern(measured.unit),
            intern(day or ""),
            intern(written) if day is None else "",
            other_id=compound_id if disagree else "",
            notes=tuple(intern(note) for note in notes),
        )

    def _flags(self, cells: Sequence[str]) -> list[str]:
        """Return the flags of a curator for a row."""
        remark = self.columns.cell(cells, "validity")
        flags = [] if is_blank(remark) or remark.casefold() in _FINE else [f"data validity comment: {remark}"]
        copied = self.columns.cell(cells, "duplicate").casefold() in ("1", "true", "yes", "t", "y")
        return [*flags, "potential duplicate"] if copied else flags

    def _structure(self, cells: Sequence[str], compound_id: str) -> Structure:
        drawn, registered = self.columns.cell(cells, "smiles"), self.registered.smiles_of(compound_id)
        if is_blank(drawn) and not registered:
            reason = f"{compound_id!r} is not a compound of the run" if self.registered and compound_id else ""
            raise RowRejectedError("no structure", reason)
        try:
            # ChemAxon and ChEMBL write extensions and names after the SMILES.
            return structure_of(registered if is_blank(drawn) else drawn.split()[0], self.stereo)
        except MoleculeError as error:
            raise RowRejectedError("unusable structure", str(error)) from None

    def _kind(self, cells: Sequence[str]) -> str:
        """Return what was measured: from the row, the name of the column, the unit, or the user's option."""
        if self.columns.beside:
            return self.columns.type
        unit = self.columns.cell(cells, "unit")
        named = self.columns.cell(cells, "type") or self.columns.type
        return named or (unit if endpoint_of(unit) else self.endpoint)

    def _measured(self, cells: Sequence[str], kind: str) -> "_Measured":
        columns = self.columns
        relation_cell = columns.cell(cells, "relation")
        try:
            p_value = read_value(columns.cell(cells, "p_value"), self.decimal)
            value = read_value(columns.cell(cells, "value"), self.decimal)
            beside = read_relation(relation_cell)
        except CommaFound:
            raise
        except CellError as error:
            raise RowRejectedError("unreadable value", str(error)) from None
        if value is None and p_value is None:
            raise RowRejectedError("no value", columns.cell(cells, "value"), is_bad=False)
        unit = columns.cell(cells, "unit") or self.unit or columns.unit
        # The relation in ChEMBL belongs to the concentration: `> 10 uM` is `< 5` as a negative logarithm.
        of_p_value = beside if columns.relation_is_of_logarithm else _TURNED[beside]
        try:
            if value is None:
                assert p_value is not None
                measured = _scaled(p_value, of_p_value, "p", kind)
            else:
                measured = _scaled(value, of_p_value if columns.beside else beside, unit, kind)
        except PercentError as error:
            raise RowRejectedError("per cent", str(error)) from None
        except QuantityError as error:
            raise RowRejectedError("unusable unit or value", str(error)) from None
        both = value is not None and p_value is not None and measured.unit != KCAL
        if both and p_value is not None and abs(p_value.number - measured.value) > _P_TOLERANCE:
            words = f"{columns.name('p_value')} says {p_value.number:g}, the value {measured.value:.2f}"
            raise RowRejectedError("two values that differ", words)
        if is_approximate(relation_cell) and APPROXIMATE not in measured.notes:
            measured = replace(measured, notes=(*measured.notes, APPROXIMATE))
        return measured


@dataclass(frozen=True)
class _Measured:
    """A value on its final scale."""

    value: float
    relation: Relation
    unit: str
    notes: tuple[str, ...]


def _scaled(cell: Value, beside: Relation, unit: str, kind: str) -> _Measured:
    if "=" not in (cell.relation, beside) and cell.relation != beside:
        raise QuantityError(f"relation {cell.relation!r} in the cell and {beside!r} beside it")
    relation = cell.relation if beside == "=" else beside
    if cell.unit and unit and not is_same_unit(cell.unit, unit):
        raise QuantityError(f"unit {cell.unit!r} in the cell and {unit!r} beside it")
    value, scale, turned = scaled(cell.number, cell.unit or unit, endpoint_of(kind), is_log(kind))
    notes = [words for words, is_so in ((APPROXIMATE, cell.is_approximate), (SPREAD, cell.has_spread)) if is_so]
    return _Measured(value, _TURNED[relation] if turned else relation, scale, tuple(notes))


_YEAR = re.compile(r"^(\d{4})(?:\.0)?$")
_ISO = re.compile(r"^(\d{4})[-/](\d{2})[-/](\d{2})(?:[T ].*)?$")
_NAMED = re.compile(r"^(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ](\d{4})$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_day(cell: str) -> str | None:
    """Return an ISO date or a year, empty for an empty cell; None for what cannot be read without guessing.

    Examples
    --------
    >>> read_day("2024-05-31"), read_day("31-May-2024"), read_day("2024"), read_day("05/06/2024")
    ('2024-05-31', '2024-05-31', '2024', None)
    """
    if not cell or (year := _YEAR.match(cell)):
        return year[1] if cell and year else ""
    if match := _ISO.match(cell):
        parts = (int(match[1]), int(match[2]), int(match[3]))
    elif (match := _NAMED.match(cell)) and match[2].casefold() in _MONTHS:
        parts = (int(match[3]), _MONTHS.index(match[2].casefold()) + 1, int(match[1]))
    else:
        return None
    try:
        return date(*parts).isoformat()
    except ValueError:
        return None

"""From one row of a table to one reading, or to the reason why there is none."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from sys import intern

from molgfn.assay.columns import Columns
from molgfn.assay.quantities import PercentError, QuantityError, endpoint_of, is_log, scaled
from molgfn.assay.structures import Structure, structure_of
from molgfn.assay.values import CellError, CommaFound, Decimal, Relation, Value, read_relation, read_value
from molgfn.chem.standardise import MoleculeError

_TURNED: dict[Relation, Relation] = {"=": "=", "<": ">", ">": "<"}
_P_TOLERANCE = 0.05
"""Between a p-value and the concentration beside it; both are rounded."""


class RowRejectedError(ValueError):
    """A row that cannot be used: a reason to count by, and what was found.

    Attributes
    ----------
    is_bad : bool
        False for rows that simply hold no value of this assay; they do not count towards the limit of bad rows.
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
        In `unit`; a bound where `relation` is not "=".
    relation : "=", "<" or ">"
        What the true value is to `value`.
    unit : str
    day : str
        ISO date or year; may be empty.
    unread_day : str
        What stands in the date column and is no date that can be read without guessing.
    other_id : str
        An id that stands for another structure than the one drawn: it was not used.
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


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of one table.

    Attributes
    ----------
    columns : Columns
    unit : str
        Of rows that name none; may be empty.
    endpoint : str
        Only rows of this endpoint are read, or of none that they name; all if empty.
    decimal : "point", "comma" or None
        What a comma in a number means; None: nobody has said.
    known : mapping
        Id -> SMILES of compounds whose structure need not be given. Where one is drawn that is another, it counts, and
        the id does not.
    """

    columns: Columns
    unit: str = ""
    endpoint: str = ""
    decimal: Decimal | None = None
    known: Mapping[str, str] = field(default_factory=dict)

    def read(self, line: int, cells: Sequence[str]) -> Reading:
        """Read one row.

        Raises
        ------
        RowRejectedError
            If it cannot be used.
        CommaFound
            If its value holds a comma and nobody has said what commas mean.
        """
        kind = self._kind(cells)
        if self.endpoint and endpoint_of(kind) != endpoint_of(self.endpoint):
            raise RowRejectedError("another endpoint", kind, is_bad=False)
        value, relation, unit = self._measured(cells, kind)
        compound_id = self.columns.cell(cells, "id")
        structure = self._structure(cells, compound_id)
        known = self.known.get(compound_id, "")
        disagree = bool(known) and structure.key != structure_of(known).key
        written = self.columns.cell(cells, "date")
        day = read_day(written)
        # Replicates and a whole table share these words: a million rows must not hold a million copies.
        compound_id, unit = intern(compound_id), intern(unit)
        unread = intern(written) if day is None else ""
        name, other_id = ("", compound_id) if disagree else (compound_id, "")
        return Reading(line, name, structure, value, relation, unit, intern(day or ""), unread, other_id)

    def _structure(self, cells: Sequence[str], compound_id: str) -> Structure:
        drawn, known = self.columns.cell(cells, "smiles"), self.known.get(compound_id, "")
        if not drawn and not known:
            told = f"{compound_id!r} is no compound of the run" if self.known and compound_id else ""
            raise RowRejectedError("no structure", told)
        try:
            # ChemAxon and ChEMBL write extensions and names after the SMILES.
            return structure_of(drawn.split()[0] if drawn else known)
        except MoleculeError as error:
            raise RowRejectedError("unusable structure", str(error)) from None

    def _kind(self, cells: Sequence[str]) -> str:
        """Return what was measured: as the row says, the name of the column, the unit, or the user."""
        unit = self.columns.cell(cells, "unit")
        named = self.columns.cell(cells, "type") or self.columns.type
        return named or (unit if endpoint_of(unit) else self.endpoint)

    def _measured(self, cells: Sequence[str], kind: str) -> tuple[float, Relation, str]:
        columns = self.columns
        try:
            p_value = read_value(columns.cell(cells, "p_value"), self.decimal)
            found = read_value(columns.cell(cells, "value"), self.decimal)
            beside = read_relation(columns.cell(cells, "relation"))
        except CommaFound:
            raise
        except CellError as error:
            raise RowRejectedError("unreadable value", str(error)) from None
        if found is None and p_value is None:
            raise RowRejectedError("no value", columns.cell(cells, "value"), is_bad=False)
        unit = columns.cell(cells, "unit") or columns.unit or self.unit
        try:
            if found is None:
                assert p_value is not None
                return _scaled(p_value, "=", "p", kind)
            measured = _scaled(found, beside, unit, kind)
        except PercentError as error:
            raise RowRejectedError("per cent", str(error)) from None
        except QuantityError as error:
            raise RowRejectedError("unusable unit or value", str(error)) from None
        if p_value is not None and measured[2] != "kcal/mol" and abs(p_value.number - measured[0]) > _P_TOLERANCE:
            words = f"{columns.name('p_value')} says {p_value.number:g}, the value {measured[0]:.2f}"
            raise RowRejectedError("two values that differ", words)
        return measured


def _scaled(found: Value, beside: Relation, unit: str, kind: str) -> tuple[float, Relation, str]:
    if "=" not in (found.relation, beside) and found.relation != beside:
        raise QuantityError(f"relation {found.relation!r} in the cell and {beside!r} beside it")
    relation = found.relation if beside == "=" else beside
    if found.unit and unit and found.unit != unit:
        raise QuantityError(f"unit {found.unit!r} in the cell and {unit!r} beside it")
    value, scale, turned = scaled(found.number, found.unit or unit, endpoint_of(kind), is_log(kind))
    return value, _TURNED[relation] if turned else relation, scale


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
    if found := _ISO.match(cell):
        parts = (int(found[1]), int(found[2]), int(found[3]))
    elif (found := _NAMED.match(cell)) and found[2].casefold() in _MONTHS:
        parts = (int(found[3]), _MONTHS.index(found[2].casefold()) + 1, int(found[1]))
    else:
        return None
    try:
        return date(*parts).isoformat()
    except ValueError:
        return None

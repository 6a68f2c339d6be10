"""From one row of a table to one reading, or to the reason why there is none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from molgfn.assay.cells import CellError, CommaFound, Decimal, Relation, Value, read_relation, read_value
from molgfn.assay.columns import Columns
from molgfn.assay.quantities import PercentError, QuantityError, endpoint_of, is_log, scaled
from molgfn.assay.structures import Structure, structure_of
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


@dataclass(frozen=True)
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
    """

    line: int
    compound_id: str
    structure: Structure
    value: float
    relation: Relation
    unit: str
    day: str


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
    """

    columns: Columns
    unit: str = ""
    endpoint: str = ""
    decimal: Decimal | None = None

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
        smiles = self.columns.cell(cells, "smiles")
        if not smiles:
            raise RowRejectedError("no structure", "")
        try:
            # ChemAxon and ChEMBL write extensions and names after the SMILES.
            structure = structure_of(smiles.split()[0])
        except MoleculeError as error:
            raise RowRejectedError("unusable structure", str(error)) from None
        compound_id, day = self.columns.cell(cells, "id"), _day(self.columns.cell(cells, "date"))
        return Reading(line, compound_id, structure, value, relation, unit, day)

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


_DAY = re.compile(r"^(\d{4})(?:-(\d{2})-(\d{2}))?")


def _day(cell: str) -> str:
    """Return an ISO date or a year; empty for what is neither."""
    found = _DAY.match(cell)
    if found is None:
        return ""
    if found[2] is None:
        return found[1]
    try:
        return date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        return ""

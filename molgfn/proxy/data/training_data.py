"""Training data: molecules and their values, read from a table; every row is used or listed with a reason."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from molgfn.arrays import FloatArray, IntArray
from molgfn.chem.standardise import MoleculeError, Stereo, standard_smiles
from molgfn.errors import DataError, did_you_mean
from molgfn.proxy.data.compound_key import compound_key
from molgfn.tables.names import structure_column
from molgfn.tables.table import Table
from molgfn.tables.text import open_text


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be used: its line in the file, and what was found there."""

    line: int
    found: str


@dataclass(frozen=True)
class TrainingData:
    """Distinct molecules and their values.

    Attributes
    ----------
    smiles : tuple of str
        Standard SMILES, sorted, each once.
    values : (B,) float64
        Mean over the rows of each molecule, or its bound.
    sides : (B,) int64
        0: measured; -1: the true value is below `values`; 1: it is above.
    counts : (B,) float64
        How many measurements each value is the mean of.
    n_rows : int
        Rows of the table.
    n_not_completed : int
        Rows whose status is not `completed`: no value was measured.
    n_merged : int
        Rows beyond the first of their molecule.
    bad_rows : tuple of BadRow
    days : tuple of str
        When each was measured, as ISO date or year, empty where that is not known; or none at all.
    stereo : "merge" or "keep"
        Whether stereoisomers are one molecule, whose SMILES has no configuration, or each its own.
    """

    smiles: tuple[str, ...]
    values: FloatArray
    sides: IntArray
    counts: FloatArray
    n_rows: int
    n_not_completed: int = 0
    n_merged: int = 0
    bad_rows: tuple[BadRow, ...] = ()
    days: tuple[str, ...] = ()
    stereo: Stereo = "merge"

    def __len__(self) -> int:
        return len(self.smiles)

    def take(self, rows: IntArray) -> "TrainingData":
        """Return some of the molecules; the numbers of rows stay those of the table."""
        return replace(
            self,
            smiles=tuple(self.smiles[row] for row in rows),
            values=self.values[rows],
            sides=self.sides[rows],
            counts=self.counts[rows],
            days=tuple(self.days[row] for row in rows) if self.days else (),
        )

    def sha256(self) -> str:
        """Return a digest of the molecules and values; it does not depend on order and spelling of the rows."""
        marks = {-1: " below", 0: "", 1: " above"}
        rows = zip(self.smiles, self.values.tolist(), self.sides.tolist(), strict=True)
        lines = (f"{smiles} {value!r}{marks[side]}\n" for smiles, value, side in rows)
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def merge(
    smiles: Sequence[str],
    values: Sequence[float] | FloatArray,
    sides: Sequence[int] | IntArray | None = None,
    counts: Sequence[float] | FloatArray | None = None,
    stereo: Stereo = "merge",
) -> TrainingData:
    """Standardise molecules and merge equal ones: to the mean of measured values or, without any, the tightest bound.

    Parameters
    ----------
    smiles, values : sequences of length B
    sides : sequence of length B, optional
        0: measured, as all are by default; -1: the true value is below; 1: it is above.
    counts : sequence of length B, optional
        How many measurements each value is the mean of; one by default.
    stereo : "merge" or "keep"
        Whether stereoisomers are equal.

    Raises
    ------
    DataError
        If the lengths differ, a value is not finite, a molecule has bounds from both sides alone, or a SMILES is no
        usable molecule; names it and its place.
    """
    if len(smiles) != len(values):
        raise DataError(f"{len(smiles)} molecules but {len(values)} values")
    side_of = [0] * len(smiles) if sides is None else [int(side) for side in sides]
    count_of = [1.0] * len(smiles) if counts is None else [float(count) for count in counts]
    grouped: dict[str, list[_Row]] = {}
    for place, (text, value) in enumerate(zip(smiles, values, strict=True)):
        if not math.isfinite(value):
            raise DataError(f"molecule {place} (counted from 0), {text!r}: value {value} is not a finite number")
        try:
            row = _Row(float(value), side_of[place], count_of[place])
            grouped.setdefault(standard_smiles(text, stereo), []).append(row)
        except MoleculeError as error:
            raise DataError(f"molecule {place} (counted from 0), {text!r}: {error}") from error
    distinct = sorted(grouped)
    rows = [_merged(key, grouped[key]) for key in distinct]
    return TrainingData(
        tuple(distinct),
        np.array([row.value for row in rows], dtype=np.float64),
        np.array([row.side for row in rows], dtype=np.int64),
        np.array([row.count for row in rows], dtype=np.float64),
        n_rows=len(smiles),
        n_merged=len(smiles) - len(distinct),
        stereo=stereo,
    )


def weights(counts: FloatArray) -> FloatArray:
    """Return the weight of values that are means of several measurements: 1 for a single one, nearly 2 for many.

    Half of the squared error of a model is taken for noise of a single measurement, which falls with their number.
    """
    return 2 * counts / (counts + 1)


def update(earlier: TrainingData, new: TrainingData) -> TrainingData:
    """Return two data sets as one; the new value is used where a compound is in both, as whichever tautomer.

    Stereoisomers are compounds of their own if they are in `new`.
    """
    renewed = {compound_key(smiles, new.stereo) for smiles in new.smiles}
    rows = [row for row, smiles in enumerate(earlier.smiles) if compound_key(smiles, new.stereo) not in renewed]
    kept = earlier.take(np.array(rows, dtype=np.int64))
    return merge(
        kept.smiles + new.smiles,
        np.concatenate([kept.values, new.values]),
        np.concatenate([kept.sides, new.sides]),
        np.concatenate([kept.counts, new.counts]),
        new.stereo,
    )


@dataclass(frozen=True)
class _Row:
    value: float
    side: int
    count: float


def _merged(smiles: str, rows: list[_Row]) -> _Row:
    measured = [row for row in rows if row.side == 0]
    if measured:
        count = math.fsum(row.count for row in measured)
        return _Row(math.fsum(row.value * row.count for row in measured) / count, 0, count)
    if len({row.side for row in rows}) > 1:
        raise DataError(f"{smiles}: bounds from both sides, and nothing measured")
    return max(rows, key=lambda row: row.side * row.value)


def read_table(
    path: Path,
    value_column: str,
    smiles_column: str = "smiles",
    status_column: str = "status",
    stereo: Stereo = "merge",
) -> TrainingData:
    """Read a table of molecules and values, separated by comma, semicolon or tab.

    Where the table has a status column, only rows that are `completed` are used: a failure is never a number. Rows that
    cannot be read are left out and listed in `bad_rows`.

    Parameters
    ----------
    path : Path
    value_column, smiles_column, status_column : str
        Names of columns. Where there is no `smiles_column`, the structures are found by other usual names.
    stereo : "merge" or "keep"
        Whether stereoisomers are one molecule, or each its own.

    Raises
    ------
    DataError
        If the file cannot be read, lacks a column, or holds no usable row.
    """
    table = Table.of(open_text(path), least_columns=1)
    structure, value = _structure(table, smiles_column), _column(table, value_column)
    status = table.header.index(status_column) if status_column in table.header else None
    smiles, values, bad, n_rows, n_open = [], [], [], 0, 0
    for row in table.rows([structure, value]):
        n_rows += 1
        if row.fault:
            bad.append(BadRow(row.line, row.fault))
        elif status is not None and row.cells[status] != "completed":
            n_open += 1
        else:
            try:
                standard = standard_smiles(row.cells[structure], stereo)
                number = _number(row.cells[value], value_column)
            except ValueError as error:
                bad.append(BadRow(row.line, str(error)))
                continue
            smiles.append(standard)
            values.append(number)
    if not smiles:
        raise DataError(f"{path}: no usable row among {n_rows}", _list_rows(bad))
    data = merge(smiles, values, stereo=stereo)
    return replace(data, n_rows=n_rows, n_not_completed=n_open, bad_rows=tuple(bad))


def _structure(table: Table, name: str) -> int:
    place = structure_column(table.header) if name not in table.header else None
    return _column(table, name) if place is None else place


def _column(table: Table, name: str) -> int:
    if name not in table.header:
        where = f"{table.text.path}, line {table.header_line}"
        raise DataError(
            f"{where}: no column {name!r}. Found: {', '.join(table.header)}.", did_you_mean(name, table.header)
        )
    return table.header.index(name)


def _number(text: str, column: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"column {column!r}: found {text or 'nothing'!r}, which is not a number")
    return value


def _list_rows(bad: Sequence[BadRow], most: int = 10) -> str:
    lines = [f"line {row.line}: {row.found}" for row in bad[:most]]
    return "\n".join([*lines, f"and {len(bad) - most} more"] if len(bad) > most else lines)

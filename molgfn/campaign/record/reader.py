"""Reading the record of a campaign, always in an order that does not depend on when answers arrived."""

import json
import sqlite3
from dataclasses import fields, replace
from typing import TypeVar

from molgfn.campaign.record.rows import (
    CompoundRow,
    FailureRow,
    InitialRow,
    LabRow,
    MeasurementRow,
    PhaseName,
    PhaseRow,
    PredictionRow,
    RejectedRow,
    RetrainingRow,
    SpeciesRow,
    Status,
)

Row = TypeVar(
    "Row",
    PredictionRow,
    MeasurementRow,
    SpeciesRow,
    FailureRow,
    RejectedRow,
    PhaseRow,
    InitialRow,
    RetrainingRow,
    LabRow,
)


class RecordReader:
    """The reading part of a record; see `molgfn.campaign.record.store`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def compounds(self, *, status: Status | None = None, batch_round: int | None = None) -> list[CompoundRow]:
        """Return compounds ordered by id: all, or those with a status or sent in a round."""
        rows = self._connection.execute(
            "SELECT * FROM compounds WHERE (?1 IS NULL OR status = ?1) AND (?2 IS NULL OR batch_round = ?2) "
            "ORDER BY compound_id",
            (status, batch_round),
        )
        return [
            CompoundRow(compound_id, smiles, inchikey, tuple(json.loads(blocks)), *rest)
            for compound_id, smiles, inchikey, blocks, *rest in rows
        ]

    def predictions(self, round_number: int | None = None) -> list[PredictionRow]:
        """Return predictions ordered by compound id and round: all, or those of one round."""
        rows = self._rows(PredictionRow, "predictions", "compound_id, round", round_number)
        # SQLite has no truth values.
        return [row if row.in_domain is None else replace(row, in_domain=bool(row.in_domain)) for row in rows]

    def measurements(self, round_number: int | None = None) -> list[MeasurementRow]:
        """Return values of the oracle ordered by compound id: all, or those of one round."""
        return self._rows(MeasurementRow, "measurements", "compound_id, measurement_id", round_number)

    def docked_species(self) -> list[SpeciesRow]:
        """Return what was docked for each measurement, in the order of docking."""
        return self._rows(SpeciesRow, "docked_species", "rowid")

    def failures(self, round_number: int | None = None) -> list[FailureRow]:
        """Return failures ordered by compound id: all, or those of one round."""
        return self._rows(FailureRow, "failures", "compound_id, failure_id", round_number)

    def rejected(self, round_number: int | None = None) -> list[RejectedRow]:
        """Return the molecules that break a constraint, in the order of sampling."""
        return self._rows(RejectedRow, "rejected", "round, rowid", round_number)

    def phases(self) -> list[PhaseRow]:
        """Return the finished phases, in the order in which they were finished."""
        return self._rows(PhaseRow, "phases", "rowid")

    def initial_data(self) -> list[InitialRow]:
        """Return the data that the first proxy was trained on."""
        return self._rows(InitialRow, "initial_data", "rowid")

    def retrainings(self) -> list[RetrainingRow]:
        """Return the proxies that were trained on tables of a lab, oldest first."""
        rows = self._rows(RetrainingRow, "retrainings", "version")
        return [replace(row, used=bool(row.used)) for row in rows]

    def lab_values(self) -> list[LabRow]:
        """Return the compounds of the lab's tables, oldest table first."""
        rows = self._rows(LabRow, "lab_values", "version, key")
        return [replace(row, held_out=bool(row.held_out)) for row in rows]

    def is_finished(self, round_number: int, phase: PhaseName) -> bool:
        """Return whether a phase is finished."""
        row = self._connection.execute(
            "SELECT 1 FROM phases WHERE round = ? AND phase = ?", (round_number, phase)
        ).fetchone()
        return row is not None

    def _rows(self, kind: type[Row], table: str, order: str, round_number: int | None = None) -> list[Row]:
        names = ", ".join(field.name for field in fields(kind))
        where, bound = ("", ()) if round_number is None else ("WHERE round = ?", (round_number,))
        rows = self._connection.execute(f"SELECT {names} FROM {table} {where} ORDER BY {order}", bound)
        return [kind(*values) for values in rows]

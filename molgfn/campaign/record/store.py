"""The record of a campaign: one SQLite file, written by one process, readable by any number while it is written.

The results of a phase, and the note that it is finished, are written in one transaction. Each answer of an oracle is
written in its own transaction as soon as it arrives. So the file is always complete, also if the process is killed.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from molgfn.campaign.record.damage import damaged_record
from molgfn.campaign.record.reader import RecordReader
from molgfn.campaign.record.rows import (
    CompoundRow,
    InitialRow,
    LabRow,
    PhaseName,
    PredictionRow,
    RejectedRow,
    RetrainingRow,
    Status,
)
from molgfn.campaign.record.schema import create_file, open_file
from molgfn.errors import DataError
from molgfn.files import is_disk_full
from molgfn.oracles.interfaces import MEASURED_VALUE, Failure, Measurement


class Store(RecordReader):
    """The record of one campaign; open it with `create`, `open` (to write) or `read`, and close it, or use `with`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(connection)
        self._path = path
        self._file = path.stat().st_ino

    @classmethod
    def create(cls, path: Path) -> Self:
        """Create a new, empty record.

        Raises
        ------
        FileExistsError
            If the file exists.
        """
        create_file(path)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a record to write in it.

        Raises
        ------
        DataError
            If the file does not exist, or is not a record of this version.
        """
        return cls(open_file(path, "rw"), path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Open a record to read it, also while a campaign is writing in it; nothing can be written.

        Raises
        ------
        DataError
            As `open`.
        """
        return cls(open_file(path, "ro"), path)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the record; if an error of SQLite ends it, report that the record is damaged.

        Raises
        ------
        DataError
            In place of an error of SQLite, unless the disk is full.
        """
        try:
            self.close()
        finally:
            if isinstance(error, sqlite3.DatabaseError) and not is_disk_full(error, self._path.parent):
                raise damaged_record(self._path, error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything inside, or nothing.

        Raises
        ------
        DataError
            If the file was deleted or replaced since it was opened; its content is then saved in a file beside it.
        """
        self._keep_if_gone()
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # SQLite ends it itself if the disk is full
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read everything inside from one state of the record."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def _keep_if_gone(self) -> None:
        if self._path.exists() and self._path.stat().st_ino == self._file:
            return
        kept = self._path.with_name(f"recovered.{self._path.name}")
        kept.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(kept)) as copy:
            self._connection.backup(copy)
        raise DataError(
            f"{self._path}: deleted or replaced while the run was writing in it",
            f"Its content is in {kept}: rename it to {self._path.name}, then `molgfn resume {self._path.parent}`.",
        )

    # ---- writing: each of these runs inside a transaction of the caller

    def add_compounds(self, rows: Iterable[CompoundRow]) -> None:
        """Add new compounds."""
        values = (
            (row.compound_id, row.smiles, row.inchikey, json.dumps(row.blocks), row.round, row.status, row.batch_round)
            for row in rows
        )
        self._connection.executemany("INSERT INTO compounds VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def add_predictions(self, rows: Iterable[PredictionRow]) -> None:
        """Add predictions, one for each compound, round and property; it replaces an earlier one."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO predictions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(astuple, rows)
        )

    def add_rejected(self, rows: Iterable[RejectedRow]) -> None:
        """Add molecules that break a constraint."""
        self._connection.executemany("INSERT INTO rejected VALUES (?, ?, ?)", map(astuple, rows))

    def add_initial_data(self, rows: Iterable[InitialRow]) -> None:
        """Add the data that the first proxy was trained on."""
        self._connection.executemany("INSERT INTO initial_data VALUES (?, ?, ?, ?)", map(astuple, rows))

    def add_retraining(self, row: RetrainingRow, values: Iterable[LabRow]) -> None:
        """Add a retrained proxy and the table that it was trained on."""
        self._connection.execute("INSERT INTO retrainings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", astuple(row))
        self._connection.executemany("INSERT INTO lab_values VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(astuple, values))

    def send(self, compound_ids: Iterable[str], round_number: int) -> None:
        """Mark compounds as sent to the oracle in this round."""
        self._connection.executemany(
            "UPDATE compounds SET status = 'pending', batch_round = ? WHERE compound_id = ? AND status = 'proposed'",
            [(round_number, compound_id) for compound_id in compound_ids],
        )

    def finish(self, round_number: int, phase: PhaseName) -> None:
        """Mark a phase as finished."""
        self._connection.execute("INSERT INTO phases VALUES (?, ?, ?)", (round_number, phase, _now()))

    # ---- writing: transactions of their own

    def record(
        self, answer: Measurement | Failure, round_number: int, unit: str, measured: str = MEASURED_VALUE
    ) -> bool:
        """Write an answer of the oracle at once.

        Parameters
        ----------
        answer : Measurement or Failure
        round_number : int
        unit : str
        measured : str
            Name of the property that the oracle measures.

        Returns
        -------
        bool
            False, with nothing written, if the compound is not waiting for an answer.
        """
        status: Status = "completed" if isinstance(answer, Measurement) else "failed"
        with self.transaction():
            changed = self._connection.execute(
                "UPDATE compounds SET status = ? WHERE compound_id = ? AND status = 'pending' AND batch_round = ?",
                (status, answer.compound_id, round_number),
            ).rowcount
            if not changed:
                return False
            head = (answer.compound_id, round_number, measured)
            if isinstance(answer, Measurement):
                number = self._connection.execute(
                    "INSERT INTO measurements VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*head, float(answer.value), unit, answer.docked_smiles, float(answer.wall_s), _now()),
                ).lastrowid
                self._connection.executemany(
                    "INSERT INTO docked_species VALUES (?, ?, ?, ?)",
                    [(number, one.smiles, one.score, one.message) for one in answer.species],
                )
            else:
                self._connection.execute(
                    "INSERT INTO failures VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
                    (*head, answer.code, answer.message, float(answer.wall_s), _now()),
                )
        return True

    def reopen(self, compound_ids: Iterable[str]) -> None:
        """Make failed compounds pending again; the failures stay on record."""
        with self.transaction():
            self._connection.executemany(
                "UPDATE compounds SET status = 'pending' WHERE compound_id = ? AND status = 'failed'",
                [(compound_id,) for compound_id in compound_ids],
            )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")

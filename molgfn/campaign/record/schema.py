"""The file of a campaign's record: its tables, its versions, and how it is opened."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from molgfn.campaign.record.damage import damaged_record
from molgfn.campaign.record.migrations import (
    DOCKED_SPECIES,
    FAILURES,
    INITIAL_DATA,
    MEASUREMENTS,
    PREDICTIONS,
    RETRAININGS,
    STEPS,
    migrate,
)
from molgfn.campaign.record.rows import PHASES, STATUSES
from molgfn.errors import DataError

USER_VERSION = 5
DATABASE = "campaign.sqlite"
RESOLVED = "campaign.resolved.toml"
Mode = Literal["ro", "rw"]

_SCHEMA = f"""
CREATE TABLE compounds (
    compound_id TEXT PRIMARY KEY, smiles TEXT NOT NULL, inchikey TEXT UNIQUE NOT NULL, blocks TEXT NOT NULL,
    round INTEGER NOT NULL, status TEXT NOT NULL CHECK (status IN {STATUSES}), batch_round INTEGER
) STRICT;
{PREDICTIONS}
{MEASUREMENTS}
{DOCKED_SPECIES}
{FAILURES}
CREATE TABLE rejected (
    round INTEGER NOT NULL, smiles TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (round, smiles)
) STRICT;
CREATE TABLE phases (
    round INTEGER NOT NULL, phase TEXT NOT NULL CHECK (phase IN {PHASES}), finished_at TEXT NOT NULL,
    PRIMARY KEY (round, phase)
) STRICT;
{INITIAL_DATA}
{RETRAININGS}
PRAGMA user_version = {USER_VERSION};
"""


def create_file(path: Path) -> None:
    """Create a new, empty record.

    Raises
    ------
    FileExistsError
        If the file exists.
    """
    path.touch(exist_ok=False)
    with closing(_connect(path, "rw")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_SCHEMA)


def open_file(path: Path, mode: Mode) -> sqlite3.Connection:
    """Open a record to read or to write; a record of an earlier version is converted first.

    Raises
    ------
    DataError
        If the file does not exist, is not a record of this version, or has an earlier version and cannot be
        written to.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file", "A run directory made by `molgfn run` has one.")
    if path.stat().st_size == 0:
        raise damaged_record(path, sqlite3.DatabaseError("it is empty"))
    connection = _connect(path, mode)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        # Without it a power cut could lose an answer that was just committed.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise DataError(
            f"{path}: not readable as the record of a campaign ({error})",
            "It is damaged or not a record: restore a copy, such as a backup.",
        ) from None
    if version in STEPS:
        connection.close()
        _migrate(path, version)
        return open_file(path, mode)
    if version != USER_VERSION:
        connection.close()
        raise DataError(
            f"{path}: version {version} of the record; accepted: {USER_VERSION}",
            "Another version of molgfn wrote it: use that version (manifest.json names it).",
        )
    return connection


def _connect(path: Path, mode: Mode) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=30.0)


def _migrate(path: Path, version: int) -> None:
    try:
        with closing(_connect(path, "rw")) as connection:
            migrate(connection, version, path.with_name(RESOLVED))
    except sqlite3.OperationalError as error:
        raise DataError(
            f"{path}: version {version} of the record, which cannot be converted to version {USER_VERSION} ({error})",
            "Copy the run directory to a place where you can write, and use the copy.",
        ) from None

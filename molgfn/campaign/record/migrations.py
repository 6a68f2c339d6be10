"""The conversion of records of earlier versions, each to the next version."""

import sqlite3
import tomllib
from collections.abc import Callable
from pathlib import Path

from molgfn.oracles.interfaces import MEASURED_VALUE

RETRAININGS = """
CREATE TABLE retrainings (
    version INTEGER PRIMARY KEY, round INTEGER NOT NULL, folder TEXT NOT NULL, base TEXT NOT NULL,
    unit TEXT NOT NULL, direction TEXT NOT NULL, used INTEGER NOT NULL CHECK (used IN (0, 1)),
    file TEXT NOT NULL, sha256 TEXT NOT NULL, recorded_at TEXT NOT NULL
) STRICT;
CREATE TABLE lab_values (
    version INTEGER NOT NULL REFERENCES retrainings, key TEXT NOT NULL, smiles TEXT NOT NULL,
    compound_id TEXT NOT NULL, lab_id TEXT NOT NULL, value REAL NOT NULL,
    side INTEGER NOT NULL CHECK (side IN (-1, 0, 1)), n REAL NOT NULL,
    held_out INTEGER NOT NULL CHECK (held_out IN (0, 1)), PRIMARY KEY (version, key)
) STRICT;
"""
PREDICTIONS = """
CREATE TABLE predictions (
    compound_id TEXT NOT NULL REFERENCES compounds, round INTEGER NOT NULL, pred_mean REAL NOT NULL, pred_std REAL,
    acquisition REAL NOT NULL, log_reward REAL NOT NULL, source_model TEXT NOT NULL, in_domain INTEGER,
    nn_similarity REAL, nn_smiles TEXT NOT NULL DEFAULT '', property TEXT NOT NULL, unit TEXT NOT NULL,
    PRIMARY KEY (compound_id, round, property)
) STRICT;
"""
MEASUREMENTS = """
CREATE TABLE measurements (
    measurement_id INTEGER PRIMARY KEY, compound_id TEXT NOT NULL REFERENCES compounds, round INTEGER NOT NULL,
    property TEXT NOT NULL, value REAL NOT NULL, unit TEXT NOT NULL, docked_smiles TEXT NOT NULL, wall_s REAL NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;
"""
FAILURES = """
CREATE TABLE failures (
    failure_id INTEGER PRIMARY KEY, compound_id TEXT NOT NULL REFERENCES compounds, round INTEGER NOT NULL,
    property TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, wall_s REAL NOT NULL, recorded_at TEXT NOT NULL
) STRICT;
"""
INITIAL_DATA = """
CREATE TABLE initial_data (
    smiles TEXT NOT NULL, value REAL NOT NULL, property TEXT NOT NULL, unit TEXT NOT NULL
) STRICT;
"""
DOCKED_SPECIES = """
CREATE TABLE docked_species (
    measurement_id INTEGER NOT NULL REFERENCES measurements, smiles TEXT NOT NULL, score REAL, message TEXT NOT NULL
) STRICT;
"""

_NEIGHBOURS = """
ALTER TABLE predictions ADD COLUMN in_domain INTEGER;
ALTER TABLE predictions ADD COLUMN nn_similarity REAL;
ALTER TABLE predictions ADD COLUMN nn_smiles TEXT NOT NULL DEFAULT '';
"""
# SQLite cannot remove NOT NULL from a column, and cannot add a column in the middle: the tables are copied. The rows
# keep their order, because initial data have no other order.
_PROPERTIES = f"""
ALTER TABLE predictions RENAME TO before_predictions;
{PREDICTIONS}
INSERT INTO predictions SELECT compound_id, round, pred_mean, pred_std, acquisition, log_reward, source_model,
    in_domain, nn_similarity, nn_smiles, campaign_property(),
    COALESCE((SELECT unit FROM measurements ORDER BY measurement_id DESC LIMIT 1), campaign_unit())
    FROM before_predictions ORDER BY rowid;
DROP TABLE before_predictions;
ALTER TABLE measurements RENAME TO before_measurements;
{MEASUREMENTS}
INSERT INTO measurements SELECT measurement_id, compound_id, round, campaign_property(), value, unit, docked_smiles,
    wall_s, recorded_at FROM before_measurements ORDER BY measurement_id;
DROP TABLE before_measurements;
ALTER TABLE failures RENAME TO before_failures;
{FAILURES}
INSERT INTO failures SELECT failure_id, compound_id, round, campaign_property(), code, message, wall_s, recorded_at
    FROM before_failures ORDER BY failure_id;
DROP TABLE before_failures;
ALTER TABLE initial_data RENAME TO before_initial_data;
{INITIAL_DATA}
INSERT INTO initial_data SELECT smiles, value, '', initial_unit() FROM before_initial_data ORDER BY rowid;
DROP TABLE before_initial_data;
"""
STEPS = {1: _NEIGHBOURS, 2: RETRAININGS, 3: _PROPERTIES, 4: DOCKED_SPECIES}
"""SQL that converts a record to the next version, by the version that it has."""


def migrate(connection: sqlite3.Connection, version: int, resolved: Path) -> None:
    """Convert a record to the next version, in one transaction.

    Parameters
    ----------
    connection : sqlite3.Connection
        Not in a transaction.
    version : int
        Of the record.
    resolved : Path
        The campaign file of the run. It names the quantity of the values, which the old record does not.

    Raises
    ------
    sqlite3.OperationalError
        If the record cannot be written to; it is not changed then.
    """
    for name, value in _facts(resolved).items():
        connection.create_function(name, 0, _constant(value), deterministic=True)
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have converted it while this one waited for the lock.
        if connection.execute("PRAGMA user_version").fetchone()[0] == version:
            for statement in STEPS[version].split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version + 1}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _constant(value: str) -> Callable[[], str]:
    return lambda: value


def _facts(resolved: Path) -> dict[str, str]:
    """Return the name of the measured quantity and the units of the values, from the campaign file."""
    try:
        settings = tomllib.loads(resolved.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        settings = {}
    docks = settings.get("oracle", {}).get("kind") == "docking"
    column = str(settings.get("proxy", {}).get("value_column", ""))
    return {
        "campaign_property": "docking score" if docks else MEASURED_VALUE,
        "campaign_unit": "kcal/mol" if docks else "",
        "initial_unit": "kcal/mol" if docks and "kcal" in column else "",
    }

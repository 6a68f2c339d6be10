"""What makes a record of each earlier version one of the next."""

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

_NEIGHBOURS = """
ALTER TABLE predictions ADD COLUMN in_domain INTEGER;
ALTER TABLE predictions ADD COLUMN nn_similarity REAL;
ALTER TABLE predictions ADD COLUMN nn_smiles TEXT NOT NULL DEFAULT '';
"""
# SQLite cannot let a column be empty that was not before, nor add one in the middle: the tables are copied. The order
# of the rows is kept, which the rows of the initial data have nothing else for.
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
STEPS = {1: _NEIGHBOURS, 2: RETRAININGS, 3: _PROPERTIES}
"""SQL that brings a record of the version that is the key to the next one."""


def migrate(connection: sqlite3.Connection, version: int, resolved: Path) -> None:
    """Bring a record to the next version, in one transaction.

    Parameters
    ----------
    connection : sqlite3.Connection
        Not in a transaction.
    version : int
        That of the record.
    resolved : Path
        The campaign file of the run, which tells what was measured where the record does not yet.

    Raises
    ------
    sqlite3.OperationalError
        If the record cannot be written to; it is as it was.
    """
    for name, value in _facts(resolved).items():
        connection.create_function(name, 0, _constant(value), deterministic=True)
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited for its turn.
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
    """Return what a campaign file tells of the values in a record: the name of what was measured, and the units."""
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

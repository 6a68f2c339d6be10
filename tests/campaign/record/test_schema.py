"""Records of every version, and files that are none."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from molgfn.campaign.record import migrations, schema
from molgfn.campaign.record.rows import FailureRow, InitialRow, MeasurementRow, PredictionRow
from molgfn.campaign.record.store import Store
from molgfn.errors import DataError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "campaign.sqlite"


FIRST_VERSION = """
CREATE TABLE compounds (
    compound_id TEXT PRIMARY KEY, smiles TEXT NOT NULL, inchikey TEXT UNIQUE NOT NULL, blocks TEXT NOT NULL,
    round INTEGER NOT NULL, status TEXT NOT NULL, batch_round INTEGER
) STRICT;
CREATE TABLE predictions (
    compound_id TEXT NOT NULL REFERENCES compounds, round INTEGER NOT NULL, pred_mean REAL NOT NULL,
    pred_std REAL NOT NULL, acquisition REAL NOT NULL, log_reward REAL NOT NULL, source_model TEXT NOT NULL,
    PRIMARY KEY (compound_id, round)
) STRICT;
CREATE TABLE measurements (
    measurement_id INTEGER PRIMARY KEY, compound_id TEXT NOT NULL REFERENCES compounds, round INTEGER NOT NULL,
    value REAL NOT NULL, unit TEXT NOT NULL, docked_smiles TEXT NOT NULL, wall_s REAL NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE TABLE failures (
    failure_id INTEGER PRIMARY KEY, compound_id TEXT NOT NULL REFERENCES compounds, round INTEGER NOT NULL,
    code TEXT NOT NULL, message TEXT NOT NULL, wall_s REAL NOT NULL, recorded_at TEXT NOT NULL
) STRICT;
CREATE TABLE rejected (
    round INTEGER NOT NULL, smiles TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (round, smiles)
) STRICT;
CREATE TABLE phases (
    round INTEGER NOT NULL, phase TEXT NOT NULL, finished_at TEXT NOT NULL, PRIMARY KEY (round, phase)
) STRICT;
CREATE TABLE initial_data (smiles TEXT NOT NULL, value REAL NOT NULL) STRICT;
INSERT INTO compounds VALUES ('X-000001', 'Oc1ccccc1', 'KEY-A', '["c1ccccc1", "O"]', 1, 'completed', 1);
INSERT INTO predictions VALUES ('X-000001', 1, -9.5, 0.25, 9.75, -3.125, 'm');
INSERT INTO measurements VALUES (7, 'X-000001', 1, -9.0, 'kcal/mol', 'Oc1ccccc1', 2.5, 'now');
INSERT INTO failures VALUES (3, 'X-000001', 1, 'timeout', 'too long', 600.0, 'then');
INSERT INTO initial_data VALUES ('CC', -4.5), ('C', -1.5);
PRAGMA user_version = 1;
"""
DOCKING = '[oracle]\nkind = "docking"\n[proxy]\nvalue_column = "score_kcal_mol"\n'


def make_first_version(path, settings=DOCKING):
    with closing(sqlite3.connect(path)) as earlier:
        earlier.executescript(FIRST_VERSION)
    path.with_name("campaign.resolved.toml").write_text(settings)


@pytest.mark.parametrize("open_it", [Store.open, Store.read])
def test_what_is_no_record_is_told_in_words(path, open_it):
    with pytest.raises(DataError, match="no such file"):
        open_it(path)
    path.write_bytes(b"SMILES,value\n" * 100)
    with pytest.raises(DataError, match="not readable as the record of a campaign"):
        open_it(path)
    path.unlink()
    with closing(sqlite3.connect(path)) as later:
        later.execute("PRAGMA user_version = 7")
    with pytest.raises(DataError, match=r"version 7 of the record; accepted: 5"):
        open_it(path)


PREDICTION = PredictionRow("X-000001", 1, -9.5, 0.25, 9.75, -3.125, "m", property="docking score", unit="kcal/mol")


@pytest.mark.parametrize("open_it", [Store.open, Store.read])
def test_a_record_of_the_first_version_is_read_and_written_on(path, open_it):
    make_first_version(path)
    with open_it(path) as again:
        assert again.predictions() == [PREDICTION]
        assert again.measurements() == [
            MeasurementRow(7, "X-000001", 1, "docking score", -9.0, "kcal/mol", "Oc1ccccc1", 2.5, "now")
        ]
        assert again.failures() == [FailureRow(3, "X-000001", 1, "docking score", "timeout", "too long", 600.0, "then")]
        assert again.initial_data() == [InitialRow("CC", -4.5, unit="kcal/mol"), InitialRow("C", -1.5, unit="kcal/mol")]
    with Store.open(path) as again, again.transaction():
        without_error_bar = PredictionRow("X-000001", 2, -9.5, None, 9.75, -3.125, "m", True, 0.5, "C")
        again.add_predictions([without_error_bar])
        assert again.predictions(2) == [without_error_bar]
        assert again.retrainings() == []


@pytest.mark.parametrize("settings", ['[oracle]\nkind = "python"\n', "", "= no campaign file"])
def test_what_an_oracle_of_the_user_measured_gets_no_name_that_it_may_not_have(path, settings):
    make_first_version(path, settings)
    with Store.read(path) as again:
        assert [row.property for row in again.measurements()] == ["measured value"]
        assert [(row.property, row.unit) for row in again.predictions()] == [("measured value", "kcal/mol")]
        assert {row.unit for row in again.initial_data()} == {""}


def test_a_migration_that_is_cut_off_leaves_the_record_as_it_was(path, monkeypatch):
    make_first_version(path)
    monkeypatch.setitem(migrations.STEPS, 3, migrations.STEPS[3] + "SELECT no_such_function();\n")
    with pytest.raises(DataError, match="version 3 of the record, which cannot be converted"):
        Store.open(path)
    monkeypatch.undo()
    with Store.open(path) as again:
        assert again.predictions() == [PREDICTION]


def test_two_processes_may_migrate_at_once(path):
    make_first_version(path)
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda _: predictions_in(path), range(8)))
    assert read == [[PREDICTION]] * 8


def predictions_in(path):
    with Store.read(path) as store:
        return store.predictions()


@pytest.mark.parametrize("open_it", [Store.open, Store.read])
def test_an_earlier_version_that_cannot_be_written_to_is_told_in_words(path, open_it, monkeypatch):
    make_first_version(path)
    connect = schema._connect
    # What a folder without the right to write comes to, also for root.
    monkeypatch.setattr(schema, "_connect", lambda path, _: connect(path, "ro"))
    with pytest.raises(
        DataError, match=r"version 1 of the record, which cannot be converted to version 5 \(.*read"
    ) as told:
        open_it(path)
    assert "Copy the run directory" in told.value.hint

"""Records of every version, and files that are none."""

import sqlite3
from contextlib import closing

import pytest

from molgfn.campaign.record import schema
from molgfn.campaign.record.rows import CompoundRow, PredictionRow
from molgfn.campaign.record.store import Store
from molgfn.errors import DataError

PHENOL = CompoundRow("X-000001", "Oc1ccccc1", "KEY-A", ("c1ccccc1", "O"), 1, "proposed", None)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "campaign.sqlite"


def make_first_version(path):
    with Store.create(path) as store, store.transaction():
        store.add_compounds([PHENOL])
        store.add_predictions([PredictionRow("X-000001", 1, -9.5, 0.25, 9.75, -3.125, "m", True, 0.5, "C")])
    with closing(sqlite3.connect(path)) as earlier:
        earlier.execute("DROP TABLE lab_values")
        earlier.execute("DROP TABLE retrainings")
        for column in ("in_domain", "nn_similarity", "nn_smiles"):
            earlier.execute(f"ALTER TABLE predictions DROP COLUMN {column}")
        earlier.execute("PRAGMA user_version = 1")


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
    with pytest.raises(DataError, match=r"version 7 of the record; accepted: 3"):
        open_it(path)


@pytest.mark.parametrize("open_it", [Store.open, Store.read])
def test_a_record_of_the_first_version_is_read_and_written_on(path, open_it):
    make_first_version(path)
    with open_it(path) as again:
        assert again.predictions() == [PredictionRow("X-000001", 1, -9.5, 0.25, 9.75, -3.125, "m")]
    with Store.open(path) as again, again.transaction():
        again.add_predictions([PredictionRow("X-000001", 2, -9.5, 0.25, 9.75, -3.125, "m", True, 0.5, "C")])
        assert again.retrainings() == []


@pytest.mark.parametrize("open_it", [Store.open, Store.read])
def test_an_earlier_version_that_cannot_be_written_to_is_told_in_words(path, open_it, monkeypatch):
    make_first_version(path)
    connect = schema._connect
    # What a folder without the right to write comes to, also for root.
    monkeypatch.setattr(schema, "_connect", lambda path, _: connect(path, "ro"))
    with pytest.raises(
        DataError, match=r"version 1 of the record, which cannot be brought up to version 3 \(.*read"
    ) as told:
        open_it(path)
    assert "Copy the run directory" in told.value.hint

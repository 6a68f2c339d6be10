import os
import signal
import sqlite3
import subprocess
import sys

import pytest

from molgfn.campaign.record.rows import (
    CompoundRow,
    InitialRow,
    LabRow,
    PredictionRow,
    RejectedRow,
    RetrainingRow,
    SpeciesRow,
)
from molgfn.campaign.record.store import Store
from molgfn.oracles.interfaces import DockedSpecies, Failure, Measurement

PHENOL = CompoundRow("X-000001", "Oc1ccccc1", "KEY-A", ("c1ccccc1", "O"), 1, "proposed", None)
ETHANOL = CompoundRow("X-000002", "CCO", "KEY-B", ("CC", "O"), 1, "proposed", None)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "campaign.sqlite"


@pytest.fixture
def store(path):
    with Store.create(path) as store:
        with store.transaction():
            store.add_compounds([ETHANOL, PHENOL])
        yield store


def send(store, *ids, round_number=1):
    with store.transaction():
        store.send(ids, round_number)


def statuses(store):
    return {row.compound_id: row.status for row in store.compounds()}


def test_rows_come_back_as_they_were(path, store):
    prediction = PredictionRow("X-000001", 1, -9.5, 0.25, 9.75, -3.125, "inputs/proxy", False, 0.375, "CCO")
    rejected = [RejectedRow(1, "C", "mw 16 is below 200"), RejectedRow(1, "B", "alert")]
    with store.transaction():
        store.add_predictions([prediction])
        store.add_rejected(rejected)
        store.add_initial_data([InitialRow("CC", -4.5)])
        store.finish(1, "propose")
    with Store.read(path) as reader, reader.snapshot():
        assert reader.compounds() == [PHENOL, ETHANOL]
        assert reader.predictions() == reader.predictions(1) == [prediction]
        assert reader.predictions(2) == []
        assert reader.rejected() == rejected
        assert reader.initial_data() == [InitialRow("CC", -4.5)]
        assert [(row.round, row.phase) for row in reader.phases()] == [(1, "propose")]
        assert reader.is_finished(1, "propose")
        assert not reader.is_finished(1, "select")


def test_a_retraining_comes_back_with_its_table(path, store):
    retrained = RetrainingRow(1, 2, "proxies/001", "inputs/proxy", "pIC50", "maximise", True, "lab.csv", "ab", "now")
    values = [
        LabRow(1, "KEY-A", "Oc1ccccc1", "X-000001", "", 6.5, 0, 2.0, False),
        LabRow(1, "KEY-C", "CCN", "", "L7", 5.0, -1, 1.0, True),
    ]
    with store.transaction():
        store.add_retraining(retrained, values)
    with Store.read(path) as reader:
        assert reader.retrainings() == [retrained]
        assert reader.lab_values() == values


def test_answers_are_kept_by_id_whatever_their_order(store):
    send(store, "X-000001", "X-000002")
    assert store.record(Failure("X-000002", "timeout", "took 600 s", 600.0), 1, "kcal/mol")
    assert store.record(Measurement("X-000001", -9.0, 20.0, docked_smiles="Oc1ccccc1"), 1, "kcal/mol")
    assert statuses(store) == {"X-000001": "completed", "X-000002": "failed"}
    [measured], [failed] = store.measurements(), store.failures()
    assert (measured.compound_id, measured.value, measured.unit, measured.wall_s) == (
        "X-000001",
        -9.0,
        "kcal/mol",
        20.0,
    )
    assert (failed.compound_id, failed.code, failed.message) == ("X-000002", "timeout", "took 600 s")


def test_every_species_that_was_docked_is_kept(store):
    send(store, "X-000001", "X-000002")
    species = (DockedSpecies("C[NH3+]", -3.0), DockedSpecies("CN", None, "does not fit"))
    store.record(Measurement("X-000002", -2.0), 1, "kcal/mol")
    store.record(Measurement("X-000001", -3.0, docked_smiles="C[NH3+]", species=species), 1, "kcal/mol")
    number = store.measurements()[0].measurement_id
    assert store.docked_species() == [
        SpeciesRow(number, "C[NH3+]", -3.0, ""),
        SpeciesRow(number, "CN", None, "does not fit"),
    ]


@pytest.mark.parametrize("again", [Measurement("X-000001", -1.0), Failure("X-000001", "x", "y")])
def test_a_second_answer_changes_nothing(store, again):
    send(store, "X-000001")
    assert store.record(Measurement("X-000001", -9.0), 1, "kcal/mol")
    assert not store.record(again, 1, "kcal/mol")
    assert [row.value for row in store.measurements()] == [-9.0]
    assert store.failures() == []


def test_an_answer_nobody_waits_for_is_not_kept(store):
    send(store, "X-000001")
    assert not store.record(Measurement("X-000002", -9.0), 1, "kcal/mol")
    assert not store.record(Measurement("X-000009", -9.0), 1, "kcal/mol")
    assert not store.record(Measurement("X-000001", -9.0), 2, "kcal/mol")
    assert store.measurements() == []


def test_a_failed_compound_may_be_asked_again_and_its_failure_stays(store):
    send(store, "X-000001")
    store.record(Failure("X-000001", "engine", "no vina"), 1, "kcal/mol")
    store.reopen(["X-000001", "X-000002"])
    assert statuses(store) == {"X-000001": "pending", "X-000002": "proposed"}
    assert store.record(Measurement("X-000001", -9.0), 1, "kcal/mol")
    assert len(store.failures()) == 1


def test_only_what_was_never_sent_can_be_sent(store):
    send(store, "X-000001")
    store.record(Measurement("X-000001", -9.0), 1, "kcal/mol")
    send(store, "X-000001", "X-000002", round_number=2)
    assert [(row.compound_id, row.batch_round) for row in store.compounds()] == [("X-000001", 1), ("X-000002", 2)]
    assert [row.compound_id for row in store.compounds(status="pending")] == ["X-000002"]
    assert [row.compound_id for row in store.compounds(batch_round=1)] == ["X-000001"]


def test_a_transaction_is_whole_or_nothing(store):
    def finish_twice():
        with store.transaction():
            store.send(["X-000001"], 1)
            store.finish(1, "select")
            store.finish(1, "select")

    with pytest.raises(sqlite3.IntegrityError):
        finish_twice()
    assert statuses(store)["X-000001"] == "proposed"
    assert store.phases() == []


def test_a_reader_sees_what_is_committed_while_another_writes_and_cannot_write(path, store):
    with Store.read(path) as reader:
        with store.transaction():
            store.send(["X-000001"], 1)
            assert statuses(reader)["X-000001"] == "proposed"
        assert statuses(reader)["X-000001"] == "pending"
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.record(Measurement("X-000001", -9.0), 1, "kcal/mol")
        assert store.record(Measurement("X-000001", -9.0), 1, "kcal/mol")


def test_a_snapshot_is_of_one_moment(path, store):
    with Store.read(path) as reader, reader.snapshot():
        before = reader.compounds()
        send(store, "X-000001")
        assert reader.compounds() == before


def test_an_answer_recorded_outlives_the_process(path, store):
    send(store, "X-000001")
    store.close()
    script = (
        "import os, sys; from pathlib import Path; from molgfn.campaign.record.store import Store;"
        "from molgfn.oracles.interfaces import Measurement;"
        "store = Store.open(Path(sys.argv[1])); store.record(Measurement('X-000001', -9.0), 1, 'kcal/mol');"
        "os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", script, os.fspath(path)])
    assert killed.returncode == -signal.SIGKILL
    with Store.open(path) as again:
        assert [row.value for row in again.measurements()] == [-9.0]


def test_a_record_is_never_overwritten(path, store):
    with pytest.raises(FileExistsError):
        Store.create(path)
    assert len(store.compounds()) == 2

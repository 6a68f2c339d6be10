import math
import os
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace

import pytest

from molgfn.campaign.record.store import Store
from molgfn.errors import OracleError, Stopped
from molgfn.oracles.docking.oracle import DockingOracle, DockingSettings
from molgfn.oracles.docking.receptors import find_target
from molgfn.oracles.interfaces import MEASURED_VALUE, Failure, Measurement
from molgfn.oracles.workers import local_processes
from tests.campaign.stand_ins import StandIns, resume, start, true_value, usual_answer


def asked(folder):
    return Counter((folder / "asked").read_text().split())


def store_of(folder):
    [run] = (folder / "runs").iterdir()
    return Store.read(run / "campaign.sqlite")


def answer_from(folder, answer):
    return StandIns(folder / "asked", answer)


def value(compound):
    return Measurement(compound.compound_id, true_value(compound.smiles), pose=f"{compound.compound_id}\n$$$$\n")


def test_every_value_is_with_its_own_molecule_and_has_its_pose(tmp_path):
    run = start(tmp_path, answer_from(tmp_path, value))
    with store_of(tmp_path) as store:
        smiles = {row.compound_id: row.smiles for row in store.compounds()}
        measured = store.measurements()
    assert len(measured) == 12 + 8 + 8
    for row in measured:
        assert row.value == true_value(smiles[row.compound_id])
        assert row.unit == "kcal/mol"
        assert (run / "poses" / f"{row.compound_id}.sdf").read_text().startswith(row.compound_id)
    assert set(asked(tmp_path).values()) == {1}


def test_a_failure_is_never_a_number(tmp_path):
    run = start(tmp_path, StandIns(tmp_path / "asked"))
    with store_of(tmp_path) as store:
        failed = {row.compound_id for row in store.compounds(status="failed")}
        assert failed
        assert failed == {row.compound_id for row in store.failures()}
        assert not failed & {row.compound_id for row in store.measurements()}
    assert not failed & {path.stem for path in (run / "poses").glob("*.sdf")}


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_no_number_is_a_failure(tmp_path, number):
    def answer(compound):
        if compound.compound_id.endswith("-000003"):
            return Measurement(compound.compound_id, number)
        return value(compound)

    start(tmp_path, answer_from(tmp_path, answer))
    with store_of(tmp_path) as store:
        [failure] = store.failures()
    assert (failure.compound_id[-7:], failure.code) == ("-000003", "not_a_number")
    assert failure.message == f"the oracle gave {number} instead of a number"


def broken(compound):
    return Failure(compound.compound_id, "engine_missing", "vina: command not found")


def test_the_same_failure_again_and_again_stops_the_campaign_and_is_asked_again(tmp_path):
    with pytest.raises(OracleError) as error:
        start(tmp_path, answer_from(tmp_path, broken))
    [run] = (tmp_path / "runs").iterdir()
    first = (tmp_path / "asked").read_text().split()[0]
    assert str(error.value).splitlines() == [
        "oracle nowhere:Nothing, round 0: 7 of 12 compounds failed with the same code, engine_missing; "
        "[oracle] max_failure_rate = 0.5",
        f"  The first, {min((tmp_path / 'asked').read_text().split())}: vina: command not found",
        "  Correct that (`molgfn check` tries one control compound), "
        f"then `molgfn resume {run}`: these compounds are sent again.",
    ]
    assert error.value.exit_code == 4
    assert sum(asked(tmp_path).values()) == 7

    resume(run, answer_from(tmp_path, value))
    with store_of(tmp_path) as store:
        assert {row.status for row in store.compounds(batch_round=0)} == {"completed"}
        assert len(store.failures()) == 7
    assert asked(tmp_path)[first] == 2


def test_failures_of_many_kinds_stop_nothing(tmp_path):
    codes = iter(range(1000))

    def answer(compound):
        return Failure(compound.compound_id, f"code_{next(codes)}", "") if next(codes) % 3 == 0 else value(compound)

    start(tmp_path, answer_from(tmp_path, answer))


def test_few_failures_of_a_small_batch_stop_nothing(tmp_path):
    def answer(compound):
        return value(compound) if compound.compound_id[-6:] <= "000012" else broken(compound)

    small = 'name = "stand-in"\nrounds = 2\nbatch_size = 4\nproposals = 30\ninitial = 12'
    start(tmp_path, answer_from(tmp_path, answer), campaign=small)
    with store_of(tmp_path) as store:
        assert len(store.compounds(status="failed")) == 8


@pytest.mark.parametrize("wrong", ["STAND-IN-999999", "twice"])
def test_an_answer_that_belongs_to_nothing_stops_the_campaign(tmp_path, wrong):
    asked_ids = []

    def mixed_up(compound):
        asked_ids.append(compound.compound_id)
        return Measurement(asked_ids[0] if wrong == "twice" else wrong, -9.0)

    with pytest.raises(OracleError, match="which it was not asked about, or answered twice"):
        start(tmp_path, answer_from(tmp_path, mixed_up))
    with store_of(tmp_path) as store:
        assert len(store.measurements()) == (wrong == "twice")


def test_compounds_without_an_answer_are_asked_again(tmp_path):
    class Silent(StandIns):
        def open_oracle(self):
            oracle = super().open_oracle()
            wait, waits = oracle.wait, iter(range(1000))

            def wait_nine_times(seconds):
                if next(waits) == 9:
                    raise OracleError("the line is dead")
                wait(seconds)

            oracle.wait = wait_nine_times
            return oracle

    with pytest.raises(OracleError, match="the line is dead"):
        start(tmp_path, Silent(tmp_path / "asked"))
    [run] = (tmp_path / "runs").iterdir()
    with store_of(tmp_path) as store:
        answered = {row.compound_id for row in store.measurements()} | {row.compound_id for row in store.failures()}
    assert len(answered) == 9
    (tmp_path / "asked").unlink()
    resume(run, StandIns(tmp_path / "asked", usual_answer))
    assert not answered & set(asked(tmp_path))


class SlowOracle:
    """Has nothing for a while, then several answers at once, and more that nobody has fetched when it is stopped."""

    unit, direction = "kcal/mol", "minimise"

    def __init__(self, on_wait):
        self._on_wait, self._pending, self._ready, self._waits = on_wait, [], [], 0

    def submit(self, compounds):
        self._pending += compounds

    def wait(self, _seconds):
        self._waits += 1
        if self._waits % 3 == 0:
            self._ready += [value(compound) for compound in self._pending[:5]]
            del self._pending[:5]
        self._on_wait(self._waits)

    def poll(self):
        answers, self._ready = self._ready, []
        return answers

    def close(self):
        pass


class SlowParts(StandIns):
    on_wait = staticmethod(lambda _: None)

    def open_oracle(self):
        return SlowOracle(self.on_wait)


def test_compounds_may_be_pending_for_as_long_as_the_oracle_takes(tmp_path):
    start(tmp_path, SlowParts(tmp_path / "asked"))
    with store_of(tmp_path) as store:
        assert len(store.compounds(status="completed")) == 12 + 8 + 8


def test_what_the_oracle_has_answered_when_a_run_is_stopped_is_recorded(tmp_path):
    def stop_in_the_third_wait(waits):
        if waits == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    parts = SlowParts(tmp_path / "asked")
    parts.on_wait = stop_in_the_third_wait
    with pytest.raises(Stopped):
        start(tmp_path, parts)
    [run] = (tmp_path / "runs").iterdir()
    with store_of(tmp_path) as store:
        assert len(store.measurements()) == 5
        assert len(store.compounds(status="pending")) == 7
    resume(run, StandIns(tmp_path / "asked", value))
    assert sum(asked(tmp_path).values()) == 7 + 8 + 8


class DockingUntilSignal(DockingOracle):
    """Docks with a worker; the signal comes when it has finished a docking that nobody has fetched."""

    measures = MEASURED_VALUE  # as the stand-in that goes on

    def __init__(self):
        receptor = replace(find_target("PARP1"), size=(16.0, 16.0, 16.0))
        settings = DockingSettings(exhaustiveness=1, max_evals=2000)
        super().__init__(receptor, settings, local_processes(1), poses=True)
        self.fetched = []

    def wait(self, seconds):
        # The first news of a worker is that it has started. Once it has answered, its next news is its next answer.
        super().wait(600 if self.fetched else seconds)
        if self.fetched:
            os.kill(os.getpid(), signal.SIGTERM)

    def poll(self):
        answers = super().poll()
        self.fetched += answers
        return answers


class DockingParts(StandIns):
    def open_oracle(self):
        self.oracle = DockingUntilSignal()
        return self.oracle


@pytest.mark.slow
def test_what_docking_workers_have_finished_when_a_run_is_stopped_is_recorded_and_not_docked_again(tmp_path):
    pytest.importorskip("vina")
    parts = DockingParts(tmp_path / "asked")
    with pytest.raises(Stopped):
        start(tmp_path, parts)
    [run] = (tmp_path / "runs").iterdir()
    first, last = parts.oracle.fetched
    with store_of(tmp_path) as store:
        values = {row.compound_id: row.value for row in store.measurements()}
        failures = {row.compound_id: row.code for row in store.failures()}
        assert len(store.compounds(status="pending")) == 12 - 2
    for answer in (first, last):
        if isinstance(answer, Measurement):
            assert values[answer.compound_id] == answer.value
            assert (run / "poses" / f"{answer.compound_id}.sdf").read_text() == answer.pose
        else:
            assert failures[answer.compound_id] == answer.code
    resume(run, StandIns(tmp_path / "asked", value))
    assert not {first.compound_id, last.compound_id} & set(asked(tmp_path))
    assert sum(asked(tmp_path).values()) == 10 + 8 + 8


def test_an_abandoned_compound_is_waited_for_no_longer(tmp_path):
    def stop_in_the_first_wait(waits):
        if waits == 1:
            os.kill(os.getpid(), signal.SIGTERM)

    parts = SlowParts(tmp_path / "asked")
    parts.on_wait = stop_in_the_first_wait
    with pytest.raises(Stopped):
        start(tmp_path, parts)
    [run] = (tmp_path / "runs").iterdir()
    with closing(sqlite3.connect(run / "campaign.sqlite")) as record, record:
        pending = "SELECT compound_id FROM compounds WHERE status = 'pending' ORDER BY compound_id DESC"
        (abandoned,) = record.execute(pending).fetchone()
        record.execute("UPDATE compounds SET status = 'abandoned' WHERE compound_id = ?", (abandoned,))
    resume(run, StandIns(tmp_path / "asked", value))
    with store_of(tmp_path) as store:
        assert [row.compound_id for row in store.compounds(status="abandoned")] == [abandoned]
    assert abandoned not in asked(tmp_path)

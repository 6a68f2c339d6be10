from dataclasses import asdict

import pytest

from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.campaign.record.status import run_status
from molgfn.campaign.record.store import Store
from molgfn.errors import ConfigError, OracleError
from molgfn.oracles.interfaces import Failure
from tests.campaign.stand_ins import StandIns, start, true_value, usual_answer


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("status")
    return start(folder, StandIns(folder / "asked"))


def test_a_finished_run(finished):
    found = run_status(finished)
    assert (found.state, found.rounds_done, found.rounds_planned) == ("finished", 2, 2)
    assert (found.round, found.phase) == (None, None)
    assert (found.batch_answered, found.batch_size) == (8, 8)
    assert found.counts["completed"] + found.counts["failed"] == 28
    assert found.counts["pending"] == 0
    assert found.failures == {"no_conformer": found.counts["failed"]}
    with Store.read(finished / "campaign.sqlite") as store:
        best = min(store.measurements(), key=lambda row: row.value)
    assert (found.best.compound_id, found.best.value, found.best.unit) == (best.compound_id, best.value, "kcal/mol")
    assert true_value(found.best.smiles) == best.value
    assert found.initial_best is None
    assert (found.proxy, found.retrained_on) == ("checkpoints/round_002/proxy", None)
    assert asdict(found)["best"]["value"] == best.value


def test_a_run_that_is_under_way(tmp_path):
    states = []

    def answer(compound):
        [run] = (tmp_path / "runs").glob("20*")
        states.append(run_status(run))
        return usual_answer(compound)

    start(tmp_path, StandIns(tmp_path / "asked", answer))
    first, later = states[0], states[15]
    assert (first.state, first.round, first.phase, first.rounds_done) == ("running", 0, "query", 0)
    assert (first.batch_answered, first.batch_size, first.counts["pending"]) == (0, 12, 12)
    assert first.best is None
    assert (later.round, later.phase, later.batch_answered, later.batch_size) == (1, "query", 3, 8)


def test_a_run_that_stopped(tmp_path):
    with pytest.raises(OracleError):
        start(tmp_path, StandIns(tmp_path / "asked", lambda _: Failure("STAND-IN-000099", "x", "")))
    [run] = (tmp_path / "runs").glob("20*")
    found = run_status(run)
    assert (found.state, found.round, found.phase, found.counts["pending"]) == ("stopped", 0, "query", 12)
    assert not RunDirectory(run).is_locked()


def test_what_is_no_run(tmp_path):
    with pytest.raises(ConfigError, match="no run directory"):
        run_status(tmp_path)

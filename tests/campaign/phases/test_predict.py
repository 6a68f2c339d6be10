"""Candidates are predicted with the last proxy, and improvements are counted from the best value known."""

import numpy as np
import pytest

from molgfn.campaign.phases.predict import best_value, bring_up_to_date, lacks_error_bars, outdated
from molgfn.campaign.record.rows import InitialRow, LabRow, RetrainingRow
from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.campaign.record.store import Store
from molgfn.campaign.reward.error_bars import scale_of
from molgfn.proxy.data.compound_key import compound_key
from molgfn.proxy.uncertainty.limits import Limits
from tests.campaign.stand_ins import LineProxy, StandIns, load, start


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return start(folder, StandIns(folder / "asked"))


def latest(store):
    return {row.compound_id: row for row in sorted(store.predictions(), key=lambda row: row.round)}


def test_after_the_last_round_candidates_are_predicted_with_the_last_proxy(run):
    with Store.read(run / "campaign.sqlite") as store:
        predictions = latest(store)
        proxy = StandIns(run / "asked").load_proxy(run / "checkpoints/round_002/proxy")
        open_compounds = store.compounds(status="proposed")
        assert open_compounds
        for row in open_compounds:
            prediction = predictions[row.compound_id]
            assert prediction.source_model.endswith("; checkpoints/round_002/proxy")
            assert prediction.round == 3
            assert prediction.pred_mean == pytest.approx(proxy.predict([row.smiles]).mean[0], abs=1e-6)
        assert outdated(RunDirectory(run), store) == []


def test_what_was_sent_keeps_the_prediction_that_it_was_chosen_by(run):
    with Store.read(run / "campaign.sqlite") as store:
        predictions = latest(store)
        sent = [row for row in store.compounds() if row.batch_round in (1, 2)]
        assert sent
        for row in sent:
            assert predictions[row.compound_id].round == row.batch_round
            assert predictions[row.compound_id].source_model.endswith(f"/round_{row.batch_round - 1:03d}/proxy")


def test_a_run_that_another_version_left_with_old_predictions_is_brought_up_to_date(tmp_path):
    parts = StandIns(tmp_path / "asked")
    run = start(tmp_path, parts)
    with Store.open(run / "campaign.sqlite") as store:
        expected = store.predictions()
        with store.transaction():
            store._connection.execute("DELETE FROM predictions WHERE round = 3")
        count = len(outdated(RunDirectory(run), store))
    assert bring_up_to_date(run, parts.load_proxy) == count > 0
    with Store.read(run / "campaign.sqlite") as store:
        assert store.predictions() == expected
    assert bring_up_to_date(run, parts.load_proxy) == 0


def test_a_run_under_way_and_a_round_under_way_are_left_alone(tmp_path):
    parts = StandIns(tmp_path / "asked")
    run = start(tmp_path, parts)
    with Store.open(run / "campaign.sqlite") as store, store.transaction():
        store._connection.execute("DELETE FROM predictions WHERE round = 3")
    with RunDirectory(run).lock():
        assert bring_up_to_date(run, parts.load_proxy) == 0
    with Store.open(run / "campaign.sqlite") as store, store.transaction():
        store.finish(3, "propose")
    assert bring_up_to_date(run, parts.load_proxy) == 0


def test_the_best_value_counts_the_lab_and_no_other_unit(tmp_path):
    campaign = load(tmp_path)
    with Store.create(tmp_path / "campaign.sqlite") as store, store.transaction():
        assert best_value(campaign, store, "kcal/mol") is None
        store.add_initial_data([InitialRow("C", -7.0, "", "kcal/mol"), InitialRow("CC", -99.0, "", "pIC50")])
        assert best_value(campaign, store, "kcal/mol") == -7.0
        record = RetrainingRow(1, 1, "f", "b", "kcal/mol", "minimise", True, "lab.csv", "ab", "now")
        beside = RetrainingRow(2, 1, "g", "b", "pIC50", "maximise", False, "other.csv", "ab", "now")
        rows = [("CCO", -9.5, 0), ("CCN", -20.0, 1)]
        lab = [LabRow(1, compound_key(text), text, "", "", value, side, 1.0, False) for text, value, side in rows]
        store.add_retraining(record, lab)
        store.add_retraining(beside, [LabRow(2, compound_key("CCC"), "CCC", "", "", -50.0, 0, 1.0, False)])
        assert best_value(campaign, store, "kcal/mol") == -9.5
        objective = campaign.objective.model_copy(update={"size_correction": 1.0})
        assert (
            best_value(campaign.model_copy(update={"objective": objective}), store, "kcal/mol") == -9.5 + 3 - 25
        )  # ethanol, not methane with -7 + 1 - 25


def test_a_second_model_stands_in_for_error_bars_that_the_proxy_lacks(tmp_path):
    class NoBars(LineProxy):
        limits = Limits("no error bars", "")

    class WithProcess(NoBars):
        has_process = True

    plain = load(tmp_path, acquisition="second_model = false")
    both = load(tmp_path)
    assert lacks_error_bars(plain, NoBars(-0.1, -5.0))
    assert lacks_error_bars(plain, WithProcess(-0.1, -5.0))
    assert lacks_error_bars(both, NoBars(-0.1, -5.0))
    assert not lacks_error_bars(both, WithProcess(-0.1, -5.0))
    assert not lacks_error_bars(plain, LineProxy(-0.1, -5.0))


def test_error_bars_of_later_rounds_are_scaled_by_the_answers_of_the_batch_before(tmp_path):
    plan = 'name = "stand-in"\nrounds = 2\nbatch_size = 5\nproposals = 20\ninitial = 10'
    runs = {}
    for name, second in (("one", "true"), ("two", "false")):
        (tmp_path / name).mkdir()
        section = f"second_model = {second}"
        runs[name] = start(tmp_path / name, StandIns(tmp_path / f"asked_{name}"), campaign=plan, acquisition=section)
    for name, run in runs.items():
        with Store.read(run / "campaign.sqlite") as store:
            values = {row.compound_id: row.value for row in store.measurements()}
            sent = {row.compound_id: row.batch_round for row in store.compounds()}
            rows = [row for row in store.predictions() if sent[row.compound_id] == row.round == 1]
            later = {row.compound_id: row.pred_std for row in store.predictions(2)}
            smiles = {row.compound_id: row.smiles for row in store.compounds()}
            folder = store.predictions(2)[0].source_model.split("; ")[1]
        error = np.array([row.pred_mean - values[row.compound_id] for row in rows])
        scale = scale_of([(error, np.array([row.pred_std for row in rows]))]) if name == "one" else 1.0
        own = StandIns(tmp_path).load_proxy(run / folder)
        for compound, std in later.items():
            assert std == pytest.approx(scale * own.predict([smiles[compound]]).std[0])

import json
from collections import Counter

import pytest

from molgfn.campaign.phases import propose as module
from molgfn.campaign.phases import resumable
from molgfn.campaign.record.store import Store
from molgfn.campaign.reward.constraints import Constraints
from molgfn.chem.standardise import parse_smiles
from molgfn.errors import NoCandidateError
from tests.campaign.stand_ins import OBJECTIVE, SPACE, StandIns, start

PLAN = 'name = "stand-in"\nrounds = 1\nbatch_size = 5\nproposals = {}\ninitial = 10'


def rows(run):
    with Store.read(run / "campaign.sqlite") as store:
        return store.compounds(), store.predictions(), store.rejected()


def last(run, event):
    lines = map(json.loads, (run / "log.jsonl").read_text().splitlines())
    return [line for line in lines if line["event"] == event][-1]


def test_every_candidate_meets_the_constraints_and_every_rejected_one_says_why(tmp_path):
    run = start(tmp_path, StandIns(tmp_path / "asked"), objective=OBJECTIVE + 'forbidden = ["C(=O)N"]')
    constraints = Constraints({"mw": (200, 500)}, forbidden=["C(=O)N"])
    compounds, _, rejected = rows(run)
    for row in compounds:
        assert constraints.violations(parse_smiles(row.smiles)) == []
    unmet = [row for row in rejected if "before" not in row.reason]
    assert unmet
    for row in unmet:
        assert row.reason == "; ".join(one.reason for one in constraints.violations(parse_smiles(row.smiles)))


def test_predictions_are_those_of_the_proxy_for_that_very_molecule(tmp_path):
    run = start(tmp_path, StandIns(tmp_path / "asked"), campaign=PLAN.format(20))
    compounds, predictions, _ = rows(run)
    smiles = {row.compound_id: row.smiles for row in compounds}
    assert {row.round for row in predictions} >= {1}
    for row in predictions:
        line = StandIns(tmp_path).load_proxy(run / row.source_model.split("; ")[1])
        own = line.predict([smiles[row.compound_id]])
        assert row.pred_mean == pytest.approx(own.mean[0], abs=1e-6)
        # Later error bars are scaled by the answers, the acquisition is not.
        assert row.acquisition == pytest.approx(-row.pred_mean + 0.2 * own.std[0])
        assert row.round > 1 or row.pred_std == pytest.approx(own.std[0])
        assert row.log_reward < 0


def test_fewer_candidates_than_wanted_are_enough(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_SAMPLES", 60)
    monkeypatch.setattr(module, "MAX_SAMPLES_PER_CANDIDATE", 0)
    monkeypatch.setattr(module, "SAMPLES_AT_ONCE", 20)
    run = start(tmp_path, StandIns(tmp_path / "asked"), campaign=PLAN.format(len(SPACE)))
    event = last(run, "proposed")
    assert event["sampled"] == 60
    assert 5 <= event["candidates"] < 60
    assert len([row for row in rows(run)[0] if row.round == 1]) == event["new"]


def test_the_search_for_candidates_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_SAMPLES", 300)
    monkeypatch.setattr(module, "MAX_SAMPLES_PER_CANDIDATE", 2)
    with pytest.raises(NoCandidateError, match=r"round 0: none of 512 sampled molecules"):
        start(tmp_path, StandIns(tmp_path / "asked"), objective=OBJECTIVE + 'required = ["[Xe]"]')


def test_training_leaves_a_checkpoint_every_so_often_and_the_last(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(resumable, "CHECKPOINT_STEPS", 12)
    write = module._checkpoint
    monkeypatch.setattr(
        module, "_checkpoint", lambda folder, *rest: (seen.append(rest[-1]["steps"]), write(folder, *rest))
    )
    run = start(tmp_path, StandIns(tmp_path / "asked"), campaign=PLAN.format(10))
    assert seen == [12, 24, 30]
    assert json.loads((run / "checkpoints/round_001/flow/steps.json").read_text())["steps"] == 30


def test_the_flow_network_is_trained_towards_better_molecules(tmp_path):
    run = start(tmp_path, StandIns(tmp_path / "asked"), sampler="steps = 200", campaign=PLAN.format(40))
    compounds, predictions, _ = rows(run)
    first_round = Counter(row.round for row in compounds)
    assert first_round[1] >= 30
    rewards = [row.log_reward for row in predictions]
    line = StandIns(tmp_path).load_proxy(run / "checkpoints" / "round_000" / "proxy")
    average = sum(line.predict([one.smiles for one in SPACE[:-1]]).mean) / (len(SPACE) - 1)
    assert sum(row.pred_mean for row in predictions) / len(rewards) < average


def test_a_source_gives_its_share_best_first_and_is_recorded_and_the_flow_network_gives_the_rest(tmp_path):
    run = start(tmp_path, StandIns(tmp_path / "asked", share=0.4), campaign=PLAN.format(20))
    compounds, predictions, _rejected = rows(run)
    sampler = {row.compound_id: row.source_model.partition("; ")[0] for row in predictions}
    counts = Counter(sampler[row.compound_id] for row in compounds if row.round == 1)
    event = last(run, "proposed")
    assert event["candidates"] == 20
    assert event["by_source"] == {"shuffled": 8, "flow network": 12}
    assert 0 < counts["shuffled"] <= 8
    # The source was asked for the best molecules: none that can be proposed is better than the last one of its share.
    rewards = {row.compound_id: row.log_reward for row in predictions if row.round == 1}
    by_search = [reward for compound, reward in rewards.items() if sampler[compound] == "shuffled"]
    others = [reward for compound, reward in rewards.items() if sampler[compound].endswith("flow")]
    assert min(by_search) >= max(others) - 1e-6


def test_no_flow_network_is_trained_where_the_sources_give_all_candidates(tmp_path):
    run = start(tmp_path, StandIns(tmp_path / "asked", share=1.0), campaign=PLAN.format(20))
    assert last(run, "proposed")["by_source"] == {"shuffled": 20}
    assert not (run / "checkpoints" / "round_001" / "flow").exists()
    # Nor where they find fewer than are wanted.
    (tmp_path / "more").mkdir()
    run = start(tmp_path / "more", StandIns(tmp_path / "asked2", share=1.0), campaign=PLAN.format(10_000))
    assert 5 <= last(run, "proposed")["by_source"].pop("shuffled") < 10_000
    assert not (run / "checkpoints" / "round_001" / "flow").exists()


def test_the_same_seed_gives_the_same_candidates_of_a_source(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one = rows(start(tmp_path / "one", StandIns(tmp_path / "asked1", share=0.5), campaign=PLAN.format(20)))
    two = rows(start(tmp_path / "two", StandIns(tmp_path / "asked2", share=0.5), campaign=PLAN.format(20)))
    assert [row.smiles for row in one[0]] == [row.smiles for row in two[0]]


def test_as_many_earlier_candidates_as_new_ones_are_predicted_again_the_best_by_the_last_prediction(tmp_path):
    plan = PLAN.format(8).replace("rounds = 1", "rounds = 3").replace("batch_size = 5", "batch_size = 1")
    run = start(tmp_path, StandIns(tmp_path / "asked", share=1.0), campaign=plan)
    compounds, predictions, _rejected = rows(run)
    sent = {row.compound_id: row.batch_round for row in compounds if row.batch_round is not None}
    acquisition = {(row.compound_id, row.round): row.acquisition for row in predictions}
    proposed = {row.compound_id: row.round for row in compounds}
    for number in (2, 3):
        earlier = [name for name, made in proposed.items() if made < number and sent.get(name, number) >= number]
        latest = {
            name: [acquisition[name, past] for past in range(number) if (name, past) in acquisition][-1:]
            for name in earlier
        }
        again = {name for name in earlier if (name, number) in acquisition}
        assert {name for name in earlier if not latest[name]} <= again
        assert 0 < len(again) <= 8 + last(run, "proposed")["candidates"]
        left_out = [latest[name][0] for name in earlier if name not in again]
        ranked = sorted((values[0] for values in latest.values() if values), reverse=True)
        assert all(value <= ranked[min(8, len(ranked)) - 1] for value in left_out)

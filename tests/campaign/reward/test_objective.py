import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from molgfn.campaign.reward.acquisition import ACQUISITION_KINDS
from molgfn.campaign.reward.constraints import Constraints
from molgfn.campaign.reward.objective import acquisition_times_constraints
from molgfn.campaign.reward.scoring import Scoring, soft_clip
from molgfn.campaign.reward.terms import AcquisitionTerm, ConstraintsTerm
from molgfn.chem.standardise import parse_smiles
from molgfn.errors import MolgfnError

DOCKING = Scoring("ucb", 1.0, worst=-6.0, best=-12.0, best_so_far=-9.0, seed=5)
SMILES = ["Oc1ccccc1", "CCO", "CCCCCCCCCCCCCCCCCCCC", "O=C1C=CC(=O)C=C1"]


class Guess:
    def __init__(self, mean, std):
        self.mean, self.std = np.array(mean), np.array(std)


class LengthProxy:
    """The longer the SMILES, the better; counts what it is asked."""

    def __init__(self, std=0.5):
        self.asked, self._std = [], std

    def predict(self, smiles):
        self.asked.append(list(smiles))
        return Guess([-6.0 - 0.5 * len(one) for one in smiles], [self._std] * len(smiles))

    def process(self, smiles):
        """Promise the more the more O is in it."""
        return Guess([-7.0 * (1 + one.count("O")) for one in smiles], [0.25 * len(one) for one in smiles])


def objective(proxy=None, scoring=DOCKING, constraints=None, exponent=8.0, floor=1e-3, **others):
    proxy, constraints = proxy or LengthProxy(), constraints or Constraints({})
    numbers = {"exponent": exponent, "floor": floor} | others
    return acquisition_times_constraints(proxy, scoring, constraints, unit="kcal/mol", **numbers)


def test_the_less_good_of_two_models_counts_with_the_standard_deviation_of_the_process():
    plain, both = (objective(second_model=each).assess(["CCO", "CCCCCCCC", "OCCO"]) for each in (False, True))
    assert both.mean.tolist() == plain.mean.tolist() == [-7.5, -10.0, -8.0]
    # Process: -14, -7, -21 with standard deviations of 0.75, 2, 1.
    assert both.acquisition == pytest.approx([7.5 + 0.75, 7.0 + 2.0, 8.0 + 1.0])
    assert both.std == pytest.approx(np.hypot(0.5, [0.75, 2.0, 1.0]))
    assert objective(LengthProxy(np.nan), second_model=True).assess(["CCO"]).std == pytest.approx([0.75])
    upside_down = replace(DOCKING, worst=-12.0, best=-6.0)
    most = objective(second_model=True, scoring=upside_down).assess(["CCO", "CCCCCCCC", "OCCO"])
    assert most.acquisition == pytest.approx([-14.0 + 0.75, -10.0 + 2.0, -21.0 + 1.0])


def test_the_size_correction_changes_acquisition_and_reward_but_not_the_prediction():
    plain, corrected = (objective(size_correction=each).assess(SMILES) for each in (0.0, 0.1))
    atoms = np.array([parse_smiles(text).GetNumHeavyAtoms() for text in SMILES])
    assert corrected.mean.tolist() == plain.mean.tolist()
    assert corrected.acquisition == pytest.approx(plain.acquisition - 0.1 * (atoms - 25))
    assert np.all(corrected.log_reward > plain.log_reward)  # all have fewer than 25 heavy atoms


@given(st.floats(-3, 1.5), st.floats(1e-3, 1))
def test_soft_clip_rises_strictly_between_0_and_1(x, more):
    low, high = soft_clip(np.array([x, x + more]))
    assert 0 <= low < high <= 1


def test_soft_clip_leaves_the_middle_as_it_is():
    middle = np.linspace(0.2, 0.8, 13)
    assert soft_clip(middle) == pytest.approx(middle, abs=2e-3)
    assert soft_clip(np.array([-1e6, 1e6])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("kind", ACQUISITION_KINDS)
@pytest.mark.parametrize("scale", [1.0, -1.0])
def test_the_score_is_the_same_in_both_directions(kind, scale):
    scoring = replace(DOCKING, kind=kind, worst=-6.0 * scale, best=-12.0 * scale, best_so_far=-9.0 * scale)
    mean, std = np.array([-7.0, -8.0, -10.0]) * scale, np.full(3, 0.5)
    acquisition = scoring.acquisition(["C", "CC", "CCC"], mean, std)
    score = scoring.score(acquisition)
    assert (np.diff(score) > 0).all()
    assert ((score > 0) & (score < 1)).all()
    assert scoring.direction == ("minimise" if scale > 0 else "maximise")


def test_worst_and_best_score_about_0_and_1():
    scoring = replace(DOCKING, kind="greedy")
    acquisition = scoring.acquisition(["C"] * 3, np.array([-6.0, -9.0, -12.0]), np.ones(3))
    assert scoring.score(acquisition) == pytest.approx([0, 0.5, 1], abs=0.04)


def test_improvement_counts_from_worst_where_nothing_is_measured():
    first = replace(DOCKING, kind="ei", best_so_far=None)
    start = replace(DOCKING, kind="ei", best_so_far=-6.0)
    mean, std = np.array([-7.0]), np.array([1.0])
    assert first.acquisition(["C"], mean, std) == start.acquisition(["C"], mean, std)


def test_thompson_gives_a_molecule_one_value_in_a_round():
    scoring = replace(DOCKING, kind="thompson")
    mean, std = np.full(4, -8.0), np.ones(4)
    drawn = scoring.acquisition(SMILES, mean, std)
    assert len(set(drawn)) == 4
    assert (scoring.acquisition(SMILES[::-1], mean, std) == drawn[::-1]).all()
    assert (replace(scoring, seed=6).acquisition(SMILES, mean, std) != drawn).all()


@pytest.mark.parametrize("kind", ACQUISITION_KINDS)
def test_log_reward_is_finite_and_within_its_bounds(kind):
    class Extreme:
        def predict(self, smiles):
            return Guess(np.linspace(-1e6, 1e6, len(smiles)), [0.0] * len(smiles))

    found = objective(Extreme(), replace(DOCKING, kind=kind), Constraints({"mw": (1e5, 1e6)}, ["PAINS"]))(SMILES)
    assert np.isfinite(found).all()
    assert ((found >= 2 * 8 * math.log(1e-3) - 1e-9) & (found <= 0)).all()


def test_log_reward_is_exponent_times_the_log_of_score_and_desirability():
    constraints = Constraints({}, alerts=["PAINS"])
    plain = objective(constraints=constraints, exponent=3.0)
    assessment = plain.assess(SMILES)
    score = DOCKING.score(assessment.acquisition)
    desirability = np.array([1, 1, 1, 0.5])
    expected = 3.0 * np.log((1e-3 + 0.999 * score) * (1e-3 + 0.999 * desirability))
    assert assessment.log_reward == pytest.approx(expected)
    assert assessment.acquisition == pytest.approx(-assessment.mean + assessment.std)


@pytest.mark.parametrize("kind", ACQUISITION_KINDS)
def test_terms_and_combination_give_the_numbers_of_the_formula_to_the_last_bit(kind):
    scoring, constraints = replace(DOCKING, kind=kind), Constraints({"mw": (50, 100), "qed": (0.5, 1)}, ["PAINS"])
    exponent, floor = 7.3, 2e-3
    assessment = objective(scoring=scoring, constraints=constraints, exponent=exponent, floor=floor).assess(SMILES)

    def log_floored(share):
        return np.log(floor + (1.0 - floor) * share)

    acquisition = scoring.acquisition(SMILES, assessment.mean, assessment.std)
    log_desirability = np.array([constraints.log_desirability(parse_smiles(smiles)) for smiles in SMILES])
    expected = exponent * (log_floored(scoring.score(acquisition)) + log_floored(np.exp(log_desirability)))
    assert (assessment.acquisition == acquisition).all()
    assert (assessment.log_reward == expected).all()


def test_terms_say_what_they_are():
    acquisition = AcquisitionTerm(DOCKING, "kcal/mol")
    assert (acquisition.name, acquisition.unit, acquisition.cost) == ("acquisition", "kcal/mol", "proxy")
    assert AcquisitionTerm(replace(DOCKING, kind="pi"), "kcal/mol").unit == ""
    constraints = ConstraintsTerm(Constraints({}))
    assert (constraints.name, constraints.unit, constraints.cost) == ("constraints", "", "free")
    assert constraints.direction == acquisition.direction == "maximise"


def test_a_molecule_is_scored_once_and_in_any_order():
    proxy = LengthProxy()
    reward = objective(proxy)
    first = reward(["CCO", "C", "CCO"])
    again = reward(["C", "CC", "CCO"])
    assert proxy.asked == [["CCO", "C"], ["CC"]]
    assert first[0] == first[2] == again[2]
    assert first[1] == again[0]
    assert reward([]).shape == (0,)


def test_rewards_given_survive_a_restart_bit_by_bit(tmp_path):
    reward = objective()
    before = reward(SMILES)
    reward.save(tmp_path)
    proxy = LengthProxy(std=9.0)
    after = objective(proxy)
    after.load(tmp_path)
    assert (after(SMILES) == before).all()
    assert proxy.asked == []


def test_a_damaged_proxy_is_no_reward():
    with pytest.raises(MolgfnError, match=r"the proxy predicts -7\.5 \+- inf for CCO"):
        objective(LengthProxy(std=math.inf))(["CCO"])


@pytest.mark.parametrize("kind", ACQUISITION_KINDS)
def test_a_missing_standard_deviation_counts_as_none_and_stays_missing(kind):
    scoring = replace(DOCKING, kind=kind)
    without, certain = (objective(LengthProxy(std=std), scoring).assess(SMILES) for std in (math.nan, 0.0))
    assert np.isnan(without.std).all()
    assert without.log_reward == pytest.approx(certain.log_reward)

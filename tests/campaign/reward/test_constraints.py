import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from molgfn.campaign.reward.constraints import LOG_PRIOR, TOLERANCES, Constraints
from molgfn.chem.properties import PROPERTY_NAMES, property_values

ASPIRIN = Chem.MolFromSmiles("CC(=O)Oc1ccccc1C(=O)O")
QUINONE = Chem.MolFromSmiles("O=C1C=CC(=O)C=C1")
MW = 180.159


def test_every_property_has_a_tolerance():
    assert set(TOLERANCES) == {*PROPERTY_NAMES, LOG_PRIOR}


def test_a_molecule_inside_every_window_is_wholly_desirable():
    constraints = Constraints({"mw": (MW - 10, MW + 10), "hbd": (0, 1)}, alerts=["PAINS"])
    assert constraints.log_desirability(ASPIRIN) == 0
    assert constraints.violations(ASPIRIN) == []


def test_the_ends_of_a_window_are_inside():
    exact = property_values(ASPIRIN, ["mw"])["mw"]
    assert Constraints({"mw": (exact, exact)}).violations(ASPIRIN) == []


@given(st.floats(0, 400), st.floats(0.1, 50))
def test_desirability_falls_steadily_outside_a_window(outside, more):
    near = Constraints({"mw": (0, MW - outside)}).log_desirability(ASPIRIN)
    far = Constraints({"mw": (0, MW - outside - more)}).log_desirability(ASPIRIN)
    assert -math.inf < far < near <= 0


def test_just_outside_a_window_costs_half():
    just_outside = Constraints({"mw": (0, property_values(ASPIRIN, ["mw"])["mw"] - 1e-3)})
    assert just_outside.log_desirability(ASPIRIN) == pytest.approx(math.log(0.5))


@pytest.mark.parametrize("side", [(MW + 300, 900), (0, MW - 300)])
def test_ten_tolerances_outside_cost_ten_halvings(side):
    lost = Constraints({"mw": side}).log_desirability(ASPIRIN) / math.log(0.5)
    assert lost == pytest.approx(math.sqrt(101), rel=1e-3)


def test_what_is_unusual_in_the_library_is_less_desirable():
    values = {"CC(=O)Oc1ccccc1C(=O)O": -5.5, "O=C1C=CC(=O)C=C1": -math.inf}
    constraints = Constraints({LOG_PRIOR: (-5, math.inf)}, log_prior=values.__getitem__)
    assert constraints.log_desirability(ASPIRIN) == pytest.approx(math.sqrt(2) * math.log(0.5))
    assert [one.reason for one in constraints.violations(ASPIRIN)] == ["log_prior_per_block -5.5 is below -5"]
    assert constraints.log_desirability(QUINONE) == -math.inf
    assert [one.constraint for one in constraints.violations(QUINONE)] == [LOG_PRIOR]


def test_each_structural_fault_halves_the_desirability():
    faults = Constraints({}, alerts=["PAINS"], required=["[NH2]", "C"], forbidden=["C=O", "[Cl]"])
    assert faults.log_desirability(QUINONE) == pytest.approx(3 * math.log(0.5))


def test_violations_are_told_in_words():
    constraints = Constraints(
        {"mw": (200, 500), "hbd": (0, 0), "tpsa": (-math.inf, 10)}, ["PAINS"], required=["[NH2]"], forbidden=["C=O"]
    )
    assert [one.reason for one in constraints.violations(ASPIRIN)] == [
        "mw 180.2 is below 200",
        "hbd 1 is above 0",
        "tpsa 63.6 is above 10",
        "lacks the required [NH2]",
        "has the forbidden C=O",
    ]
    assert [(one.constraint, one.reason) for one in Constraints({}, ["PAINS"]).violations(QUINONE)] == [
        ("PAINS", "alert PAINS: quinone_A(370)")
    ]


def test_no_violation_means_wholly_desirable_and_the_other_way_round():
    constraints = Constraints({"mw": (100, 150), "clogp": (0, 3)}, ["PAINS", "BRENK"])
    for smiles in ("Oc1ccccc1", "CCO", "O=C1C=CC(=O)C=C1", "CCCCCCCCCCCC", "NC(=O)c1ccccc1"):
        mol = Chem.MolFromSmiles(smiles)
        assert (constraints.log_desirability(mol) == 0) == (constraints.violations(mol) == [])

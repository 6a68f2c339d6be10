import math

import pytest

from molgfn.campaign.phases.candidates import Proposals, inchikeys_of
from molgfn.campaign.record.rows import CompoundRow
from molgfn.campaign.reward.constraints import Constraints
from molgfn.errors import NoCandidateError
from tests.campaign.stand_ins import Molecule

TOLUENE, PHENOL, ETHANOL, BUTANE = "Cc1ccccc1", "Oc1ccccc1", "CCO", "CCCC"
PYRAZOLES = ("Cc1cc[nH]n1", "Cc1ccn[nH]1")


def proposals(wanted=10, constraints=None, known=(), initial=(), round_number=2):
    rows = {row.inchikey: row for row in known}
    return Proposals(round_number, wanted, constraints or Constraints({}), rows, inchikeys_of(initial))


def samples(*smiles):
    return [Molecule(one, ("C", one)) for one in smiles]


def known(smiles, number, status="proposed"):
    [key] = inchikeys_of([smiles])
    return CompoundRow(f"X-{number:06d}", smiles, key, (), 1, status, None)


def accepted(found):
    return [sample.smiles for sample in found.accepted.values()]


def test_candidates_keep_the_order_sampled_and_each_counts_once():
    found = proposals()
    found.add(samples(PHENOL, TOLUENE, PHENOL), "flow")
    found.add(samples(TOLUENE, ETHANOL), "flow")
    assert accepted(found) == [PHENOL, TOLUENE, ETHANOL]
    assert (found.sampled, found.merged, found.rejected) == (5, 0, [])


def test_no_more_are_taken_than_wanted():
    found = proposals(wanted=2)
    found.add(samples(PHENOL, TOLUENE, ETHANOL), "flow")
    assert found.complete
    assert (accepted(found), found.sampled) == ([PHENOL, TOLUENE], 2)


def test_tautomers_are_one_compound():
    found = proposals()
    found.add(samples(*PYRAZOLES), "flow")
    assert (accepted(found), found.merged) == ([PYRAZOLES[0]], 1)


def test_new_compounds_get_the_next_ids_and_their_blocks():
    found = proposals(known=[known(BUTANE, 1), known(PHENOL, 2)])
    found.add(samples(TOLUENE, PHENOL, ETHANOL), "flow")
    assert len(found.accepted) == 3
    new = found.new_compounds("PARP1")
    assert [(row.compound_id, row.smiles, row.round, row.status) for row in new] == [
        ("PARP1-000003", TOLUENE, 2, "proposed"),
        ("PARP1-000004", ETHANOL, 2, "proposed"),
    ]
    assert new[0].blocks == ("C", TOLUENE)


@pytest.mark.parametrize("status", ["pending", "completed", "failed", "abandoned"])
def test_what_was_sent_once_is_no_candidate(status):
    found = proposals(known=[known(PHENOL, 7, status)])
    found.add(samples(PHENOL, TOLUENE), "flow")
    assert accepted(found) == [TOLUENE]
    assert [(row.smiles, row.reason) for row in found.rejected] == [(PHENOL, "sent to the oracle before, as X-000007")]


def test_what_is_in_the_initial_data_is_no_candidate():
    found = proposals(initial=["Cc1cc[nH]n1"])
    found.add(samples(*PYRAZOLES, TOLUENE), "flow")
    assert accepted(found) == [TOLUENE]
    assert {row.reason for row in found.rejected} == {"has a value already: in the initial data or a table of the lab"}


def test_what_breaks_a_constraint_is_rejected_with_every_reason():
    found = proposals(constraints=Constraints({"mw": (90, 500), "clogp": (2, 5)}))
    found.add(samples(ETHANOL, TOLUENE, ETHANOL), "flow")
    assert accepted(found) == []
    assert [(row.round, row.smiles) for row in found.rejected] == [(2, ETHANOL), (2, TOLUENE)]
    assert found.rejected[0].reason == "mw 46.07 is below 90; clogp -0.0014 is below 2"


def test_an_unreadable_sample_is_rejected_not_raised():
    found = proposals()
    found.add(samples("C(", TOLUENE), "flow")
    assert accepted(found) == [TOLUENE]
    assert found.rejected[0].reason.startswith("not a valid SMILES")


def test_no_candidate_at_all_counts_what_was_not_met():
    found = proposals(constraints=Constraints({"mw": (1000, math.inf), "clogp": (1, 5)}, required=["[Cl]"]))
    found.add(samples(ETHANOL, TOLUENE, PHENOL, PHENOL), "flow")
    with pytest.raises(NoCandidateError) as error:
        found.new_compounds("X")
    assert str(error.value).splitlines() == [
        "round 2: none of 4 sampled molecules (3 distinct) can be proposed.",
        "  How many of these did not meet which constraint:",
        "        3  mw",
        "        3  required [Cl]",
        "        1  clogp",
        "  Widen the constraints named above in [objective], then run again.",
    ]
    assert error.value.exit_code == 5

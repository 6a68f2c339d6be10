from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from rdkit.DataStructs import TanimotoSimilarity

from molgfn.campaign.phases.selection import Candidate, select_batch
from molgfn.chem.similarity import fingerprint
from molgfn.chem.standardise import parse_smiles
from tests.campaign.stand_ins import SPACE

POOL = [Candidate(f"X-{place:06d}", molecule.smiles, float(place % 13)) for place, molecule in enumerate(SPACE[:60])]
pools = st.lists(st.sampled_from(POOL), unique=True, max_size=25)


def similarity(one, other):
    return TanimotoSimilarity(*(fingerprint(parse_smiles(candidate.smiles)) for candidate in (one, other)))


@given(pool=pools, size=st.integers(1, 12), limit=st.floats(0.2, 1.0))
def test_a_batch_is_full_as_long_as_there_are_candidates(pool, size, limit):
    batch = select_batch(pool, size, limit)
    assert len(batch) == min(size, len(pool))
    assert len({one.compound_id for one in batch}) == len(batch)


@given(pool=st.permutations(POOL[:20]))
def test_the_order_of_the_candidates_does_not_matter(pool):
    assert select_batch(pool, 6, 0.5) == select_batch(POOL[:20], 6, 0.5)


def test_without_a_limit_the_best_are_chosen_and_ties_go_to_the_lower_id():
    ordered = sorted(POOL, key=lambda one: (-one.acquisition, one.compound_id))
    assert select_batch(POOL, 7, 1.0) == ordered[:7]


def test_no_two_of_a_batch_are_alike_while_there_are_others():
    batch = select_batch(POOL, 5, 0.6)
    assert max(similarity(*pair) for pair in combinations(batch, 2)) <= 0.6
    assert batch[0].acquisition == max(one.acquisition for one in POOL)


def test_diversity_gives_way_step_by_step():
    phenol, cresol, other = "Oc1ccccc1", "Cc1ccccc1O", "CCCCCC"
    near = [Candidate("A", phenol, 3.0), Candidate("B", cresol, 2.0), Candidate("C", other, 1.0)]
    assert [one.compound_id for one in select_batch(near, 2, 0.2)] == ["A", "C"]
    assert [one.compound_id for one in select_batch(near, 3, 0.2)] == ["A", "C", "B"]


def test_diversity_costs_no_more_than_is_allowed():
    near = [
        Candidate("A", "Oc1ccccc1", 3.0),
        Candidate("B", "Cc1ccccc1O", 2.5),
        Candidate("C", "CCCCCC", 2.0),
        Candidate("D", "CCOC(C)=O", 1.0),
    ]
    assert [one.compound_id for one in select_batch(near, 3, 0.2, cost=0.5)] == ["A", "C", "B"]
    assert [one.compound_id for one in select_batch(near, 3, 0.2, cost=0.4)] == ["A", "B", "C"]
    assert select_batch(near, 4, 0.2, cost=0.0) == near


@given(pool=pools, size=st.integers(1, 12), limit=st.floats(0.2, 1.0), cost=st.floats(0, 15))
def test_no_choice_is_worse_than_the_best_left_by_more_than_the_cost(pool, size, limit, cost):
    left = list(pool)
    for one in select_batch(pool, size, limit, cost=cost):
        assert one.acquisition >= max(other.acquisition for other in left) - cost
        left.remove(one)


def test_candidates_like_a_pending_one_are_passed_over():
    pool = [Candidate("A", "Cc1ccccc1O", 3.0), Candidate("B", "CCCCCC", 1.0)]
    assert [one.compound_id for one in select_batch(pool, 1, 0.3, pending=["Oc1ccccc1"])] == ["B"]


def test_known_molecules_are_never_chosen():
    assert select_batch(POOL[:2], 5, 1.0, known={POOL[0].smiles}) == [POOL[1]]

"""A search finds better molecules than the law of the library alone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from molgfn.chem.trees.tree import Tree
from molgfn.prior.molecules import MoleculeLaw
from molgfn.search.tree_search import SearchSettings, TreeSearch
from tests.search.test_children import ENVIRONMENT, PRIOR, TREES

QUICK = SearchSettings(fresh=200, generations=3, children=100, parents=40)


def nitrogens(names: Sequence[str]) -> NDArray[np.float64]:
    return np.array([name.count("N") + name.count("n") for name in names], dtype=np.float64)


class Counted:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, names: Sequence[str]) -> NDArray[np.float64]:
        self.asked += names
        return nitrogens(names)


def search(start: Sequence[Tree] = (), seed: int = 0, settings: SearchSettings = QUICK) -> tuple[Counted, list[str]]:
    score = Counted()
    found = TreeSearch(ENVIRONMENT, PRIOR, settings)(score, start, np.random.default_rng(seed))
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(ENVIRONMENT.smiles(one.tree) == one.smiles for one in found)
    return score, [one.smiles for one in found]


def test_generations_of_children_are_better_than_fresh_molecules() -> None:
    _, found = search()
    fresh = PRIOR.draw(500, np.random.default_rng(9))
    drawn = sorted(
        (ENVIRONMENT.smiles(ENVIRONMENT.tree(fresh, row)) for row in range(500)), key=lambda n: -nitrogens([n])[0]
    )
    assert nitrogens(found[:20]).mean() > nitrogens(drawn[:20]).mean() + 1


def test_every_molecule_is_scored_once_and_returned() -> None:
    score, found = search()
    assert len(set(score.asked)) == len(score.asked)
    assert sorted(found) == sorted(score.asked)
    assert all(Chem.CanonSmiles(name) == name for name in found[:20])


def test_the_molecules_given_are_parents() -> None:
    nothing_fresh = SearchSettings(fresh=1, generations=1, children=200, parents=1)
    blocks = set(TREES[0].blocks)

    def share(found: list[str]) -> float:
        return float(np.mean([bool(blocks & set(tree_of(name).blocks)) for name in found]))

    with_it, without = (share(search(start, settings=nothing_fresh)[1]) for start in (TREES[:1], ()))
    assert with_it > max(0.5, without + 0.2)


def tree_of(name: str) -> Tree:
    return ENVIRONMENT.trees(name)[0]


def test_what_must_not_be_proposed_is_neither_returned_nor_a_parent() -> None:
    def score(names: Sequence[str]) -> NDArray[np.float64]:
        return np.where(nitrogens(names) > 2, -np.inf, nitrogens(names))

    found = TreeSearch(ENVIRONMENT, PRIOR, QUICK)(score, (), np.random.default_rng(0))
    assert 0 < max(nitrogens([one.smiles for one in found])) <= 2


def test_the_same_seed_finds_the_same_molecules() -> None:
    assert search(seed=3)[1] == search(seed=3)[1] != search(seed=4)[1]


def test_molecules_that_are_unusual_in_the_library_are_left_out_before_they_are_scored() -> None:
    law = MoleculeLaw(ENVIRONMENT, PRIOR)
    score, found = search(TREES, settings=replace(QUICK, unusual=0.2))
    drawn = PRIOR.draw(1_000, np.random.default_rng(7))
    floor = np.quantile(law.log_priors([ENVIRONMENT.tree(drawn, row) for row in range(1_000)])[1], 0.2)
    assert min(law.per_block(name) for name in found) > floor - 0.5
    assert sorted(found) == sorted(score.asked)
    assert min(law.per_block(name) for name in search(TREES)[1]) < floor - 0.5

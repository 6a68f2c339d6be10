"""Children are molecules of the space, made of branches of their parents."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from molgfn.campaign.file.sections import WindowsSection
from molgfn.chem.trees.tree import Tree
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.prior.growth import Growth
from molgfn.prior.prior import LibraryPrior
from molgfn.search.branches import behind, joined, part, rooted
from molgfn.search.children import Chances, Children
from tests.library import default_vocabulary

ENVIRONMENT = FragmentEnvironment(default_vocabulary(), 2, 8, limits=WindowsSection().upper())
PRIOR = LibraryPrior(ENVIRONMENT)
DRAWN = PRIOR.draw(300, np.random.default_rng(0))
TREES = [ENVIRONMENT.tree(DRAWN, row) for row in range(len(DRAWN))]
seeds = st.integers(0, 2**32 - 1)


def children(chances: Chances, seed: int, count: int = 300) -> tuple[list[tuple[Tree, Tree]], list[Tree]]:
    generator = np.random.default_rng(seed)
    pairs = [(TREES[a], TREES[b]) for a, b in generator.integers(len(TREES), size=(count, 2)).tolist()]
    return pairs, Children(ENVIRONMENT, PRIOR, chances)(pairs, generator)


def only(kind: str) -> Chances:
    return Chances(**dict.fromkeys(("exchange", "regrowth", "removal"), 0.0) | ({kind: 1.0} if kind else {}))


@given(st.sampled_from(TREES), st.data())
def test_a_join_has_two_sides(tree: Tree, data: st.DataObject) -> None:
    a, i, b, j = data.draw(st.sampled_from(tree.joins))
    far, near = behind(tree, a, b), behind(tree, b, a)
    assert sorted(far + near) == list(range(len(tree.blocks)))
    assert (far[0], near[0]) == (b, a)
    back = joined(rooted(tree, a, b), i, rooted(tree, b, a), j)
    assert ENVIRONMENT.codes.identity(back) == ENVIRONMENT.codes.identity(tree)


@given(st.sampled_from(TREES), st.data())
def test_a_rooted_tree_is_the_same_molecule_with_each_node_after_the_one_that_it_hangs_on(
    tree: Tree, data: st.DataObject
) -> None:
    root = data.draw(st.integers(0, len(tree.blocks) - 1))
    made = rooted(tree, root)
    assert made.blocks[0] == tree.blocks[root]
    assert ENVIRONMENT.codes.identity(made) == ENVIRONMENT.codes.identity(tree)
    assert all(sum(other < node for other in around) == 1 for node, around in enumerate(made.neighbours()) if node)


@pytest.mark.parametrize("kind", ["exchange", "regrowth", "removal", ""])
@given(seed=seeds)
@settings(max_examples=3, deadline=None)
def test_children_are_molecules_of_the_space(kind: str, seed: int) -> None:
    _, made = children(only(kind), seed)
    assert len(made) > 100
    for tree in made:
        assert 2 <= len(tree.blocks) <= 8
        # Every join is one that the vocabulary allows, no stem is used too often, and no limit is broken.
        assert ENVIRONMENT.trees(ENVIRONMENT.smiles(tree))


def branches(tree: Tree) -> Counter[int]:
    """The codes of both sides of every join: what could be cut off, and what would be left."""
    sides = [part(tree, nodes) for a, _, b, _ in tree.joins for nodes in (behind(tree, a, b), behind(tree, b, a))]
    return Counter(ENVIRONMENT.codes.identity(side).code for side in sides)


@given(seed=seeds)
@settings(max_examples=3, deadline=None)
def test_what_is_left_by_a_removal_is_a_branch_of_the_parent(seed: int) -> None:
    pairs, made = children(only("removal"), seed)
    assert len(made) > 100
    known = {code for one, _ in pairs for code in branches(one)}
    assert all(ENVIRONMENT.codes.identity(child).code in known for child in made)


@given(seed=seeds)
@settings(max_examples=3, deadline=None)
def test_an_exchange_joins_a_branch_of_each_parent(seed: int) -> None:
    checked = 0
    for pair in children(Chances(1.0, 0.0, 0.0), seed, 60)[0]:
        for child in Children(ENVIRONMENT, PRIOR, only("exchange"))([pair], np.random.default_rng(seed)):
            sides = [
                tuple(ENVIRONMENT.codes.identity(part(child, nodes)).code for nodes in (near, far))
                for a, _, b, _ in child.joins
                for near, far in (
                    (behind(child, b, a), behind(child, a, b)),
                    (behind(child, a, b), behind(child, b, a)),
                )
            ]
            one, other = branches(pair[0]), branches(pair[1])
            assert any(near in one and far in other for near, far in sides)
            checked += 1
    assert checked > 10


@given(seed=seeds)
@settings(max_examples=3, deadline=None)
def test_a_child_grown_elsewhere_holds_its_parent(seed: int) -> None:
    checked = 0
    for pair in children(only(""), seed, 60)[0]:
        for child in Children(ENVIRONMENT, PRIOR, only(""))([pair], np.random.default_rng(seed)):
            assert ENVIRONMENT.codes.identity(pair[0]).code in branches(child)
            checked += 1
    assert checked > 10


def test_branches_grow_as_the_law_says() -> None:
    """A stem of phenyl is joined to what the library joins to it, as often."""
    phenyl = default_vocabulary().numbers["c1ccccc1"]
    states = States.empty(20_000, 40)  # next to no branch is larger
    states.append(np.arange(20_000), *(np.full(20_000, value) for value in (phenyl, -1, -1, -1)))
    zeros = np.zeros(20_000, dtype=np.int64)
    grown = Growth(PRIOR.law, 2, 40).branches(states, zeros, zeros, np.random.default_rng(1))
    tables = ENVIRONMENT.tables
    found = np.bincount(tables.kind[grown.blocks[:, 1], grown.own_stem[:, 1]], minlength=tables.n_classes)
    expected = np.exp(PRIOR.law.log_join[tables.kind[phenyl, 0]]) * tables.class_size
    assert len(grown) > 19_900
    assert np.abs(found / found.sum() - expected / expected.sum()).sum() / 2 < 0.05


def test_the_same_seed_makes_the_same_children() -> None:
    assert children(Chances(), 3) == children(Chances(), 3)
    assert children(Chances(), 3) != children(Chances(), 4)


def test_a_core_is_refused() -> None:
    environment = FragmentEnvironment(default_vocabulary(), 2, 8, "c1ccc([*:1])cc1")
    with pytest.raises(ValueError, match="without a core"):
        Children(environment, LibraryPrior(environment))

from collections import Counter

import numpy as np

from molgfn.chem.trees.tree import Tree
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.orders import random_order
from molgfn.flow.fragments.random_walk import random_states
from tests.library import small_vocabulary


def test_every_block_is_joined_to_one_that_is_there() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 1, 7)
    generator = np.random.default_rng(0)
    states = random_states(environment, 50, generator)
    for row in range(len(states)):
        tree = environment.tree(states, row)
        order = random_order(tree, generator)
        assert sorted(node for node, *_ in order) == list(range(len(tree.blocks)))
        assert order[0][1:] == (-1, -1, -1)
        joins = {frozenset(((a, i), (b, j))) for a, i, b, j in tree.joins}
        for place, (node, parent, stem, own) in enumerate(order[1:], start=1):
            assert parent < place
            assert frozenset(((order[parent][0], stem), (node, own))) in joins


def test_leaves_go_evenly() -> None:
    """Of a chain of three, either end goes first half of the time, and then either of two left: four orders."""
    chain = Tree((0, 1, 2), ((0, 0, 1, 0), (1, 1, 2, 0)))
    generator = np.random.default_rng(0)
    found = Counter(tuple(node for node, *_ in random_order(chain, generator)) for _ in range(4000))
    assert set(found) == {(0, 1, 2), (1, 0, 2), (1, 2, 0), (2, 1, 0)}
    assert all(abs(count - 1000) < 150 for count in found.values())

import numpy as np

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.random_walk import random_states
from tests.library import default_vocabulary


def test_lengths_are_even_and_draws_repeat_with_the_seed() -> None:
    environment = FragmentEnvironment(default_vocabulary(), 2, 6)
    states = random_states(environment, 1000, np.random.default_rng(0))
    again = random_states(environment, 1000, np.random.default_rng(0))
    assert (states.blocks == again.blocks).all()
    count = np.bincount(states.length, minlength=7)
    assert (count[:2] == 0).all()
    assert (count[2:] > 140).all()


def test_every_join_of_the_second_block_is_equally_likely() -> None:
    environment = FragmentEnvironment(default_vocabulary(), 2, 2)
    tables = environment.tables
    states = random_states(environment, 40_000, np.random.default_rng(1))
    # Ways by which each block joins another: pairs of a stem of the one and a stem of the other.
    size = len(environment.vocabulary)
    ways = np.zeros((size, size))
    for first, kinds in enumerate(tables.kind[:size]):
        for kind, count in zip(kinds, tables.multiplicity[first], strict=True):
            if count:
                np.add.at(ways[first], tables.class_block, count * tables.legal[kind] * tables.class_size)
    firsts = np.bincount(states.blocks[:, 0], minlength=size)
    expected = firsts @ (ways / np.maximum(ways.sum(axis=1, keepdims=True), 1))
    found = np.bincount(states.blocks[:, 1], minlength=size)
    assert expected.min() > 5
    chi_square = ((found - expected) ** 2 / expected).sum()
    assert abs(chi_square - size) < 4 * np.sqrt(2 * size)
    stems = tables.multiplicity[states.blocks[:, 0], states.parent_stem[:, 1]]
    joined = tables.kind[states.blocks[:, 0], states.parent_stem[:, 1]]
    classes = tables.kind[states.blocks[:, 1], states.own_stem[:, 1]]
    assert stems.all()
    assert tables.legal[joined, classes].all()

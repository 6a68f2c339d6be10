import numpy as np

from molgfn.environments.descriptors import COMPONENTS, LONGEST, Descriptors
from molgfn.environments.fragments import FragmentEnvironment
from tests.library import default_vocabulary, small_vocabulary


def test_shapes_follow_the_vocabulary() -> None:
    tables = FragmentEnvironment(default_vocabulary(), 1, 4).tables
    known = Descriptors.of(tables)
    assert known.block.shape == (len(tables.blocks), COMPONENTS)
    assert known.kind.shape == (tables.n_kinds, COMPONENTS)
    assert known.relation.shape == (tables.n_relations, 2 * COMPONENTS + LONGEST + 1)
    for values in (known.block, known.kind, known.relation):
        assert values.dtype == np.float32
        assert np.isfinite(values).all()


def test_like_blocks_are_closer_than_unlike_ones() -> None:
    vocabulary = default_vocabulary()
    block = Descriptors.of(FragmentEnvironment(vocabulary, 1, 4).tables).block

    def distance(one: str, other: str) -> float:
        return float(np.linalg.norm(block[vocabulary.numbers[one]] - block[vocabulary.numbers[other]]))

    assert distance("c1ccccc1", "c1ccncc1") < distance("c1ccccc1", "C1CCNCC1")
    assert distance("C1CCCCC1", "C1CCNCC1") < distance("C1CCCCC1", "c1ccncc1")


def test_a_relation_holds_both_stem_atoms_and_the_bonds_between_them() -> None:
    vocabulary = small_vocabulary()
    tables = FragmentEnvironment(vocabulary, 1, 4).tables
    known = Descriptors.of(tables)
    phenyl = vocabulary.numbers["c1ccccc1"]
    bonds = known.relation[tables.relation[phenyl, 0]][:, -LONGEST - 1 :].argmax(axis=1)
    assert bonds[:6].tolist() == [0, 1, 2, 3, 2, 1]
    ends = known.relation[tables.relation[phenyl, 0, 1]][: 2 * known.kind.shape[1]]
    own = known.kind[tables.kind[phenyl, 0]]
    assert ends.tolist() == [*own, *own]


def test_a_vocabulary_of_one_block_has_descriptors() -> None:
    tables = FragmentEnvironment(small_vocabulary(("c1ccccc1",)), 1, 3).tables
    assert np.isfinite(Descriptors.of(tables).relation).all()

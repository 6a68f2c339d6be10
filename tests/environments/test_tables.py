import numpy as np

from molgfn.environments.tables import BlockTables
from tests.library import default_vocabulary, small_vocabulary


def tables(vocabulary=None) -> BlockTables:  # type: ignore[no-untyped-def]
    vocabulary = vocabulary or default_vocabulary()
    return BlockTables(vocabulary.blocks, len(vocabulary), vocabulary)


def test_classes_partition_the_stems_of_the_vocabulary() -> None:
    t = tables()
    assert t.class_size.sum() == t.multiplicity.sum()
    assert (t.kind[t.class_block, t.class_stem] == np.arange(t.n_classes)).all()
    assert ((t.kind >= 0) == (t.multiplicity > 0)).all()


def test_legal_is_what_the_vocabulary_allows() -> None:
    vocabulary = small_vocabulary()
    t = tables(vocabulary)
    for number, block in enumerate(vocabulary.blocks):
        for stem in range(len(block.stem_atoms)):
            for c in range(t.n_classes):
                allowed = vocabulary.allows(number, stem, int(t.class_block[c]), int(t.class_stem[c]))
                assert t.legal[t.kind[number, stem], c] == allowed


def test_relations_of_different_blocks_are_different() -> None:
    t = tables(small_vocabulary())
    seen: dict[int, int] = {}
    for number, block in enumerate(t.blocks):
        count = len(block.stem_atoms)
        for relation in np.unique(t.relation[number, :count, :count]):
            assert seen.setdefault(int(relation), number) == number
    assert sorted(seen) == list(range(t.n_relations))


def test_growth_counts_the_largest_branch() -> None:
    whole = default_vocabulary()
    vocabulary = small_vocabulary(("F", "c1ccccc1"))
    per_kind, per_block = tables(vocabulary).growth(5)
    fluorine = whole.blocks[whole.numbers["F"]]
    assert fluorine.multiplicity == (1,)
    assert per_kind.tolist() == [5, 5]  # a ring, then rings without end
    alone = tables(small_vocabulary(("F",))).growth(5)[0]
    assert alone.tolist() == [0]
    assert per_block[1] == 6 * per_kind[1]

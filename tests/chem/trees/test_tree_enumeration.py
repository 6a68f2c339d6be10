import os
import random
from collections import Counter
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from molgfn.chem.standardise import standard_mol
from molgfn.chem.trees.assembly import assemble_smiles
from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.tree import Tree, TreeCodes
from molgfn.chem.trees.tree_enumeration import TreeEnumeration
from molgfn.chem.trees.vocabulary import Vocabulary
from tests.library import block_list, default_vocabulary, library_molecules

Entry = tuple[str, list[int]]

CHAINS: tuple[Entry, ...] = (
    ("C", [0, 0, 0, 0]), ("CC", [0, 1, 0]), ("CO", [0, 0, 1]), ("O", [0, 0]), ("CC(C)C", [0, 1, 2, 3]), ("C=O", [0, 0]),
)  # fmt: skip
RINGS: tuple[Entry, ...] = (
    ("c1ccccc1", [0, 1]), ("c1cc[nH]c1", [0, 3]), ("c1ccc(C)cc1", [0, 4]), ("C", [0, 0]), ("C1CCNCC1", [0, 3]),
    ("c1cc[nH+]cc1", [1, 3]), ("C1CCN(C)CC1", [4, 0]),
)  # fmt: skip
ACIDS: tuple[Entry, ...] = (
    ("O=PO", [1, 1]), ("O=P[O-]", [1]), ("P", [0, 0]), ("O=S=O", [1, 1]), ("O=[SH](=O)O", [1, 3]), ("O", [0]),
    ("S", [0, 0]), ("C", [0, 0]), ("N[SH](=O)=O", [0, 1]),
)  # fmt: skip


def every_tree(blocks: tuple[Block, ...], max_blocks: int) -> list[Tree]:
    """One tree of each isomorphism class, by joining a block in every way to every smaller tree."""
    codes = TreeCodes(blocks)
    level = [Tree((number,), ()) for number in range(len(blocks))]
    found = list(level)
    for _ in range(max_blocks - 1):
        grown: dict[int, Tree] = {}
        for tree, (number, block) in product(level, enumerate(blocks)):
            used = Counter(end for a, i, b, j in tree.joins for end in ((a, i), (b, j)))
            for node, placed in enumerate(tree.blocks):
                for stem, own in product(range(len(blocks[placed].stem_atoms)), range(len(block.stem_atoms))):
                    if used[node, stem] < blocks[placed].multiplicity[stem]:
                        join = (node, stem, len(tree.blocks), own)
                        bigger = Tree((*tree.blocks, number), (*tree.joins, join))
                        grown.setdefault(codes.identity(bigger).code, bigger)
        level = list(grown.values())
        found += level
    return found


def compare(blocks: tuple[Block, ...], max_blocks: int) -> Counter[str]:
    """Compare the trees of every molecule with those that enumeration finds; return their numbers."""
    codes = TreeCodes(blocks)
    expected: dict[str, set[int]] = {}
    for tree in every_tree(blocks, max_blocks):
        expected.setdefault(assemble_smiles(tree, blocks), set()).add(codes.identity(tree).code)
    enumeration = TreeEnumeration(blocks, 1, max_blocks)
    for smiles, trees in expected.items():
        found = [codes.identity(tree).code for tree in enumeration.trees(smiles)]
        assert sorted(found) == sorted(trees), smiles
    return Counter({smiles: len(trees) for smiles, trees in expected.items()})


@pytest.mark.parametrize(("entries", "max_blocks"), [(CHAINS, 3), (RINGS, 3), (ACIDS, 3), (CHAINS[:4], 4)])
def test_every_molecule_has_the_trees_that_enumeration_finds(
    tmp_path: Path, entries: tuple[Entry, ...], max_blocks: int
) -> None:
    numbers = compare(block_list(tmp_path, *entries).blocks, max_blocks)
    assert len(numbers) > 80
    assert max(numbers.values()) >= 2


def test_every_molecule_of_two_published_blocks() -> None:
    folder = os.environ.get("MOLGFN_PAPER")
    if folder is None:
        pytest.skip("set MOLGFN_PAPER to the folder with blocks_PDB_105.json")
    vocabulary = Vocabulary.load(Path(folder, "blocks_PDB_105.json"))
    numbers = compare(vocabulary.blocks, 2)
    assert (len(vocabulary), numbers.total(), len(numbers)) == (72, 72 + 5565, 5586)


def test_stems_that_the_symmetry_of_the_block_does_not_keep() -> None:
    """Three of the six atoms of a ring are stems, none the image of another: each gives a tree of its own."""
    blocks = (Block("C1CCCCC1", (0, 1, 3), (1, 1, 2)), Block("C", (0,), (2,)), Block("CC", (0, 1), (2, 2)))
    assert compare(blocks, 3)["CC1CCCCC1"] == 3


def test_phosphorus_takes_hydrogen_when_it_is_joined() -> None:
    """Alone O=PO and O=[PH2]O are two molecules; methylated they are one."""
    blocks = (Block("O=PO", (1,), (1,)), Block("O=[PH2]O", (1,), (1,)), Block("C", (0,), (1,)))
    numbers = compare(blocks, 2)
    assert numbers["C[PH](=O)O"] == 2
    assert numbers["O=PO"] == numbers["O=[PH2]O"] == 1


@given(st.randoms(use_true_random=False))
def test_the_tree_that_was_built_is_among_them(randomness: random.Random) -> None:
    blocks = READABLE.blocks
    tree = random_tree(blocks, randomness)
    codes = TreeCodes(blocks)
    found = TreeEnumeration(blocks, len(tree.blocks), len(tree.blocks)).trees(assemble_smiles(tree, blocks))
    assert codes.identity(tree).code in {codes.identity(other).code for other in found}


READABLE = default_vocabulary()


def random_tree(blocks: tuple[Block, ...], randomness: random.Random) -> Tree:
    """Any stem joined to any other."""
    free: list[tuple[int, int]] = []
    numbers: list[int] = []
    joins = []
    for node in range(randomness.randint(1, 6)):
        number = randomness.randrange(len(blocks))
        stems = [(node, s) for s, m in enumerate(blocks[number].multiplicity) for _ in range(m)]
        if node:
            if not free:
                break
            end, own = free.pop(randomness.randrange(len(free))), stems.pop(randomness.randrange(len(stems)))
            joins.append((*end, *own))
        numbers.append(number)
        free += stems
    return Tree(tuple(numbers), tuple(joins))


def test_where_one_molecule_is_one_tree_it_is_that_tree() -> None:
    """The cut rule gives one tree with the joins allowed; it is among those that any join gives."""
    vocabulary = default_vocabulary()
    codes = TreeCodes(vocabulary.blocks)
    enumeration = TreeEnumeration(vocabulary.blocks, 1, 8)
    covered = 0
    for smiles in library_molecules(80):
        mol = standard_mol(smiles)
        try:
            tree = vocabulary.decompose(mol)
        except ValueError:
            continue
        if len(tree.blocks) > 8:
            continue
        allowed = [
            other
            for other in enumeration.trees(assemble_smiles(tree, vocabulary.blocks))
            if all(vocabulary.allows(other.blocks[a], i, other.blocks[b], j) for a, i, b, j in other.joins)
        ]
        assert [codes.identity(other).code for other in allowed] == [codes.identity(tree).code], smiles
        covered += 1
    assert covered > 20


def test_trees_of_other_sizes_are_left_out(tmp_path: Path) -> None:
    blocks = block_list(tmp_path, *CHAINS).blocks
    sizes = [
        sorted(len(t.blocks) for t in TreeEnumeration(blocks, *span).trees("COC")) for span in ((1, 3), (2, 2), (3, 8))
    ]
    assert sizes == [[2, 3], [2], [3]]


@pytest.mark.parametrize("smiles", ["C1CC1", "c1ccccc1", "CN", "C=C", "CC(C)(C)C.O"])
def test_what_the_blocks_cannot_build_has_no_tree(tmp_path: Path, smiles: str) -> None:
    assert TreeEnumeration(block_list(tmp_path, *CHAINS).blocks, 1, 8).trees(smiles) == ()

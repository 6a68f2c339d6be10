import random
from collections import Counter
from collections.abc import Sequence
from itertools import permutations, product

import numpy as np

from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.tree import Tree, TreeCodes
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.random_walk import random_states
from tests.library import default_vocabulary, small_vocabulary

WHOLE = default_vocabulary()


def tree(*joins: tuple[int, int, int, int], blocks: tuple[str, ...]) -> Tree:
    return Tree(tuple(WHOLE.numbers[name] for name in blocks), joins)


def respelled(original: Tree, generator: random.Random) -> Tree:
    """The same molecule, nodes in another order and every block turned by one of its symmetries."""
    order = list(range(len(original.blocks)))
    generator.shuffle(order)
    new = {old: place for place, old in enumerate(order)}
    turns = [generator.choice(WHOLE.blocks[b].permutations) for b in original.blocks]
    joins = [(new[a], turns[a][i], new[b], turns[b][j]) for a, i, b, j in original.joins]
    generator.shuffle(joins)
    return Tree(tuple(original.blocks[o] for o in order), tuple(joins))


def test_automorphisms_of_biphenyl_and_terphenyl() -> None:
    codes = TreeCodes(WHOLE.blocks)
    ring = "c1ccccc1"
    biphenyl = codes.identity(tree((0, 0, 1, 2), blocks=(ring, ring)))
    assert biphenyl.automorphisms == 8  # each ring turns over, and they swap
    para = codes.identity(tree((0, 0, 1, 0), (1, 3, 2, 0), blocks=(ring, ring, ring)))
    ortho = codes.identity(tree((0, 0, 1, 0), (1, 1, 2, 0), blocks=(ring, ring, ring)))
    assert para.automorphisms == 16
    assert ortho.automorphisms == 8
    assert para.code != ortho.code


def test_code_and_automorphisms_do_not_depend_on_the_spelling() -> None:
    environment = FragmentEnvironment(WHOLE, 1, 8)
    states = random_states(environment, 200, np.random.default_rng(0))
    generator, codes = random.Random(0), TreeCodes(WHOLE.blocks)
    for row in range(len(states)):
        original = environment.tree(states, row)
        assert codes.identity(respelled(original, generator)) == codes.identity(original)


def test_codes_need_no_memory() -> None:
    """Two sets of codes agree on every tree, whatever each was asked before."""
    environment = FragmentEnvironment(WHOLE, 1, 8)
    states = random_states(environment, 100, np.random.default_rng(2))
    trees = [environment.tree(states, row) for row in range(len(states))]
    one, other = TreeCodes(WHOLE.blocks), TreeCodes(WHOLE.blocks)
    assert [one.identity(t) for t in trees] == [other.identity(t) for t in reversed(trees)][::-1]


def test_automorphisms_match_brute_force() -> None:
    """Count node permutations and block symmetries that keep the joins, times swaps of stems on one atom."""
    vocabulary = small_vocabulary(("c1ccccc1", "c1ccncc1", "C=O", "N", "CO", "O=[SH2]=O", "c1cn[nH]c1"))
    environment = FragmentEnvironment(vocabulary, 1, 3)
    states = random_states(environment, 40, np.random.default_rng(1))
    codes = TreeCodes(vocabulary.blocks)
    for row in range(len(states)):
        t = environment.tree(states, row)
        assert codes.identity(t).automorphisms == brute_force(t, vocabulary.blocks), t


def brute_force(t: Tree, blocks: Sequence[Block]) -> int:
    """Number the stems of each atom; count the permutations of nodes and stems that keep which stems are bonded."""
    taken: Counter[tuple[int, int]] = Counter()
    bonds = set()
    for a, i, b, j in t.joins:
        ends = []
        for node, stem in ((a, i), (b, j)):
            ends.append((node, stem, taken[node, stem]))
            taken[node, stem] += 1
        bonds.add(frozenset(ends))
    nodes = range(len(t.blocks))
    on_atoms = [
        [(node, stem, p) for p in permutations(range(m))]
        for node, b in enumerate(t.blocks)
        for stem, m in enumerate(blocks[b].multiplicity)
    ]
    count = 0
    for image in permutations(nodes):
        if any(t.blocks[image[n]] != t.blocks[n] for n in nodes):
            continue
        for turns in product(*(blocks[b].permutations for b in t.blocks)):
            for swaps in product(*on_atoms):
                swap = {(n, s): p for n, s, p in swaps}
                moved = {frozenset((image[n], turns[n][s], swap[n, s][k]) for n, s, k in bond) for bond in bonds}
                count += moved == bonds
    return count

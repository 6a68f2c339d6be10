"""The molecules of a fragment environment as plain trees, in which nothing says which nodes are the core's."""

from collections.abc import Callable
from functools import cached_property, lru_cache
from math import log, prod

import numpy as np
from numpy.typing import NDArray

from molgfn.chem.standardise import standard_mol
from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.tree import Tree, TreeCodes
from molgfn.chem.trees.tree_enumeration import TreeEnumeration
from molgfn.chem.trees.vocabulary import NotCovered, Vocabulary
from molgfn.environments.core import Core
from molgfn.environments.orders import random_order
from molgfn.environments.placements import Placements
from molgfn.environments.tables import BlockTables

Ints = NDArray[np.int64]


class PlainTrees:
    """What the molecules of an environment are, whichever node is the core.

    One SMILES is one block in plain trees. Where the core has stems that the vocabulary's block of the same SMILES
    lacks, the plain block has the stems of both: else one molecule would have two trees.

    Parameters
    ----------
    tables : BlockTables
    core : Core, optional
    min_blocks, max_blocks : int

    Attributes
    ----------
    blocks : tuple of Block
        The distinct blocks, in the order of the vocabulary, then those that the core alone has.
    number : array, shape (W,)
        The number of each block of the tables among them.
    stem : array, shape (W, P)
        For each stem atom of the tables its number in the plain block; -1 where there is none.
    codes : TreeCodes
    """

    def __init__(self, tables: BlockTables, core: Core | None, min_blocks: int, max_blocks: int) -> None:
        self.vocabulary: Vocabulary = tables.vocabulary
        self.core, self.min_blocks, self.max_blocks = core, min_blocks, max_blocks
        own = () if core is None else core.blocks
        distinct = {block.smiles: block for block in (*self.vocabulary.blocks, *own)}
        self.blocks: tuple[Block, ...] = tuple(distinct.values())
        numbers = {name: number for number, name in enumerate(distinct)}
        self.number: Ints = np.array([numbers[block.smiles] for block in tables.blocks])
        self.stem: Ints = np.full(tables.kind.shape, -1, dtype=np.int64)
        for row, block in enumerate(tables.blocks):
            atoms = distinct[block.smiles].stem_atoms
            self.stem[row, : len(block.stem_atoms)] = [atoms.index(atom) for atom in block.stem_atoms]
        self.codes = TreeCodes(self.blocks)
        self._placements = None if core is None else self._of_core(core)

    def _of_core(self, core: Core) -> Placements:
        limits: dict[int, tuple[int, ...]] = {}
        for number, block in enumerate(self.blocks):
            added = self.vocabulary.blocks[number] if number < len(self.vocabulary) else None
            if block != added:
                stems = dict(zip(added.stem_atoms, added.multiplicity, strict=True)) if added is not None else {}
                limits[number] = tuple(stems.get(atom, 0) for atom in block.stem_atoms)
        numbers = self.number[len(self.vocabulary) :].tolist()
        return Placements(core, tuple(numbers), self.blocks, limits)

    def log_build_multiplicity(self, tree: Tree, automorphisms: int) -> float:
        """See `FragmentEnvironment.log_build_multiplicity`."""
        orders = [self.blocks[b].order for b in tree.blocks]
        if self.core is None or self._placements is None:
            return log(prod(orders)) - log(automorphisms)
        added = prod(orders) / prod(block.order for block in self.core.blocks)
        return log(added) + log(self._placements.count(tree)) - log(automorphisms)

    @cached_property
    def _enumeration(self) -> TreeEnumeration:
        return TreeEnumeration(self.blocks, self.min_blocks, self.max_blocks)

    @cached_property
    def _whole(self) -> Vocabulary:
        """Return the plain blocks with the joins of the vocabulary and of the core."""
        joins = self.vocabulary.joins
        return Vocabulary(self.vocabulary.name, self.blocks, joins if joins is None else joins | set(self._core_joins))

    @cached_property
    def _core_joins(self) -> list[tuple[str, str]]:
        """Return the joins within the core, as in `Vocabulary.joins`."""
        if self.core is None:
            return []
        numbers = self.number[len(self.vocabulary) :].tolist()
        return [self._environments(numbers[a], i, numbers[b], j) for a, i, b, j in self.core.tree.joins]

    def _environments(self, block: int, stem: int, other: int, other_stem: int) -> tuple[str, str]:
        first, second = sorted((self.blocks[block].environments[stem], self.blocks[other].environments[other_stem]))
        return first, second

    def _can_be_grown(self, tree: Tree) -> bool:
        """Return whether a tree is the core with blocks of the vocabulary added."""
        if self._placements is None:
            return True
        joins = self.vocabulary.joins
        if joins is not None:
            ends = [self._environments(tree.blocks[a], i, tree.blocks[b], j) for a, i, b, j in tree.joins]
            # Every way to lay the core covers as many of these as the core has: then no other node has any.
            if sum(pair not in joins for pair in ends) != sum(pair not in joins for pair in self._core_joins):
                return False
        return self._placements.count(tree) > 0

    def steps(self, tree: Tree, generator: np.random.Generator) -> list[tuple[int, int, int, int]]:
        """Return an order of building a tree (from the core, if there is one) by leaves drawn uniformly.

        Returns
        -------
        list of (int, int, int, int)
            For each added block its number in the vocabulary, the place of its parent, the parent's stem (of the block
            there in the tables) and its own stem; -1 for the first.

        Raises
        ------
        ValueError
            If the molecule was not grown from the core.
        """
        if self._placements is None:
            order = random_order(tree, generator)
            return [(tree.blocks[node], parent, stem, own) for node, parent, stem, own in order]
        laid = self._placements.first(tree)
        if laid is None:
            raise ValueError("the core is no part of a molecule")
        start = [laid[node][0] for node in range(len(laid))]
        order = random_order(tree, generator, start)
        steps: list[tuple[int, int, int, int]] = []
        nodes = [*start, *(node for node, *_ in order)]
        for node, parent, stem, own in order:
            added = tree.blocks[node]
            on_core = laid[parent][1] if parent < len(start) else self.stem[tree.blocks[nodes[parent]]].tolist()
            steps.append((added, parent, on_core.index(stem), self.stem[added].tolist().index(own)))
        return steps

    def trees(self, smiles: str) -> tuple[Tree, ...]:
        """See `FragmentEnvironment.trees`."""
        if self.vocabulary.ambiguous:
            trees = self._enumeration.trees(smiles)
        else:
            tree = self._whole.decompose(standard_mol(smiles))
            trees = (tree,) if self.min_blocks <= len(tree.blocks) <= self.max_blocks else ()
        trees = tuple(tree for tree in trees if self._can_be_grown(tree))
        if not trees:
            raise NotCovered([f"no tree of {self.min_blocks} to {self.max_blocks} blocks gives {smiles}"])
        return trees

    @cached_property
    def _log_trees(self) -> Callable[[str], float]:
        return lru_cache(maxsize=20_000)(lambda smiles: log(len(self.trees(smiles))))

    def log_trees(self, smiles: str) -> float:
        """See `FragmentEnvironment.log_trees`."""
        return self._log_trees(smiles) if self.vocabulary.ambiguous else 0.0

"""The block-and-stem environment: molecules as trees of blocks, stepped in batches of integer arrays.

Building acts on labelled stems: an action is (open stem of the state, stem of the new block), or stop. Along a step
that adds block b to s and gives s', the forward actions that lead to s' and the leaves of s' that lead back are in the
ratio |Aut(s)| |Aut(b)| / |Aut(s')|, which telescopes over a trajectory. A law that is to be over molecules needs the
reward divided by its product, the *build multiplicity* of the molecule: prod_i |Aut(b_i)| / |Aut(x)|. Where several
trees give one molecule (blocks that may be joined anyhow) they share its reward.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from molgfn.chem.trees.assembly import assemble_smiles
from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.tree import Tree, TreeCodes
from molgfn.chem.trees.vocabulary import NotCovered, Vocabulary
from molgfn.environments.core import Core, read_core
from molgfn.environments.descriptors import Descriptors
from molgfn.environments.limits import Limits
from molgfn.environments.masks import Masks
from molgfn.environments.molecules import PlainTrees
from molgfn.environments.reach import check_reach
from molgfn.environments.states import OpenStems, States
from molgfn.environments.tables import BlockTables
from molgfn.routes.route import hard_joins

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class FragmentEnvironment:
    """Molecules of `min_blocks` to `max_blocks` blocks of a vocabulary.

    Parameters
    ----------
    vocabulary : Vocabulary
    min_blocks, max_blocks : int
        The blocks of a core count.
    core : str, optional
        SMILES of a scaffold to start from, attachment points as `[*:1]`; molecules are then those grown from it.
    limits : mapping of str to float, optional
        Highest allowed value of properties that only grow (`LIMITED`): what would go beyond one is not built.

    Raises
    ------
    ConfigError
        If no molecule of the minimum size can be built, or the core cannot be used.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        min_blocks: int = 2,
        max_blocks: int = 8,
        core: str | None = None,
        limits: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self.vocabulary = vocabulary
        self.core: Core | None = None if core is None else read_core(core, vocabulary)
        self.start = 0 if self.core is None else len(self.core.blocks)
        self.min_blocks, self.max_blocks = max(min_blocks, self.start), max_blocks
        own = () if self.core is None else self.core.blocks
        self.tables = BlockTables.of(vocabulary, own)
        self.limits = Limits(self.tables, limits)
        self.masks = Masks(self.tables, self.limits, self.min_blocks, max_blocks)
        self._plain = PlainTrees(self.tables, self.core, self.min_blocks, max_blocks)
        self.plain_blocks, self.codes = self._plain.blocks, self._plain.codes
        check_reach(self)

    @cached_property
    def descriptors(self) -> Descriptors:
        """The chemistry of blocks, kinds of stem and relations."""
        return Descriptors.of(self.tables)

    # States

    def initial(self, batch: int) -> States:
        """Return the start state, `batch` times: nothing, or the core."""
        states = States.empty(batch, self.max_blocks)
        if self.core is not None:
            joined = {b: (a, i, j) for a, i, b, j in self._core_joins()}
            rows = np.arange(batch)
            for node in range(self.start):
                parent, parent_stem, own_stem = joined.get(node, (-1, -1, -1))
                block = np.full(batch, len(self.vocabulary) + node)
                states.append(rows, block, *(np.full(batch, x) for x in (parent, parent_stem, own_stem)))
        return states

    def _core_joins(self) -> list[tuple[int, int, int, int]]:
        """Return the core's joins, the earlier node first; its nodes are numbered so that each has one earlier."""
        assert self.core is not None
        return [(a, i, b, j) if a < b else (b, j, a, i) for a, i, b, j in self.core.tree.joins]

    def used_stems(self, states: States) -> Ints:
        """Return the number of stems in use on each stem atom, shape (S, N, P)."""
        size, nodes = states.blocks.shape
        used = np.zeros((size, nodes, self.tables.max_stems), dtype=np.int64)
        row, node = np.nonzero(states.parent >= 0)
        np.add.at(used, (row, states.parent[row, node], states.parent_stem[row, node]), 1)
        used[row, node, states.own_stem[row, node]] += 1
        return used

    def _open(self, states: States) -> Ints:
        """Return the number of open stems on each stem atom, shape (S, N, P); joins alone, no mask."""
        blocks = states.blocks
        free = np.where((blocks >= 0)[..., None], self.tables.multiplicity[blocks], 0) - self.used_stems(states)
        if self.core is not None:
            for node in range(self.start):
                allowed = np.zeros(self.tables.max_stems, dtype=np.int64)
                allowed[: len(self.core.open_stems[node])] = self.core.open_stems[node]
                closed = self.tables.multiplicity[len(self.vocabulary) + node] - allowed
                closed[: len(self.core.used(node))] -= self.core.used(node)
                free[:, node] = np.maximum(free[:, node] - closed, 0)
        return free

    def capacity(self, states: States) -> Ints:
        """Return how many blocks could still be hung on each state, whatever the maximum, shape (S,)."""
        kinds = self.tables.kind[states.blocks]
        room: Ints = (self._open(states) * np.where(kinds >= 0, self.masks.growth[kinds], 0)).sum(axis=(1, 2))
        return room

    def open_stems(self, states: States) -> OpenStems:
        """Return where a block may be added, and which may not; nothing for full states and for the empty one."""
        free = self._open(states)
        free[states.length >= self.max_blocks] = 0
        state, node, stem = np.nonzero(free)
        kind = self.tables.kind[states.blocks[state, node], stem]
        alive = self.masks.growth[kind] > 0
        state, node, stem, kind = (array[alive] for array in (state, node, stem, kind))
        nothing = np.zeros(0, dtype=np.int64), np.zeros((0, self.tables.n_classes), dtype=np.bool_)
        return self.masks.applied(states, OpenStems(state, node, stem, kind, free[state, node, stem], *nothing))

    def may_stop(self, states: States) -> NDArray[np.bool_]:
        """Return whether a state is a molecule that may be handed over, shape (S,)."""
        return states.length >= self.min_blocks

    def first_blocks(self) -> NDArray[np.bool_]:
        """Return which blocks may come first: those from which the minimum can be reached, shape (V,)."""
        return self.masks.first_blocks

    def leaves(self, states: States) -> NDArray[np.bool_]:
        """Return which nodes can be taken away, shape (S, N): with one join (or the only node), not of the core."""
        joins = self.used_stems(states).sum(axis=2)
        leaf: NDArray[np.bool_] = (states.blocks >= 0) & (joins <= 1)
        leaf[:, : self.start] = False
        return leaf

    def without(self, states: States, node: Ints) -> States:
        """Return the states without one leaf each, shape (S,), the order of the others kept."""
        places = np.arange(states.blocks.shape[1])
        order = np.argsort(np.where(places == node[:, None], len(places), places), axis=1, kind="stable")
        rows = np.arange(len(states))[:, None]
        blocks, parent, parent_stem, own_stem = (array[rows, order] for array in states.arrays()[:4])
        parent = np.where(parent > node[:, None], parent - 1, parent)
        shorter = States(blocks, parent, parent_stem, own_stem, states.length - 1)
        # The first node had no parent; its only neighbour is now the first and has none either.
        rerooted = node == 0
        shorter.parent[rerooted, 0] = shorter.parent_stem[rerooted, 0] = shorter.own_stem[rerooted, 0] = -1
        return shorter.cut_to(shorter.length)

    def putting_back(self, states: States, node: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """Return the action that undoes `without`: node and stem there, block and its stem; each of shape (S,)."""
        rows = np.arange(len(states))
        first = node == 0
        # The first node hangs on its only neighbour, which is the second.
        second = np.minimum(1, states.blocks.shape[1] - 1)
        neighbour = np.where(first, 0, states.parent[rows, node] - (states.parent[rows, node] > node))
        stem = np.where(first, states.own_stem[rows, second], states.parent_stem[rows, node])
        own_stem = np.where(first, states.parent_stem[rows, second], states.own_stem[rows, node])
        return neighbour, stem, states.blocks[rows, node], own_stem

    # Molecules

    def marked_tree(self, states: States, row: int) -> Tree:
        """Return the tree of one state, core nodes with numbers of their own."""
        count = int(states.length[row])
        blocks, parent, parent_stem, own_stem = (a[row, :count].tolist() for a in states.arrays()[:4])
        return Tree(tuple(blocks), tuple((parent[n], parent_stem[n], n, own_stem[n]) for n in range(1, count)))

    def tree(self, states: States, row: int) -> Tree:
        """Return the tree of one state, marks of the core removed: it refers to `plain_blocks`."""
        tree = self.marked_tree(states, row)
        if self.core is None:
            return tree
        number, stem, blocks = self._plain.number, self._plain.stem, tree.blocks
        joins = ((a, int(stem[blocks[a], i]), b, int(stem[blocks[b], j])) for a, i, b, j in tree.joins)
        return Tree(tuple(number[list(blocks)].tolist()), tuple(joins))

    def smiles(self, tree: Tree) -> str:
        """Return the canonical SMILES of a tree's molecule."""
        return assemble_smiles(tree, self.plain_blocks)

    def describe(self, states: States, row: int) -> str:
        """Return a state in words, for messages: the SMILES of its molecule and how many blocks it has."""
        return f"{self.smiles(self.tree(states, row))} ({int(states.length[row])} blocks)"

    def block_smiles(self, tree: Tree) -> tuple[str, ...]:
        """Return the blocks of a tree, sorted."""
        return tuple(sorted(self.plain_blocks[b].smiles for b in tree.blocks))

    def log_build_multiplicity(self, tree: Tree, automorphisms: int) -> float:
        """Return the log of how many times too often uncorrected building would make this molecule.

        prod_i |Aut(b_i)| / |Aut(x)|, over the blocks that were added; with a core, times the number of ways to lay the
        core onto the molecule (see `Placements`).
        """
        return self._plain.log_build_multiplicity(tree, automorphisms)

    def trees(self, smiles: str) -> tuple[Tree, ...]:
        """Return every tree that can be built and gives a molecule, at least one.

        Parameters
        ----------
        smiles : str
            In standard form.

        Raises
        ------
        NotCovered
            If no tree of `min_blocks` to `max_blocks` blocks gives it, or it is above a limit.
        """
        trees = self._plain.trees(smiles)
        hard = hard_joins(trees[0], self.plain_blocks) if self.limits else 0
        if self.limits and (above := self.limits.first_above((self.plain_blocks[b] for b in trees[0].blocks), hard)):
            raise NotCovered([f"{above[0]} {above[1]:.4g} is above {self.limits.highest[above[0]]:.4g}"])
        return trees

    def log_trees(self, smiles: str) -> float:
        """Return the log of how many trees give a molecule, each of which gets that part of its reward."""
        return self._plain.log_trees(smiles)

    @cached_property
    def marked_codes(self) -> TreeCodes:
        """Codes by which states that differ only in where the core lies are told apart."""
        fixed = [
            _FixedBlock(b.smiles, b.stem_atoms, b.multiplicity) for b in self.tables.blocks[len(self.vocabulary) :]
        ]
        return TreeCodes((*self.vocabulary.blocks, *fixed))

    def states_of(self, trees: Sequence[Tree], generator: np.random.Generator) -> States:
        """Return trees as states, each built in an order drawn by taking leaves away uniformly at random.

        With a core each is built from one of the places where the core can lie.

        Raises
        ------
        ValueError
            If a tree has more than `max_blocks` blocks, or the core is no part of it.
        """
        states = self.initial(len(trees))
        for row, tree in enumerate(trees):
            if len(tree.blocks) > self.max_blocks:
                raise ValueError(f"{len(tree.blocks)} blocks, more than {self.max_blocks}")
            for step in self._plain.steps(tree, generator):
                states.append(np.array([row]), *(np.array([x]) for x in step))
        return states


class _FixedBlock(Block):
    """A block of a core, which is never moved or taken away."""

    @property
    def permutations(self) -> tuple[tuple[int, ...], ...]:
        return (tuple(range(len(self.stem_atoms))),)

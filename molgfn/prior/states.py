"""The blocks and joins of environment states for which the library's law has terms."""

import numpy as np

from molgfn.arrays import BoolArray, IntArray
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.prior.law import Nodes


class LawNodes:
    """Translates the states of an environment.

    A block of a core that is in the vocabulary is treated as that block. One that is not has no term, and its stems are
    of no class to the blocks that are joined to it; so are both ends of a join that the vocabulary does not allow.
    """

    def __init__(self, environment: FragmentEnvironment) -> None:
        tables, vocabulary = environment.tables, environment.vocabulary
        self._kind, self._legal = tables.kind, tables.legal
        self._n_classes = tables.n_classes
        self._number: IntArray = tables.number
        self._stem: IntArray = np.full(tables.kind.shape, -1, dtype=np.int64)
        for row, block in enumerate(tables.blocks):
            if self._number[row] >= 0:
                atoms = vocabulary.blocks[self._number[row]].stem_atoms
                places = [atoms.index(atom) if atom in atoms else -1 for atom in block.stem_atoms]
                self._stem[row, : len(places)] = places

    def __call__(self, states: States) -> Nodes:
        """Return blocks and joins of these states."""
        number = np.where(states.blocks >= 0, self._number[states.blocks], -1)
        state, node = np.nonzero(number >= 0)
        place = np.full(number.shape, -1, dtype=np.int64)
        place[state, node] = np.arange(len(state))
        row, child = np.nonzero(states.parent >= 0)
        parent = states.parent[row, child]
        upper, lower = states.blocks[row, parent], states.blocks[row, child]
        stem, own = states.parent_stem[row, child], states.own_stem[row, child]
        allowed = self._allowed(self._kind[upper, stem], self._kind[lower, own])
        ends = np.concatenate([place[row, parent], place[row, child]])
        atoms = np.concatenate([self._stem[upper, stem], self._stem[lower, own]])
        others = np.concatenate([self._kind[lower, own], self._kind[upper, stem]])
        # A stem that only the core's block has is none of the block in the vocabulary.
        kept = atoms >= 0
        others = np.where(np.concatenate([allowed, allowed]), others, -1)
        return Nodes(state, number[state, node], ends[kept], atoms[kept], others[kept])

    def _allowed(self, first: IntArray, second: IntArray) -> BoolArray:
        """Return whether the stems of each join are of the vocabulary, which allows the join."""
        of_vocabulary = (first < self._n_classes) & (second < self._n_classes)
        allowed: BoolArray = of_vocabulary & self._legal[first, np.where(of_vocabulary, second, 0)]
        return allowed

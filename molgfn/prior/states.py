"""The blocks and joins of environment states for which the library's law has terms."""

import numpy as np

from molgfn.arrays import BoolArray, IntArray
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.prior.law import Nodes


class LawNodes:
    """Translates the states of an environment.

    Blocks of a core that are not in the vocabulary have no term, and neither have joins to them, nor joins that the
    vocabulary does not allow. A block of a core that is in the vocabulary is treated as that block.
    """

    def __init__(self, environment: FragmentEnvironment) -> None:
        tables, vocabulary = environment.tables, environment.vocabulary
        self._kind, self._legal = tables.kind, tables.legal
        self._n_classes = tables.n_classes
        self._number: IntArray = np.array([vocabulary.numbers.get(block.smiles, -1) for block in tables.blocks])
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
        kept = self._has_term(upper, stem, lower, own)
        row, child, parent, upper, lower, stem, own = (x[kept] for x in (row, child, parent, upper, lower, stem, own))
        return Nodes(
            state,
            number[state, node],
            np.concatenate([place[row, parent], place[row, child]]),
            np.concatenate([self._stem[upper, stem], self._stem[lower, own]]),
            np.concatenate([self._kind[lower, own], self._kind[upper, stem]]),
        )

    def _has_term(self, upper: IntArray, stem: IntArray, lower: IntArray, own: IntArray) -> BoolArray:
        kinds = self._kind[upper, stem], self._kind[lower, own]
        both = (self._stem[upper, stem] >= 0) & (self._stem[lower, own] >= 0)
        has_class = (kinds[0] < self._n_classes) & (kinds[1] < self._n_classes)
        legal = self._legal[kinds[0], np.where(has_class, kinds[1], 0)]
        kept: BoolArray = both & has_class & legal
        return kept

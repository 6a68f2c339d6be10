"""A vocabulary as integer arrays, for stepping through states."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.cut import StemRole, may_join
from molgfn.chem.trees.vocabulary import Vocabulary

Ints = NDArray[np.int64]


End = TypeVar("End", bound=Hashable)


def pair_table(ends: Sequence[End], relation: Callable[[End, End], bool]) -> NDArray[np.bool_]:
    """Return whether a relation holds between each two of n ends, shape (n, n); equal ends are asked about once."""
    distinct = list(dict.fromkeys(ends))
    place = np.array([distinct.index(end) for end in ends])
    table = np.array([[relation(one, other) for other in distinct] for one in distinct], dtype=np.bool_)
    return np.asarray(table[place[:, None], place])


@dataclass(frozen=True)
class BlockTables:
    """Blocks of a vocabulary, then those of a core (which cannot be added), as arrays.

    `V` blocks of the vocabulary, `W` with those of the core, `P` stem atoms of a block (padded), `Q` kinds of stem (the
    orbits of the stem atoms of a block), `C` the first of these that belong to the vocabulary, `R` relations between
    stem atoms.

    Attributes
    ----------
    blocks : tuple of Block, length W
    n_vocabulary : int
        V.
    vocabulary : Vocabulary
    """

    blocks: tuple[Block, ...]
    n_vocabulary: int
    vocabulary: Vocabulary

    @classmethod
    def of(cls, vocabulary: Vocabulary, core: tuple[Block, ...] = ()) -> "BlockTables":
        """Return the tables of a vocabulary and of the blocks of a core."""
        return cls((*vocabulary.blocks, *core), len(vocabulary), vocabulary)

    @cached_property
    def max_stems(self) -> int:
        """P."""
        return max(len(block.stem_atoms) for block in self.blocks)

    @cached_property
    def multiplicity(self) -> Ints:
        """Stems on each stem atom, shape (W, P), 0 where there is none."""
        table = np.zeros((len(self.blocks), self.max_stems), dtype=np.int64)
        for number, block in enumerate(self.blocks):
            table[number, : len(block.multiplicity)] = block.multiplicity
        return table

    @cached_property
    def number(self) -> Ints:
        """Number of each block in the vocabulary, shape (W,), -1 for a block that only a core has."""
        return np.array([self.vocabulary.numbers.get(block.smiles, -1) for block in self.blocks])

    @cached_property
    def kind(self) -> Ints:
        """Kind of each stem atom, shape (W, P), -1 where there is none; a core's blocks share the vocabulary's."""
        numbers: dict[tuple[str, int], int] = {}
        table = np.full((len(self.blocks), self.max_stems), -1, dtype=np.int64)
        for number, block in enumerate(self.blocks):
            for stem, orbit in enumerate(block.orbits):
                table[number, stem] = numbers.setdefault((block.smiles, block.stem_atoms[orbit]), len(numbers))
        return table

    @cached_property
    def n_kinds(self) -> int:
        """Q."""
        return int(self.kind.max()) + 1

    @cached_property
    def relation(self) -> Ints:
        """Relation of each ordered pair of stem atoms of a block, shape (W, P, P), 0 where there is none."""
        numbers: dict[tuple[str, int, int], int] = {}
        table = np.zeros((len(self.blocks), self.max_stems, self.max_stems), dtype=np.int64)
        for number, block in enumerate(self.blocks):
            # Pairs of atoms name a relation: a core's block may have more stems than the vocabulary's.
            pairs = block.stem_pairs
            for i, j in sorted(set(pairs)):
                numbers.setdefault((block.smiles, block.stem_atoms[i], block.stem_atoms[j]), len(numbers))
            count = len(block.stem_atoms)
            named = [numbers[block.smiles, block.stem_atoms[i], block.stem_atoms[j]] for i, j in pairs]
            table[number, :count, :count] = np.array(named).reshape(count, count)
        return table

    @cached_property
    def n_relations(self) -> int:
        """R."""
        return int(self.relation.max()) + 1

    @cached_property
    def n_classes(self) -> int:
        """C: kinds of stem by which a block can be added."""
        return int(self.kind[: self.n_vocabulary].max()) + 1

    @cached_property
    def class_block(self) -> Ints:
        """Block of each class, shape (C,)."""
        return self._class_first()[:, 0]

    @cached_property
    def class_stem(self) -> Ints:
        """The first stem atom of each class, shape (C,)."""
        return self._class_first()[:, 1]

    def _class_first(self) -> Ints:
        first = np.zeros((self.n_classes, 2), dtype=np.int64)
        for number in reversed(range(self.n_vocabulary)):
            for stem in reversed(range(len(self.blocks[number].stem_atoms))):
                first[self.kind[number, stem]] = number, stem
        return first

    @cached_property
    def class_size(self) -> Ints:
        """Number of stems in each class, shape (C,)."""
        kinds, stems = self.kind[: self.n_vocabulary], self.multiplicity[: self.n_vocabulary]
        return np.bincount(kinds[kinds >= 0], weights=stems[kinds >= 0], minlength=self.n_classes).astype(np.int64)

    @cached_property
    def ends(self) -> list[tuple[str, StemRole]]:
        """Atom environment and role of each kind of stem, length Q."""
        ends = {
            int(self.kind[number, stem]): (block.environments[stem], block.roles[stem])
            for number, block in enumerate(self.blocks)
            for stem in range(len(block.stem_atoms))
        }
        return [ends[kind] for kind in range(self.n_kinds)]

    @cached_property
    def legal(self) -> NDArray[np.bool_]:
        """Whether a stem of kind q may be joined to a stem of class c, shape (Q, C)."""
        joins = self.vocabulary.joins
        if joins is None:
            return np.ones((self.n_kinds, self.n_classes), dtype=np.bool_)

        def may_meet(one: tuple[str, StemRole], other: tuple[str, StemRole]) -> bool:
            pair = min(one[0], other[0]), max(one[0], other[0])
            return pair in joins and may_join(one[1], other[1])

        return pair_table(self.ends, may_meet)[:, : self.n_classes]

    @cached_property
    def ways(self) -> Ints:
        """Stems in the classes up to each one, itself included, that may join a stem of kind q, shape (Q, C)."""
        return (self.legal * self.class_size).cumsum(axis=1)

    def growth(self, limit: int) -> tuple[Ints, Ints]:
        """How many blocks can be hung on a stem, and how many more a block brings.

        Parameters
        ----------
        limit : int
            Larger numbers are not told apart.

        Returns
        -------
        per_kind : array, shape (Q,)
            Largest branch that a stem of this kind can carry, at most `limit`.
        per_block : array, shape (W,)
            Sum over all stems of a block, not limited.
        """
        per_kind = np.zeros(self.n_kinds, dtype=np.int64)
        padded = np.where(self.kind >= 0, self.kind, 0)
        while True:
            per_block = (self.multiplicity * per_kind[padded]).sum(axis=1)
            branch = 1 + per_block[self.class_block] - per_kind[: self.n_classes]
            grown = np.minimum(np.where(self.legal, branch, 0).max(axis=1), limit)
            if (grown == per_kind).all():
                return per_kind, per_block
            per_kind = grown

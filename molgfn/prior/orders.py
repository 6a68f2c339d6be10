"""Drawing neighbourhoods by each of the three laws that the library's law mixes (see `molgfn.prior.law`).

Each draws the neighbourhoods of blocks, or what else is joined to blocks that were reached by a join. Equivalent stems
are alike to the law: a block is always reached at the first stem of its class.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np

from molgfn.arrays import FloatArray, IntArray
from molgfn.environments.tables import BlockTables
from molgfn.prior.choices import Choices, JoinLists, Joins
from molgfn.prior.classes import ClassJoins, ClassMargins, stem_patterns

_Counts = Sequence[Mapping[ClassJoins, int]]


class OrderDraws(Protocol):
    """Draws neighbourhoods by one law."""

    def of_blocks(self, block: IntArray, generator: np.random.Generator) -> Joins:
        """Draw the neighbourhood of each block."""
        ...

    def rest(self, own: IntArray, parent: IntArray, generator: np.random.Generator) -> Joins:
        """Draw the further joins of blocks that were reached at a stem of class `own` from one of class `parent`."""
        ...


class SecondOrder:
    """Whole neighbourhoods, as counted."""

    def __init__(self, counted: _Counts, tables: BlockTables) -> None:
        self._n_classes = tables.n_classes
        self._wholes = _Weighted(counted)
        self._rests = _WeightedRests(counted, tables, by_both=True)

    def of_blocks(self, block: IntArray, generator: np.random.Generator) -> Joins:
        return self._wholes.draw(block, generator)

    def rest(self, own: IntArray, parent: IntArray, generator: np.random.Generator) -> Joins:
        return self._rests.draw(own * self._n_classes + parent, generator)


class FirstOrder:
    """Which stems are joined as counted; what each is joined to, drawn by itself."""

    def __init__(self, counted: _Counts, margins: ClassMargins, tables: BlockTables) -> None:
        patterns: list[dict[ClassJoins, int]] = [
            {tuple((own, int(tables.kind[number, own])) for own in stems): n for stems, n in stem_patterns(c).items()}
            for number, c in enumerate(counted)
        ]
        self._wholes = _Weighted(patterns)
        self._rests = _WeightedRests(patterns, tables, by_both=False)
        self._partners = Partners(margins.join, tables)

    def of_blocks(self, block: IntArray, generator: np.random.Generator) -> Joins:
        return self._joined(self._wholes.draw(block, generator), generator)

    def rest(self, own: IntArray, parent: IntArray, generator: np.random.Generator) -> Joins:  # noqa: ARG002
        return self._joined(self._rests.draw(own, generator), generator)

    def _joined(self, stems: Joins, generator: np.random.Generator) -> Joins:
        """Draw what each stem is joined to; the lists of patterns hold the class of the own stem instead."""
        return Joins(stems.row, stems.own, self._partners.draw(stems.other, generator))


class Uniform:
    """Any legal join."""

    def __init__(self, margins: ClassMargins, tables: BlockTables) -> None:
        self._tables = tables
        self._occupied = margins.occupied * tables.n_vocabulary
        self._partners = Partners(margins.join, tables)

    def of_blocks(self, block: IntArray, generator: np.random.Generator) -> Joins:
        return self._drawn(block, np.full(len(block), -1), generator)

    def rest(self, own: IntArray, parent: IntArray, generator: np.random.Generator) -> Joins:  # noqa: ARG002
        return self._drawn(self._tables.class_block[own], self._tables.class_stem[own], generator)

    def _drawn(self, block: IntArray, taken: IntArray, generator: np.random.Generator) -> Joins:
        """Join each stem with its probability, but for one on the stem atom that is taken."""
        free = self._tables.multiplicity[block]
        rows = np.nonzero(taken >= 0)[0]
        free[rows, taken[rows]] -= 1
        row, stem = np.nonzero(free)
        row, stem = (np.repeat(array, free[row, stem]) for array in (row, stem))
        kind = self._tables.kind[block[row], stem]
        joined = generator.random(len(row)) < self._occupied[kind]
        row, stem, kind = row[joined], stem[joined], kind[joined]
        return Joins(row, stem, self._partners.draw(kind, generator))


class Partners:
    """Classes of stems that stems of a class are joined to, drawn by the margins of joins, shape (C, C)."""

    def __init__(self, join: FloatArray, tables: BlockTables) -> None:
        own, self._other = np.nonzero(join)
        self._choices = Choices.of(own, (join * tables.class_size)[own, self._other], tables.n_classes)

    def draw(self, own: IntArray, generator: np.random.Generator) -> IntArray:
        return self._other[self._choices.draw(own, generator)]


class _Weighted:
    """Lists of joins of each block, drawn by their counts."""

    def __init__(self, lists: _Counts) -> None:
        self._lists = JoinLists([joins for of_block in lists for joins in of_block])
        block = np.repeat(np.arange(len(lists)), [len(of_block) for of_block in lists])
        weight = [count for of_block in lists for count in of_block.values()]
        self._choices = Choices.of(block, weight, len(lists))

    def draw(self, block: IntArray, generator: np.random.Generator) -> Joins:
        return self._lists(self._choices.draw(block, generator))


class _WeightedRests:
    """What is left of the lists when one join is taken out, drawn by their counts.

    The group of a rest is the class of the own stem of that join; with `by_both`, that of both stems (own * C + other).
    """

    def __init__(self, lists: _Counts, tables: BlockTables, *, by_both: bool) -> None:
        rests: list[ClassJoins] = []
        group, weight = [], []
        for number, of_block in enumerate(lists):
            for joins, count in of_block.items():
                for own, other, rest in _each_join(joins, number, tables):
                    rests.append(rest)
                    group.append(own * tables.n_classes + other if by_both else own)
                    weight.append(count)
        self._lists = JoinLists(rests)
        self._choices = Choices.of(group, weight, tables.n_classes**2 if by_both else tables.n_classes)

    def draw(self, group: IntArray, generator: np.random.Generator) -> Joins:
        return self._lists(self._choices.draw(group, generator))


def _each_join(joins: ClassJoins, number: int, tables: BlockTables) -> Iterator[tuple[int, int, ClassJoins]]:
    """Yield for each join the classes of both stems, and the other joins, turned to its first stem."""
    block = tables.blocks[number]
    for place, (stem, other) in enumerate(joins):
        own = int(tables.kind[number, stem])
        turn = next(p for p in block.permutations if p[stem] == tables.class_stem[own])
        rest = (pair for k, pair in enumerate(joins) if k != place)
        yield own, other, tuple((turn[a], c) for a, c in rest)

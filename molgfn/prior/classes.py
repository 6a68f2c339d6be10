"""Counted joins by the classes of stems (the orbits of the stems of a block), which both orders of the law share."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from molgfn.arrays import FloatArray
from molgfn.chem.trees.neighbourhoods import NeighbourhoodCounts
from molgfn.environments.tables import BlockTables

ClassJoins = tuple[tuple[int, int], ...]
"""Joins of a block: own stem atom, class of the stem that is joined to it."""


def class_joins(counts: NeighbourhoodCounts, tables: BlockTables) -> list[dict[ClassJoins, int]]:
    """Return for each block how often it has each neighbourhood, with classes in place of blocks and stem atoms."""
    kind = tables.kind.tolist()
    return [
        {tuple((own, kind[other][stem]) for own, other, stem in around): n for around, n in of_block.items()}
        for of_block in counts.counts
    ]


def stem_patterns(of_block: Mapping[ClassJoins, int]) -> Counter[tuple[int, ...]]:
    """Count which stem atoms of a block are joined, whatever to."""
    patterns: Counter[tuple[int, ...]] = Counter()
    for joins, count in of_block.items():
        patterns[tuple(own for own, _ in joins)] += count
    return patterns


@dataclass(frozen=True)
class ClassMargins:
    """How often a stem is joined to another one, by the classes of both.

    Everything is per block of the library. C classes, V blocks.

    Attributes
    ----------
    block : array, shape (V,)
        Share of each block among all blocks.
    join : array, shape (C, C), symmetric
        For two single stems of these classes the probability that a block holds the first stem and that this stem is
        joined to the second one.
    occupied : array, shape (C,)
        For a single stem of this class the probability that a block holds it and that it is joined to anything.
    """

    block: FloatArray
    join: FloatArray
    occupied: FloatArray

    @classmethod
    def of(cls, block: FloatArray, join: FloatArray, tables: BlockTables) -> "ClassMargins":
        """Add `occupied`."""
        return cls(block, join, join @ tables.class_size.astype(np.float64))


def library_margins(counted: Sequence[Mapping[ClassJoins, int]], tables: BlockTables) -> ClassMargins:
    """Return the margins of counted neighbourhoods."""
    seen = np.array([sum(of_block.values()) for of_block in counted])
    kind = tables.kind.tolist()
    ends = [
        (kind[number][own], other, count)
        for number, of_block in enumerate(counted)
        for around, count in of_block.items()
        for own, other in around
    ]
    joins = np.zeros((tables.n_classes, tables.n_classes))
    if ends:
        first, second, times = np.array(ends).T
        np.add.at(joins, (first, second), times)
    size = tables.class_size.astype(np.float64)
    return ClassMargins.of(seen / seen.sum(), joins / (seen.sum() * np.outer(size, size)), tables)


def uniform_margins(tables: BlockTables, occupation: float) -> ClassMargins:
    """Return margins in which all blocks are equally likely, and all legal joins.

    Parameters
    ----------
    tables : BlockTables
    occupation : float, between 0 and 1
        Probability that a stem with the largest number of legal partners is joined to any.
    """
    n_blocks = tables.n_vocabulary
    block = np.full(n_blocks, 1 / n_blocks)
    legal = tables.legal[: tables.n_classes].astype(np.float64)
    most = float((legal @ tables.class_size).max())
    return ClassMargins.of(block, legal * occupation / (n_blocks * most), tables)

"""Joins between classes of stems, counted: what both orders of the library's law share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from molgfn.chem.trees.neighbourhoods import NeighbourhoodCounts
from molgfn.environments.tables import BlockTables

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ClassMargins:
    """How often a stem is joined to another one, by the classes of both (the orbits of the stems of a block).

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

    block: Floats
    join: Floats
    occupied: Floats

    @classmethod
    def of(cls, block: Floats, join: Floats, tables: BlockTables) -> "ClassMargins":
        """Add `occupied`."""
        return cls(block, join, join @ tables.class_size.astype(np.float64))


def library_margins(counts: NeighbourhoodCounts, tables: BlockTables) -> ClassMargins:
    """Return the margins of counted neighbourhoods."""
    total = counts.blocks
    block = np.array([sum(of_block.values()) for of_block in counts.counts]) / total
    joins = np.zeros((tables.n_classes, tables.n_classes))
    for number, of_block in enumerate(counts.counts):
        for around, count in of_block.items():
            for own, other, stem in around:
                joins[tables.kind[number, own], tables.kind[other, stem]] += count
    size = tables.class_size.astype(np.float64)
    return ClassMargins.of(block, joins / (total * np.outer(size, size)), tables)


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

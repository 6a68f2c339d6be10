"""The library's law: how likely a molecule is by the neighbourhoods of its blocks (a Markov law on trees of blocks).

Stems are labelled here. Let P(n) be the probability that a block of the library, drawn at random, has the neighbourhood
n, and m(j) the probability that a block has the join j, which is the same from both of its ends. Then

    f(x) = prod over blocks of P(n) / prod over joins of m(j)

is the probability of growing the labelled tree x from one of its blocks: first the neighbourhood of that block, then
those of its neighbours given the join that leads to them, and so on. A molecule of N blocks is grown in N W ways, where
W is its build multiplicity (`molgfn.environments.fragments`). The law over molecules is p(x) proportional to W f s(N).
Trees that grow by neighbourhoods alone stop at other sizes than real molecules do; s(N) makes good for that.

P is a mixture of three laws of neighbourhoods:

- second order: as counted in the library, each spread evenly over what the symmetries of the block and of its
  neighbours make of it;
- first order: which stems are joined as counted, what each is joined to drawn by itself;
- uniform: every legal join equally likely, so that no molecule has probability 0.

The first two have the same m; that of the third is symmetric too, and so is the mixture's.

A block that is joined to a stem of no class (of a core that the vocabulary does not have) is weighed by the first order
and the uniform law alone, in which P has a sum over all stems that it could be joined to. The join has no m.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import factorial, prod

import numpy as np

from molgfn.arrays import FloatArray, IntArray
from molgfn.chem.trees.neighbourhoods import NeighbourhoodCounts, images
from molgfn.environments.tables import BlockTables
from molgfn.prior.classes import ClassJoins, class_joins, library_margins, stem_patterns, uniform_margins
from molgfn.prior.keys import KeyNumbers, KeyTable

LEAST_MOLECULES = 1_000
"""Molecules from which on neighbourhoods are counted as wholes; of fewer only the first order is used."""


@dataclass(frozen=True)
class Smoothing:
    """How the three laws of neighbourhoods are mixed.

    Attributes
    ----------
    distinct : float
        The weight of the second order is n / (n + distinct * d) for a block that was seen n times with d different
        neighbourhoods. Witten and Bell (1991) have 1; with 0.5 drawn molecules are harder to tell from real ones
        (benchmarks/realism.py), and with 0.25 no more so.
    uniform : float
        Weight of the uniform law.
    occupation : float
        Of the uniform law, see `uniform_margins`.
    """

    distinct: float = 0.5
    uniform: float = 0.001
    occupation: float = 0.2


@dataclass(frozen=True)
class Nodes:
    """Blocks and joins of a batch of molecules, as far as the law has terms for them. K blocks, J ends of joins.

    Attributes
    ----------
    state, block : array, shape (K,)
        Molecule of each block, and its number in the vocabulary.
    node, own, other : array, shape (J,)
        For both ends of each join its place among the K blocks, its stem atom, and the class of the stem that it is
        joined to; -1 if this stem is of no class. An end on a block without a term is not listed.
    """

    state: IntArray
    block: IntArray
    node: IntArray
    own: IntArray
    other: IntArray


class LibraryLaw:
    """The law of molecules of a library.

    Parameters
    ----------
    counts : NeighbourhoodCounts
        At least one block.
    tables : BlockTables
        Of the vocabulary, without a core.
    smoothing : Smoothing

    Attributes
    ----------
    second_order : array, shape (V,)
        Weight of the second order for each block; the first order has the rest.
    joins : list of dict of ClassJoins to int
        The counts, see `class_joins`.
    library, uniform : ClassMargins
        Margins of the first two laws, and of the third one.
    log_join : array, shape (C, C)
        Log m of each join, by the classes of its stems.
    """

    def __init__(self, counts: NeighbourhoodCounts, tables: BlockTables, smoothing: Smoothing | None = None) -> None:
        self.counts, self.tables, self.smoothing = counts, tables, smoothing or Smoothing()
        self.second_order = _second_order_weights(counts, self.smoothing)
        self.joins = class_joins(counts, tables)
        self.library = library_margins(self.joins, tables)
        self.uniform = uniform_margins(tables, self.smoothing.occupation)
        rest = self.smoothing.uniform
        self._keys = KeyNumbers.of(tables)
        self._wholes, self._patterns = self._key_tables()
        with np.errstate(divide="ignore", invalid="ignore"):
            self._log_given = np.log(np.nan_to_num(self.library.join / self.library.occupied[:, None]))
            self.log_join = np.log((1 - rest) * self.library.join + rest * self.uniform.join)
        self._log_closed, self._log_uniform, self._log_occupied = self._uniform_terms()

    def _key_tables(self) -> tuple[KeyTable, KeyTable]:
        """Return log P of every single neighbourhood, and of every single set of joined stems, stems labelled."""
        wholes: dict[int, float] = {}
        patterns: dict[int, float] = {}
        total, size = self.counts.blocks, self.tables.class_size.tolist()
        for number, of_block in enumerate(self.joins):
            for joins, count in of_block.items():
                choices = prod(size[c] for _, c in joins)
                self._spread(joins, number, count / total / choices, wholes, self._keys.of_joins)
            for stems, count in stem_patterns(of_block).items():
                pattern = tuple((own, 0) for own in stems)
                self._spread(pattern, number, count / total, patterns, self._key_of_pattern)
        return KeyTable(wholes), KeyTable(patterns)

    def _key_of_pattern(self, block: int, joins: Iterable[tuple[int, int]]) -> int:
        return self._keys.of_pattern(block, (own for own, _ in joins))

    def _spread(
        self,
        joins: ClassJoins,
        number: int,
        share: float,
        table: dict[int, float],
        key: Callable[[int, Iterable[tuple[int, int]]], int],
    ) -> None:
        """Add an even part of the share to every image of these joins; stems on one atom are labelled too."""
        block = self.tables.blocks[number]
        swapped = prod(
            factorial(m) // _arrangements([c for own, c in joins if own == stem], m)
            for stem, m in enumerate(block.multiplicity)
            if m > 1
        )
        all_images = images(((own, c, 0) for own, c in joins), block)
        for image in all_images:
            name = key(number, [(own, c) for own, c, _ in image])
            table[name] = table.get(name, 0.0) + share / (len(all_images) * swapped)

    def _uniform_terms(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return log P of each block with all stems open, and what a join adds to it.

        Shapes (V,), (C, C), and (C,) for a join to any stem.
        """
        kinds, n_blocks = self.tables.kind[: self.tables.n_vocabulary], self.tables.n_vocabulary
        log_open = np.log1p(-n_blocks * self.uniform.occupied)
        padded = np.where(kinds >= 0, log_open[kinds], 0.0)
        closed = (padded * self.tables.multiplicity[:n_blocks]).sum(axis=1) - np.log(n_blocks)
        with np.errstate(divide="ignore"):
            occupied = np.log(n_blocks * self.uniform.occupied) - log_open
            return closed, np.log(n_blocks * self.uniform.join) - log_open[:, None], occupied

    def log_density(self, nodes: Nodes, length: IntArray) -> FloatArray:
        """Return log f s of each molecule, shape (S,); `length` is the number of its blocks, shape (S,)."""
        return self._log_f(nodes, len(length)) + self.log_size_weight(length)

    def log_size_weight(self, length: IntArray) -> FloatArray:
        """Return log s of molecules of so many blocks; those larger than any in the table get its last value."""
        weights = self.counts.size_weights or (1.0,)
        table: FloatArray = np.log(np.array(weights))
        return table[np.minimum(length, len(weights) - 1)]

    def _log_f(self, nodes: Nodes, size: int) -> FloatArray:
        """Return log f of each of `size` molecules; 0 for one without any term."""
        own_class = self.tables.kind[nodes.block[nodes.node], nodes.own]
        total = np.zeros(size)
        np.add.at(total, nodes.state, self._log_neighbourhoods(nodes, own_class))
        # Both ends of a join are listed: each takes half of it.
        log_join = np.where(nodes.other >= 0, self.log_join[own_class, nodes.other], 0.0)
        np.add.at(total, nodes.state[nodes.node], -0.5 * log_join)
        return total

    def _log_neighbourhoods(self, nodes: Nodes, own_class: IntArray) -> FloatArray:
        """Return log P of the neighbourhood of each block, shape (K,)."""
        whole = self._keys.block[nodes.block]
        pattern = whole.copy()
        has_class = nodes.other >= 0
        np.add.at(whole, nodes.node, self._keys.join[nodes.own, nodes.other])
        np.add.at(pattern, nodes.node, self._keys.stem[nodes.own])
        first = self._patterns(pattern)
        np.add.at(first, nodes.node, np.where(has_class, self._log_given[own_class, nodes.other], 0.0))
        uniform = self._log_closed[nodes.block]
        joined = np.where(has_class, self._log_uniform[own_class, nodes.other], self._log_occupied[own_class])
        np.add.at(uniform, nodes.node, joined)
        rest, weight = self.smoothing.uniform, self.second_order[nodes.block]
        weight[nodes.node[~has_class]] = 0.0
        with np.errstate(divide="ignore"):
            counted = np.logaddexp(np.log(weight) + self._wholes(whole), np.log1p(-weight) + first)
        mixed: FloatArray = np.logaddexp(np.log1p(-rest) + counted, np.log(rest) + uniform)
        return mixed


def _second_order_weights(counts: NeighbourhoodCounts, smoothing: Smoothing) -> FloatArray:
    if counts.molecules < LEAST_MOLECULES:
        return np.zeros(len(counts.counts))
    seen = np.array([sum(of_block.values()) for of_block in counts.counts], dtype=np.float64)
    distinct = np.array([len(of_block) for of_block in counts.counts], dtype=np.float64)
    return seen / np.maximum(seen + smoothing.distinct * distinct, 1.0)


def _arrangements(joined: list[int], multiplicity: int) -> int:
    """Return how many swaps of the stems on an atom keep what they are joined to."""
    return factorial(multiplicity - len(joined)) * prod(factorial(n) for n in Counter(joined).values())

"""Neighbourhoods: what hangs on the stems of a block in a molecule, and how often a library shows each."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.tree import Tree

Neighbourhood = tuple[tuple[int, int, int], ...]
"""Joins of a block, sorted: own stem atom, block of the neighbour, stem atom of the neighbour."""


@dataclass(frozen=True)
class NeighbourhoodCounts:
    """How often each neighbourhood occurs in the molecules of a library.

    Attributes
    ----------
    counts : tuple of dict of Neighbourhood to int, one for each block
        Neighbourhoods that a symmetry of a block makes equal are counted as one (see `standard_neighbourhood`).
    sizes : tuple of int
        Molecules of 0, 1, 2, ... blocks.
    size_weights : tuple of float
        Factors by which molecules of 0, 1, 2, ... blocks are made more frequent, so that molecules of the law are as
        large as those of the library (see `molgfn.prior.sizes`); empty: none.
    """

    counts: tuple[dict[Neighbourhood, int], ...]
    sizes: tuple[int, ...]
    size_weights: tuple[float, ...] = ()

    @property
    def molecules(self) -> int:
        """The number of molecules that were counted."""
        return sum(self.sizes)

    @property
    def blocks(self) -> int:
        """The number of blocks of all molecules."""
        return sum(sum(counts.values()) for counts in self.counts)

    def fits(self, blocks: Sequence[Block]) -> bool:
        """Return whether every join is between stem atoms of these blocks."""
        stems = [len(block.stem_atoms) for block in blocks]
        joins = (
            (block, own, other, stem)
            for block, of_block in enumerate(self.counts)
            for around in of_block
            for own, other, stem in around
        )
        return all(
            0 <= own < stems[block] and 0 <= other < len(stems) and 0 <= stem < stems[other]
            for block, own, other, stem in joins
        )

    def as_json(self) -> str:
        """Return the counts as JSON, a block a line."""
        rows = ([[n, *around] for around, n in of_block.items()] for of_block in self.counts)
        body = ",\n   ".join(json.dumps(row, separators=(",", ":")) for row in rows)
        sizes, weights = json.dumps(self.sizes), json.dumps([float(f"{weight:.6g}") for weight in self.size_weights])
        return f'{{"sizes": {sizes},\n  "size_weights": {weights},\n  "neighbourhoods": [\n   {body}\n  ]}}'

    @classmethod
    def of_json(cls, content: Mapping[str, Any], n_blocks: int) -> "NeighbourhoodCounts":
        """Return the counts of what `as_json` wrote.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is something else.
        """
        counts = tuple(
            {tuple(_join(*join) for join in around): int(n) for n, *around in of_block}
            for of_block in content["neighbourhoods"]
        )
        if len(counts) != n_blocks:
            raise ValueError(f"neighbourhoods of {len(counts)} blocks, but there are {n_blocks}")
        sizes, weights = map(int, content["sizes"]), map(float, content["size_weights"])
        return cls(counts, tuple(sizes), tuple(weights))


def _join(own: int, block: int, stem: int) -> tuple[int, int, int]:
    return int(own), int(block), int(stem)


def count_neighbourhoods(trees: Iterable[Tree], blocks: Sequence[Block]) -> NeighbourhoodCounts:
    """Count the neighbourhoods of all blocks of all trees."""
    counts: list[Counter[Neighbourhood]] = [Counter() for _ in blocks]
    sizes: Counter[int] = Counter()
    for tree in trees:
        sizes[len(tree.blocks)] += 1
        for node, around in zip(tree.blocks, neighbourhoods(tree), strict=True):
            counts[node][standard_neighbourhood(around, node, blocks)] += 1
    largest = max(sizes, default=0)
    return NeighbourhoodCounts(
        tuple(dict(sorted(count.items())) for count in counts), tuple(sizes[n] for n in range(largest + 1))
    )


def neighbourhoods(tree: Tree) -> Iterator[Neighbourhood]:
    """Yield the neighbourhood of each node."""
    for neighbours in tree.neighbours():
        yield tuple(sorted((own, tree.blocks[other], stem) for other, (own, stem) in neighbours.items()))


def standard_neighbourhood(around: Neighbourhood, block: int, blocks: Sequence[Block]) -> Neighbourhood:
    """Return the least of the neighbourhoods that symmetries of the block and of its neighbours make equal."""
    classes = [(own, other, blocks[other].orbits[stem]) for own, other, stem in around]
    return min(images(classes, blocks[block]))


def images(around: Iterable[tuple[int, int, int]], block: Block) -> set[Neighbourhood]:
    """Return the distinct neighbourhoods that the symmetries of a block make of one."""
    joins = tuple(around)
    return {tuple(sorted((p[own], other, stem) for own, other, stem in joins)) for p in block.permutations}

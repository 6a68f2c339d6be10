"""Numbers that stand for neighbourhoods, computed for all nodes of a batch of states at once.

The key of a neighbourhood is a random 64-bit number of its block plus one for each of its joins, so that the order of
the joins plays no part. The numbers come from a fixed seed: the same vocabulary gives the same keys. Among a million
neighbourhoods two share one with a chance of 3e-8.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from molgfn.arrays import FloatArray
from molgfn.environments.tables import BlockTables

Keys = NDArray[np.uint64]

_SEED = 2021


@dataclass(frozen=True)
class KeyNumbers:
    """The random numbers.

    Attributes
    ----------
    block : array, shape (V,)
    stem : array, shape (P,)
        For a join at each stem atom, whatever it is joined to.
    join : array, shape (P, C)
        For a join at each stem atom to a stem of each class.
    """

    block: Keys
    stem: Keys
    join: Keys

    @classmethod
    def of(cls, tables: BlockTables) -> "KeyNumbers":
        generator = np.random.default_rng(_SEED)

        def draw(*shape: int) -> Keys:
            return generator.integers(0, 2**64, size=shape, dtype=np.uint64)

        n_stems = tables.max_stems
        return cls(draw(tables.n_vocabulary), draw(n_stems), draw(n_stems, tables.n_classes))

    def of_joins(self, block: int, joins: Iterable[tuple[int, int]]) -> int:
        """Return the key of a neighbourhood; joins are pairs of own stem atom and class of the neighbour's stem."""
        numbers = self._lists[1]
        return self._sum(block, (numbers[own][other] for own, other in joins))

    def of_pattern(self, block: int, stems: Iterable[int]) -> int:
        """Return the key of a block with joins at these stem atoms, whatever they are joined to."""
        numbers = self._lists[0]
        return self._sum(block, (numbers[own] for own in stems))

    @cached_property
    def _lists(self) -> tuple[list[int], list[list[int]]]:
        """`stem` and `join` as lists, of which single numbers are taken sooner."""
        return self.stem.tolist(), self.join.tolist()

    def _sum(self, block: int, numbers: Iterable[int]) -> int:
        return (int(self.block[block]) + sum(numbers)) % 2**64


class KeyTable:
    """The logs of probabilities by key; that of a key which is not in the table is 0."""

    def __init__(self, probabilities: Mapping[int, float]) -> None:
        keys = np.array(sorted(probabilities), dtype=np.uint64)
        # The last entry is for keys above all others.
        self._keys = np.append(keys, np.uint64(2**64 - 1))
        self._logs = np.append(np.log([probabilities[int(key)] for key in keys]), -np.inf)

    def __call__(self, keys: Keys) -> FloatArray:
        """Return the log probability of each key, in the shape of `keys`."""
        place = np.searchsorted(self._keys, keys)
        found: FloatArray = np.where(self._keys[place] == keys, self._logs[place], -np.inf)
        return found

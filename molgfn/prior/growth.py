"""Growing molecules by the library's law."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from molgfn.arrays import BoolArray, IntArray
from molgfn.environments.states import States
from molgfn.prior.choices import Choices, Joins
from molgfn.prior.law import LibraryLaw
from molgfn.prior.orders import FirstOrder, OrderDraws, Partners, SecondOrder, Uniform

_LEAST_GROWN, _MOST_BATCHES = 64, 200


@dataclass(frozen=True)
class _Pending:
    """Blocks that are to be added: the state, the node to be joined to and its stem, class of the block's own stem."""

    state: IntArray
    parent: IntArray
    parent_stem: IntArray
    own: IntArray

    def take(self, rows: BoolArray) -> "_Pending":
        return _Pending(self.state[rows], self.parent[rows], self.parent_stem[rows], self.own[rows])


class Growth:
    """Draws molecules from a law.

    A tree grows from a block drawn at random; a molecule of N blocks grows with probability N W f (see
    `molgfn.prior.law`), so that it is kept with a probability proportional to s(N) / N. Trees outside of the limits are
    thrown away whole.

    Parameters
    ----------
    law : LibraryLaw
    min_blocks, max_blocks : int
    """

    def __init__(self, law: LibraryLaw, min_blocks: int, max_blocks: int) -> None:
        self.law, self.min_blocks, self.max_blocks = law, min_blocks, max_blocks
        tables = law.tables
        self._orders: tuple[OrderDraws, ...] = (
            SecondOrder(law.joins, tables),
            FirstOrder(law.joins, law.library, tables),
            Uniform(law.uniform, tables),
        )
        self._partners = Partners(np.exp(law.log_join), tables)
        self._blocks = Choices.of(np.zeros(tables.n_vocabulary, dtype=np.int64), law.library.block, 1)
        length = np.arange(1, max_blocks + 1)
        weight = np.where(length >= min_blocks, np.exp(law.log_size_weight(length)) / length, 0.0)
        self._kept = np.concatenate([[0.0], weight / weight.max()])

    def draw(
        self, count: int, generator: np.random.Generator, within: Callable[[States], BoolArray] | None = None
    ) -> States:
        """Draw molecules, of which `within` is true if it is given; nodes are in the order in which they grew.

        Raises
        ------
        ValueError
            If next to no molecule that is grown is within the limits.
        """
        drawn, missing = [States.empty(0, self.max_blocks)], count
        for _ in range(_MOST_BATCHES):
            if not missing:
                return States.concatenate(drawn)
            grown = self.grow(max(_LEAST_GROWN, 3 * missing), generator)
            kept = grown.take(generator.random(len(grown)) < self._kept[grown.length])
            kept = kept if within is None else kept.take(within(kept))
            drawn.append(kept.take(np.arange(min(len(kept), missing))))
            missing -= len(drawn[-1])
        raise ValueError(f"the law gives next to no molecules of {self.min_blocks} to {self.max_blocks} blocks")

    def grow(self, size: int, generator: np.random.Generator) -> States:
        """Grow that many trees; return those of at most `max_blocks` blocks."""
        states = States.empty(size, self.max_blocks)
        return self._finished(states, self._roots(states, generator), generator)

    def branches(self, states: States, node: IntArray, stem: IntArray, generator: np.random.Generator) -> States:
        """Grow one more branch on each state; return the states of at most `max_blocks` blocks.

        Parameters
        ----------
        states : States
            S rows.
        node, stem : array, shape (S,)
            Where the branch is joined: a node, and a free stem atom of its block to which something can be joined.
        generator : Generator
        """
        states = states.take(np.arange(len(states)))
        row = np.arange(len(states))
        own = self._partners.draw(self.law.tables.kind[states.blocks[row, node], stem], generator)
        return self._finished(states, _Pending(row, node, stem, own), generator)

    def _finished(self, states: States, pending: _Pending, generator: np.random.Generator) -> States:
        """Add blocks in place until nothing is pending; return the states of at most `max_blocks` blocks."""
        alive = np.ones(len(states), dtype=np.bool_)
        while len(pending.state):
            alive &= states.length + np.bincount(pending.state, minlength=len(states)) <= self.max_blocks
            pending = self._add(states, pending.take(alive[pending.state]), generator)
        return states.take(alive)

    def _roots(self, states: States, generator: np.random.Generator) -> _Pending:
        size, tables = len(states), self.law.tables
        uniform = generator.random(size) < self.law.smoothing.uniform
        block = self._blocks.draw(np.zeros(size, dtype=np.int64), generator)
        block[uniform] = generator.integers(tables.n_vocabulary, size=int(uniform.sum()))
        second = generator.random(size) < self.law.second_order[block]
        order = np.where(uniform, 2, np.where(second, 0, 1))
        none = np.full(size, -1)
        states.append(np.arange(size), block, none, none, none)
        parts = [
            draws.of_blocks(block[rows], generator).of_rows(rows)
            for draws, rows in zip(self._orders, _rows_of(order), strict=True)
        ]
        return _pending(np.arange(size), np.zeros(size, dtype=np.int64), parts)

    def _add(self, states: States, pending: _Pending, generator: np.random.Generator) -> _Pending:
        """Add these blocks in place; return those that are to be joined to them."""
        tables = self.law.tables
        parent = tables.kind[states.blocks[pending.state, pending.parent], pending.parent_stem]
        rank = _rank(pending.state)
        node = states.length[pending.state] + rank
        block, own_stem = tables.class_block[pending.own], tables.class_stem[pending.own]
        for k in range(int(rank.max(initial=-1)) + 1):
            now = rank == k
            states.append(pending.state[now], block[now], pending.parent[now], pending.parent_stem[now], own_stem[now])
        order = self._order_of(pending.own, parent, generator)
        parts = [
            draws.rest(pending.own[rows], parent[rows], generator).of_rows(rows)
            for draws, rows in zip(self._orders, _rows_of(order), strict=True)
        ]
        return _pending(pending.state, node, parts)

    def _order_of(self, own: IntArray, parent: IntArray, generator: np.random.Generator) -> IntArray:
        """Draw which of the three laws gives the neighbourhood of a block, given the join that led to it."""
        law, rest = self.law, self.law.smoothing.uniform
        counted = (1 - rest) * law.library.join[own, parent]
        uniform = rest * law.uniform.join[own, parent]
        draw = generator.random(len(own)) * (counted + uniform)
        second = counted * law.second_order[law.tables.class_block[own]]
        order: IntArray = (draw >= second).astype(np.int64) + (draw >= counted)
        return order


def _rows_of(order: IntArray) -> list[IntArray]:
    return [np.nonzero(order == k)[0] for k in range(3)]


def _pending(state: IntArray, node: IntArray, parts: Sequence[Joins]) -> _Pending:
    joins = Joins.concatenate(parts)
    # Sorted, so that the nodes of a state stand together.
    joins = Joins(*(array[np.argsort(joins.row, kind="stable")] for array in (joins.row, joins.own, joins.other)))
    return _Pending(state[joins.row], node[joins.row], joins.own, joins.other)


def _rank(state: IntArray) -> IntArray:
    """Return for each row of a grouped array the number of rows of its group before it."""
    start = np.concatenate([[True], state[1:] != state[:-1]]) if len(state) else np.zeros(0, dtype=np.bool_)
    first = np.maximum.accumulate(np.where(start, np.arange(len(state)), 0))
    rank: IntArray = np.arange(len(state)) - first
    return rank

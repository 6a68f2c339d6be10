"""Moves of a chain over fragment states: a block is added at a stem, or a leaf is taken away."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.fragments.layers.action_law import ActionLaw
from molgfn.flow.fragments.local_search import removable
from molgfn.flow.fragments.trajectories import log_of_actions, rows_of_actions

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Moves:
    """One move of each of S states.

    Attributes
    ----------
    adds : array, shape (S,)
        Whether a block is added; else a leaf is taken away.
    node : array, shape (S,)
        Where it is added, or the leaf.
    stem, block, own_stem : array, shape (S,)
        Stem atom of that node, the new block and its stem atom; -1 where a leaf is taken away.
    """

    adds: Bools
    node: Ints
    stem: Ints
    block: Ints
    own_stem: Ints

    @classmethod
    def removals(cls, node: Ints) -> "Moves":
        """Return the moves that take these leaves away."""
        nothing = np.full(len(node), -1)
        return cls(np.zeros(len(node), dtype=np.bool_), node.copy(), nothing, nothing.copy(), nothing.copy())

    def arrays(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Return node, stem, block and own stem."""
        return self.node, self.stem, self.block, self.own_stem

    def take(self, rows: Ints | Bools) -> "Moves":
        """Return a copy of some rows."""
        return Moves(self.adds[rows], *(array[rows] for array in self.arrays()))

    def put_additions(self, rows: Ints, values: tuple[Ints, Ints, Ints, Ints]) -> None:
        """Make these rows additions of that node, stem, block and own stem, in place."""
        self.adds[rows] = True
        for mine, value in zip(self.arrays(), values, strict=True):
            mine[rows] = value

    @classmethod
    def concatenate(cls, parts: "list[Moves]") -> "Moves":
        return cls(
            np.concatenate([part.adds for part in parts]),
            *(np.concatenate(arrays) for arrays in zip(*(part.arrays() for part in parts), strict=True)),
        )


def draw_moves(
    law: ActionLaw, environment: FragmentEnvironment, states: States, generator: torch.Generator
) -> tuple[Moves, Bools]:
    """Draw a move of each state: add or take away with even chances, then what and where as the network says.

    Returns
    -------
    Moves
    movable : array, shape (S,)
        Whether the state has any move; the moves of others mean nothing.
    """
    adding, removing = _open_ways(law, environment, states)
    coin = torch.rand(len(states), generator=generator).numpy() < 0.5
    log_leaf = _log_leaf(law, environment, states)
    # Rows without a leaf to take are NaN; they never use what is drawn here.
    moves = Moves.removals(torch.multinomial(log_leaf.exp().nan_to_num(1.0), 1, generator=generator)[:, 0].numpy())
    rows = np.flatnonzero(adding & (coin | ~removing))
    moves.put_additions(rows, _draw_additions(law, environment, rows, generator))
    return moves, adding | removing


def log_probability(law: ActionLaw, environment: FragmentEnvironment, states: States, moves: Moves) -> Tensor:
    """Return the log probability of each move, shape (S,): of a single action, not of all that lead to the same."""
    adding, removing = _open_ways(law, environment, states)
    result = torch.from_numpy(np.where(adding & removing, np.log(0.5), 0.0)).float()
    rows = np.flatnonzero(moves.adds)
    index = rows_of_actions(law, environment, rows, *(array[rows] for array in moves.arrays()))
    # A chain does not stop: this is the law of additions given that one is made.
    added = log_of_actions(law, index) - law.log_go[torch.from_numpy(rows)]
    gone = np.flatnonzero(~moves.adds)
    taken = _log_leaf(law, environment, states)[torch.from_numpy(gone), torch.from_numpy(moves.node[gone])]
    return result.index_add(0, torch.from_numpy(rows), added).index_add(0, torch.from_numpy(gone), taken)


def apply(environment: FragmentEnvironment, states: States, moves: Moves) -> States:
    """Return the states after the moves."""
    after = states.take(np.arange(len(states)))
    rows = np.flatnonzero(moves.adds)
    node, stem, block, own_stem = (array[rows] for array in moves.arrays())
    after.append(rows, block, node, stem, own_stem)
    gone = np.flatnonzero(~moves.adds)
    after.put(gone, environment.without(states.take(gone), moves.node[gone]))
    return after


def undoing(environment: FragmentEnvironment, states: States, moves: Moves) -> Moves:
    """Return the moves that lead back from `apply(environment, states, moves)`."""
    back = Moves.removals(states.length)
    gone = np.flatnonzero(~moves.adds)
    back.put_additions(gone, environment.putting_back(states.take(gone), moves.node[gone]))
    return back


def _open_ways(law: ActionLaw, environment: FragmentEnvironment, states: States) -> tuple[Bools, Bools]:
    """Return which states can be added to, and which can have a leaf taken away, each of shape (S,)."""
    adding: Bools = torch.isfinite(law.log_go).numpy()
    return adding, np.asarray(removable(environment, states).any(axis=1))


def _log_leaf(law: ActionLaw, environment: FragmentEnvironment, states: States) -> Tensor:
    """Return the log probability of taking each node away, shape (S, N)."""
    leaves = torch.from_numpy(removable(environment, states))
    return torch.log_softmax(law.leaf.masked_fill(~leaves, -torch.inf), 1)


def _draw_additions(
    law: ActionLaw, environment: FragmentEnvironment, rows: Ints, generator: torch.Generator
) -> tuple[Ints, Ints, Ints, Ints]:
    """Draw node, stem, block and its stem of an addition to some states, each of shape (rows,)."""
    tables, stems = environment.tables, law.stems
    weight = (law.log_where[:, None] + law.log_class(torch.arange(len(law.log_where))) + law.log_orbit).exp()
    # The largest of weight / exponential draws falls on each action with probability proportional to its weight.
    race, best = (weight / torch.empty_like(weight).exponential_(generator=generator)).max(1)
    order = np.lexsort((race.numpy(), stems.state))
    last = order[np.searchsorted(stems.state[order], rows, side="right") - 1]
    kind = best.numpy()[last]
    return stems.node[last], stems.stem[last], tables.class_block[kind], tables.class_stem[kind]

"""Taking blocks away from molecules, and building them again.

Local search builds the last blocks anew (Kim et al. 2024, arXiv 2310.02710).
"""

import numpy as np
from numpy.typing import NDArray

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States


def removable(environment: FragmentEnvironment, states: States) -> NDArray[np.bool_]:
    """Return which nodes may be removed, shape (S, N): the leaves, unless a leaf is the only block."""
    leaves: NDArray[np.bool_] = environment.leaves(states) & (states.length > 1)[:, None]
    return leaves


def without_last_blocks(
    environment: FragmentEnvironment, states: States, count: int, generator: np.random.Generator
) -> States:
    """Return states without `count` blocks; leaves are removed uniformly at random, and at least one block is left.

    Parameters
    ----------
    environment : FragmentEnvironment
    states : States
        Finished, S rows.
    count : int
    generator : Generator
    """
    states = states.take(np.arange(len(states)))
    for _ in range(count):
        rows, node = _random_leaves(environment, states, generator)
        states.put(rows, environment.without(states.take(rows), node))
    return states


def in_random_order(environment: FragmentEnvironment, states: States, generator: np.random.Generator) -> States:
    """Return the same molecules, each built in an order drawn by taking leaves away uniformly at random."""
    left, steps = states.take(np.arange(len(states))), []
    # Nodes keep the number that they have at first; `place` is where they stand in the new order.
    number = np.tile(np.arange(states.blocks.shape[1]), (len(states), 1))
    place = number.copy()
    while True:
        rows, node = _random_leaves(environment, left, generator)
        if not len(rows):
            break
        part = left.take(rows)
        place[rows, number[rows, node]] = part.length - 1
        after = number[rows]
        after = np.c_[after[np.arange(after.shape[1]) != node[:, None]].reshape(len(rows), -1), after[:, :1]]
        neighbour, stem, block, own_stem = environment.putting_back(part, node)
        steps.append((rows, block, after[np.arange(len(rows)), neighbour], stem, own_stem))
        number[rows] = after
        left.put(rows, environment.without(part, node))
    kept = max(environment.start, 1)
    np.put_along_axis(place, number[:, :kept], np.arange(kept)[None], axis=1)
    for rows, block, neighbour, stem, own_stem in reversed(steps):
        left.append(rows, block, place[rows, neighbour], stem, own_stem)
    return left


def _random_leaves(
    environment: FragmentEnvironment, states: States, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which states have a leaf that may be removed, and one of the leaves of each, drawn uniformly."""
    leaves = removable(environment, states)
    rows = np.flatnonzero(leaves.any(axis=1))
    chance = np.where(leaves[rows], generator.random(leaves[rows].shape), -1.0)
    return rows, chance.argmax(axis=1)

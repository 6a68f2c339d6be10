"""Local search: remove the last blocks of molecules and build them again (Kim et al. 2024, arXiv 2310.02710)."""

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
        leaves = removable(environment, states)
        rows = np.flatnonzero(leaves.any(axis=1))
        chance = np.where(leaves[rows], generator.random(leaves[rows].shape), -1.0)
        states.put(rows, environment.without(states.take(rows), chance.argmax(axis=1)))
    return states

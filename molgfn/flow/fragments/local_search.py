"""Local search: take the last blocks of molecules away, and build on from there (Kim et al. 2024, arXiv 2310.02710)."""

import numpy as np
from numpy.typing import NDArray

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States


def removable(environment: FragmentEnvironment, states: States) -> NDArray[np.bool_]:
    """Return which nodes may be taken away, shape (S, N): the leaves, unless nothing were left."""
    leaves: NDArray[np.bool_] = environment.leaves(states) & (states.length > 1)[:, None]
    return leaves


def without_last_blocks(
    environment: FragmentEnvironment, states: States, count: int, generator: np.random.Generator
) -> States:
    """Return states without `count` blocks, taken away as leaves uniformly at random; at least one block is left.

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

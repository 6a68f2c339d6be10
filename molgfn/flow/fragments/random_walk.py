"""Molecules from a random policy: for the start of a campaign without data, and as the lower limit in comparisons."""

import numpy as np
from numpy.typing import NDArray

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import OpenStems, States


def random_states(environment: FragmentEnvironment, n: int, generator: np.random.Generator) -> States:
    """Draw finished states: the number of blocks uniformly, then each (stem, stem of a block) uniformly.

    Parameters
    ----------
    environment : FragmentEnvironment
    n : int
        Number of states B; some may be equal.
    generator : Generator

    Returns
    -------
    States
    """
    tables = environment.tables
    states = environment.initial(n)
    wanted = generator.integers(max(environment.min_blocks, 1), environment.max_blocks + 1, size=n)
    if environment.start == 0:
        rows = np.arange(n)
        block = generator.choice(np.flatnonzero(environment.first_blocks()), size=n)
        states.append(rows, block, *(np.full(n, -1) for _ in range(3)))
    while True:
        growing = np.flatnonzero(states.length < wanted)
        part = states.take(growing)
        stems = environment.open_stems(part)
        if not len(stems.state):
            return states
        stuck = np.setdiff1d(np.arange(len(growing)), stems.state)
        wanted[growing[stuck]] = 0
        at, c = _actions(environment, stems, generator)
        states.append(
            growing[stems.state[at]], tables.class_block[c], stems.node[at], stems.stem[at], tables.class_stem[c]
        )


def _actions(
    environment: FragmentEnvironment, stems: OpenStems, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw one action for each state with an open stem: the open stem, and the class of the stem to join there."""
    tables = environment.tables
    up_to, row = tables.ways, stems.kind
    if len(stems.masked_row):
        up_to = (stems.allowed(tables.legal) * tables.class_size).cumsum(axis=1)
        row = np.arange(len(up_to))
    # The stem with the largest weight / (exponential draw) is chosen with probability proportional to its weight.
    score = up_to[row, -1] * stems.count / generator.exponential(size=len(row))
    order = np.lexsort((score, stems.state))
    last = order[np.r_[stems.state[order][1:] != stems.state[order][:-1], True]]
    chosen = up_to[row[last]]
    ticket = generator.integers(chosen[:, -1])
    return last, (chosen <= ticket[:, None]).sum(axis=1)

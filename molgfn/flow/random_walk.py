"""Molecules from a random policy: the start of a campaign without data, and the floor of every comparison."""

import numpy as np

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States


def random_states(environment: FragmentEnvironment, n: int, generator: np.random.Generator) -> States:
    """Draw finished states: the number of blocks uniformly, then each (stem, stem of a block) uniformly.

    Parameters
    ----------
    environment : FragmentEnvironment
    n : int
        Number of states B; equal ones may occur.
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
        weight = (tables.legal[stems.kind] * tables.class_size).astype(np.float64)
        dead = environment.dead_ends(part, stems)
        if dead is not None:
            weight[dead] = 0.0
        # The largest of weight / exponential draws falls on each action with probability proportional to its weight.
        score = weight * stems.count[:, None] / generator.exponential(size=weight.shape)
        best_class = score.argmax(axis=1)
        best_score = score[np.arange(len(score)), best_class]
        order = np.lexsort((best_score, stems.state))
        last = order[np.r_[stems.state[order][1:] != stems.state[order][:-1], True]]
        stuck = np.setdiff1d(np.arange(len(growing)), stems.state)
        wanted[growing[stuck]] = 0
        c = best_class[last]
        states.append(
            growing[stems.state[last]], tables.class_block[c], stems.node[last], stems.stem[last], tables.class_stem[c]
        )

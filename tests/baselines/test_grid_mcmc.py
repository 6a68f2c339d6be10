import numpy as np
import pytest

from molgfn.baselines.grid_mcmc import GridMCMC
from molgfn.environments.testbeds.hypergrid import Hypergrid

CHAINS = 200_000


@pytest.mark.parametrize("dimensions", [1, 2])
def test_chains_that_begin_in_the_law_stay_in_it(dimensions: int) -> None:
    grid = Hypergrid(dimensions, 8, r0=0.01)
    generator = np.random.default_rng(0)
    start = grid.points[generator.choice(len(grid.points), size=CHAINS, p=grid.law)]
    reached = GridMCMC(grid, start, generator).step()
    seen = np.bincount(grid.number(reached), minlength=len(grid.points)) / CHAINS
    assert np.abs(seen - grid.law).max() < 5 * np.sqrt(grid.law.max() / CHAINS)
    assert (reached != start).any()


def test_moves_are_balanced_in_detail() -> None:
    """As many go from one point to another as come back, when the chains are in the law."""
    grid = Hypergrid(1, 8, r0=0.1)
    generator = np.random.default_rng(1)
    start = grid.points[generator.choice(8, size=CHAINS, p=grid.law)]
    reached = GridMCMC(grid, start, generator).step()
    there = np.zeros((8, 8))
    np.add.at(there, (start[:, 0], reached[:, 0]), 1 / CHAINS)
    assert np.abs(there - there.T).max() < 5 * np.sqrt(there.max() / CHAINS)
    assert there[0, 2:].sum() == 0


def test_a_chain_forgets_where_it_began() -> None:
    grid = Hypergrid(2, 4, r0=0.5)
    chains = GridMCMC(grid, np.zeros((2000, 2), dtype=np.int64), np.random.default_rng(0))
    for _ in range(200):
        reached = chains.step()
    seen = np.bincount(grid.number(reached), minlength=16) / 2000
    assert np.abs(seen - grid.law).sum() < 0.15

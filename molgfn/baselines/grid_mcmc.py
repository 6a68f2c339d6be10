"""Metropolis-Hastings over neighbouring points of the hypergrid, the simplest MCMC."""

import numpy as np

from molgfn.environments.testbeds.hypergrid import Hypergrid, Ints


class GridMCMC:
    """Chains on the grid, each with R/Z as its stationary law.

    Parameters
    ----------
    grid : Hypergrid
    start : array, shape (B, n)
        Where each chain begins.
    generator : numpy Generator
    """

    def __init__(self, grid: Hypergrid, start: Ints, generator: np.random.Generator) -> None:
        self.grid, self.generator = grid, generator
        self.points = start.copy()
        self.reward = grid.reward(start)

    def step(self) -> Ints:
        """Propose one of the 2n neighbours to each chain and return where the chains are then, shape (B, n).

        A neighbour outside of the grid is refused, so that proposals are symmetric at the walls too.
        """
        rows = np.arange(len(self.points))
        proposed = self.points.copy()
        axis = self.generator.integers(self.grid.dimensions, size=len(rows))
        proposed[rows, axis] += self.generator.choice([-1, 1], size=len(rows))
        inside = ((proposed >= 0) & (proposed < self.grid.height)).all(axis=1)
        reward = self.grid.reward(proposed)
        taken = inside & (self.generator.random(len(rows)) * self.reward < reward)
        self.points = np.where(taken[:, None], proposed, self.points)
        self.reward = np.where(taken, reward, self.reward)
        return self.points

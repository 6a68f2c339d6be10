"""The methods that are compared by what they find per oracle call; each asks until all calls are spent."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from oracle_calls import Floats, Task
from rdkit import Chem
from rdkit.Chem import rdFingerprintGenerator
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from molgfn.baselines.genetic.crossover import crossover
from molgfn.baselines.genetic.mutation import mutate
from molgfn.flow.fragments.random_walk import random_states
from molgfn.search.tree_search import SearchSettings, TreeSearch

Method = Callable[[Task, int], None]
"""Asks in batches of that size until `SpentError`."""

_COUNTS = rdFingerprintGenerator.GetMorganGenerator(radius=3, fpSize=2048)


class CountProcess:
    """A Gaussian process with the min-max kernel on Morgan counts (radius 3), of which nothing is fitted.

    Mean and scale are those of the data, the variance of the noise is 0.01 of the signal's (Tripp and
    Hernandez-Lobato 2023).
    """

    def __init__(self) -> None:
        self._kept: dict[str, NDArray[np.float32]] = {}

    def counts(self, smiles: Sequence[str]) -> NDArray[np.float32]:
        for name in smiles:
            if name not in self._kept:
                counts = _COUNTS.GetCountFingerprintAsNumPy(Chem.MolFromSmiles(name))
                self._kept[name] = counts.astype(np.float32)
        return np.stack([self._kept[name] for name in smiles])

    def fit(self, data: dict[str, float]) -> None:
        self._x = self.counts(list(data))
        values = np.array(list(data.values()))
        self._mean, self._scale = float(values.mean()), float(values.std()) or 1.0
        self._factor = cho_factor(min_max(self._x, self._x) + 1e-2 * np.eye(len(values)), lower=True)
        self._weights = cho_solve(self._factor, (values - self._mean) / self._scale)

    def predict(self, smiles: Sequence[str]) -> tuple[Floats, Floats]:
        kernel = min_max(self.counts(smiles), self._x)
        explained = solve_triangular(self._factor[0], kernel.T, lower=True)
        std = np.sqrt(np.maximum(1 - np.square(explained).sum(axis=0), 1e-9))
        return self._mean + self._scale * (kernel @ self._weights), self._scale * std


def min_max(x: NDArray[np.float32], y: NDArray[np.float32]) -> Floats:
    """Return sum of minima / sum of maxima of all pairs of rows of counts."""
    total_x, total_y = x.sum(axis=1), y.sum(axis=1)
    low = np.stack([np.minimum(row, y).sum(axis=1) for row in x]).astype(np.float64)
    kernel: Floats = low / (total_x[:, None] + total_y[None, :] - low)
    return kernel


def tree_search(task: Task, batch: int, settings: SearchSettings | None = None) -> None:
    """Search over trees by the upper bound of a Gaussian process, its weight drawn anew for each batch."""
    search, process = TreeSearch(task.environment, task.prior, settings), CountProcess()
    while True:
        process.fit(task.data)
        weight = 10 ** task.generator.uniform(-2, 0)

        def score(names: Sequence[str], weight: float = weight) -> Floats:
            mean, std = process.predict(names)
            allowed = np.array([name not in task.data and task.meets(name) for name in names])
            return np.where(allowed, mean + weight * std, -np.inf)

        found = search(score, task.trees(task.best(100)), task.generator)
        task.ask([one.smiles for one in found[:batch]])


def genetic(task: Task, batch: int, population: int = 40, mutation: float = 0.067) -> None:
    """Graph GA (Jensen 2019): children of the best molecules known; those that break a constraint are not asked."""
    while True:
        best = task.best(population)
        mols = [Chem.MolFromSmiles(name) for name in best]
        values = np.array([task.data[name] for name in best])
        chance = np.maximum(values, 1e-3) / np.maximum(values, 1e-3).sum()
        children: dict[str, None] = {}
        while len(children) < batch:
            one, other = task.generator.choice(len(mols), 2, p=chance)
            child = crossover(mols[one], mols[other], task.generator)
            if child is not None and task.generator.random() < mutation:
                child = mutate(child, task.generator)
            name = None if child is None else Chem.MolToSmiles(child)
            if name and name not in task.data and task.meets(name):
                children.setdefault(name)
        task.ask(list(children))


def random_policy(task: Task, batch: int) -> None:
    """Random molecules of the space."""
    while True:
        chosen: dict[str, None] = {}
        while len(chosen) < batch:
            states = random_states(task.environment, 64, task.generator)
            names = [task.environment.smiles(task.environment.tree(states, row)) for row in range(len(states))]
            chosen |= dict.fromkeys(name for name in names if name not in task.data and task.meets(name))
        task.ask(list(chosen)[:batch])


def law(task: Task, batch: int) -> None:
    """Molecules of the library's law."""
    while True:
        chosen: dict[str, None] = {}
        while len(chosen) < batch:
            states = task.prior.draw(64, task.generator)
            names = [task.environment.smiles(task.environment.tree(states, row)) for row in range(len(states))]
            chosen |= dict.fromkeys(name for name in names if name not in task.data and task.meets(name))
        task.ask(list(chosen)[:batch])


def library(task: Task, batch: int) -> None:
    """Molecules of the library at random."""
    left = iter(task.library)
    while True:
        chosen: dict[str, None] = {}
        for name in left:
            if name not in task.data and task.meets(name):
                chosen.setdefault(name)
            if len(chosen) == batch:
                break
        task.ask(list(chosen))


METHODS: dict[str, tuple[Method, int]] = {
    "tree search": (tree_search, 20),
    "graph GA": (genetic, 20),
    "random policy": (random_policy, 20),
    "law of the library": (law, 20),
    "library": (library, 20),
}
"""Each method with its own size of batches, which is used where any is allowed."""

"""The methods that are compared by what they find per oracle call; each asks until all calls are spent."""

from collections.abc import Callable, Sequence

import numpy as np
from campaign_method import ABLATIONS, BEFORE, LIBRARY, NEW_ROUND, RECIPE_2021, WITH_PRIOR, CampaignMethod
from generator_methods import mars, ppo
from numpy.typing import NDArray
from oracle_calls import Task, smiles_of
from rdkit import Chem
from rdkit.Chem import rdFingerprintGenerator
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from molgfn.arrays import FloatArray
from molgfn.baselines.genetic.crossover import crossover
from molgfn.baselines.genetic.mutation import mutate
from molgfn.environments.states import States
from molgfn.flow.fragments.random_walk import random_states
from molgfn.search.tree_search import SearchSettings, TreeSearch

Method = Callable[[Task, int], None]
"""Asks in batches of that size until `SpentError`."""

Parents = Callable[[], tuple[str, str]]
"""Draws two molecules."""

LARGEST_DIFFERENCE = 2
"""Heavy atoms by which a child of the Graph GA may be larger or smaller than its population."""
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

    def predict(self, smiles: Sequence[str]) -> tuple[FloatArray, FloatArray]:
        kernel = min_max(self.counts(smiles), self._x)
        explained = solve_triangular(self._factor[0], kernel.T, lower=True)
        std = np.sqrt(np.maximum(1 - np.square(explained).sum(axis=0), 1e-9))
        return self._mean + self._scale * (kernel @ self._weights), self._scale * std


def min_max(x: NDArray[np.float32], y: NDArray[np.float32]) -> FloatArray:
    """Return sum of minima / sum of maxima of all pairs of rows of counts."""
    total_x, total_y = x.sum(axis=1), y.sum(axis=1)
    low = np.stack([np.minimum(row, y).sum(axis=1) for row in x]).astype(np.float64)
    kernel: FloatArray = low / (total_x[:, None] + total_y[None, :] - low)
    return kernel


def upper_bound(process: CountProcess, names: Sequence[str], weight: float) -> FloatArray:
    mean, std = process.predict(names)
    bound: FloatArray = mean + weight * std
    return bound


def tree_search(task: Task, batch: int, settings: SearchSettings | None = None) -> None:
    """Search over trees by the upper bound of a Gaussian process, its weight drawn anew for each batch."""
    search, process = TreeSearch(task.environment, task.prior, settings), CountProcess()
    while True:
        process.fit(task.data)
        weight = 10 ** task.generator.uniform(-2, 0)

        def score(names: Sequence[str], weight: float = weight) -> FloatArray:
            allowed = np.array([name not in task.data and task.meets(name) for name in names])
            return np.where(allowed, upper_bound(process, names, weight), -np.inf)

        found = search(score, task.trees(task.best(100)), task.generator)
        task.ask([one.smiles for one in found[:batch]])


def children_of(
    task: Task,
    parents: Parents,
    wanted: int,
    mutation: float,
    attempts: int | None = None,
    fits: Callable[[Chem.Mol], bool] = lambda _: True,
) -> list[str]:
    """Return new molecules made of pairs of parents by the graph GA (Jensen 2019) that meet the constraints.

    `attempts` is the largest number of pairs; None: until there are as many as wanted. `fits` must hold for each.
    """
    children: dict[str, None] = {}
    tried = 0
    while len(children) < wanted and (attempts is None or tried < attempts):
        tried += 1
        one, other = (Chem.MolFromSmiles(name) for name in parents())
        child = crossover(one, other, task.generator)
        if child is not None and task.generator.random() < mutation:
            child = mutate(child, task.generator)
        name = None if child is None or not fits(child) else Chem.MolToSmiles(child)
        if name and name not in task.data and task.meets(name):
            children.setdefault(name)
    return list(children)


def by_value(task: Task, best: Sequence[str]) -> Parents:
    """Return pairs drawn in proportion to their values."""
    values = np.maximum([task.data[name] for name in best], 1e-3)
    chance = values / values.sum()

    def pair() -> tuple[str, str]:
        one, other = task.generator.choice(len(best), 2, p=chance)
        return best[one], best[other]

    return pair


def by_quantile(task: Task, best: Sequence[str]) -> Parents:
    """Return pairs, each molecule of the best 10^-u, u uniform in [0, 3] (Tripp and Hernandez-Lobato 2023)."""

    def one() -> str:
        among = max(1, round(len(best) * 10 ** -task.generator.uniform(0, 3)))
        return best[task.generator.integers(among)]

    return lambda: (one(), one())


def graph_ga(task: Task, batch: int, population: int = 20, mutation: float = 0.067, pairs: int = 50) -> None:
    """Graph GA (Jensen 2019): parents by value, children about as large as they are, as in the original.

    Population, mutation, batch and size were tuned for the sEH task. After so many `pairs` of parents for each child
    wanted children may differ more in size.
    """
    while True:
        best = task.best(population)
        size = float(np.mean([Chem.MolFromSmiles(name).GetNumHeavyAtoms() for name in best]))
        children: dict[str, None] = {}
        difference = LARGEST_DIFFERENCE
        while len(children) < batch:

            def fits(child: Chem.Mol, size: float = size, difference: int = difference) -> bool:
                return abs(child.GetNumHeavyAtoms() - size) <= difference

            children |= dict.fromkeys(children_of(task, by_value(task, best), batch, mutation, pairs * batch, fits))
            difference += 1
        task.ask(list(children)[:batch])


def mol_ga(task: Task, batch: int, population: int = 500, mutation: float = 0.01) -> None:
    """Mol GA: the same with parents by quantile, and few children in a generation."""
    while True:
        task.ask(children_of(task, by_quantile(task, task.best(population)), batch, mutation))


def process_and_ga(task: Task, batch: int, generations: int = 5, offspring: int = 200, kept: int = 1_000) -> None:
    """GP BO: the upper bound of the process, its weight drawn anew for each batch, is maximised by the graph GA.

    The population is all molecules with values and as many of the library, at random (Tripp and Hernandez-Lobato 2023).
    """
    process = CountProcess()
    while True:
        process.fit(task.data)
        weight = 10 ** task.generator.uniform(-2, 0)
        listed = task.generator.choice(np.array(task.library), min(len(task.data), len(task.library)), replace=False)
        names = [*task.data, *(name for name in listed.tolist() if name not in task.data)]
        score = dict(zip(names, upper_bound(process, names, weight), strict=True))
        for _ in range(generations):
            best = sorted(score, key=lambda name: -score[name])[:kept]
            children = children_of(task, by_quantile(task, best), offspring, 0.01, 2 * offspring)
            new = [name for name in children if name not in score]
            if new:
                score |= dict(zip(new, upper_bound(process, new, weight), strict=True))
        allowed = [name for name in sorted(score, key=lambda name: -score[name]) if name not in task.data]
        task.ask([name for name in allowed if task.meets(name)][:batch])


def library_by_process(task: Task, batch: int) -> None:
    """The molecules of the library with the highest upper bound of the process."""
    process = CountProcess()
    while True:
        process.fit(task.data)
        names = [name for name in task.library if name not in task.data and task.meets(name)]
        score = upper_bound(process, names, 10 ** task.generator.uniform(-2, 0))
        task.ask([names[place] for place in np.argsort(-score)[:batch]])


def random_policy(task: Task, batch: int) -> None:
    """Random molecules of the space."""
    _ask_drawn(task, batch, lambda: random_states(task.environment, 64, task.generator))


def law(task: Task, batch: int) -> None:
    """Molecules of the library's law."""
    _ask_drawn(task, batch, lambda: task.prior.draw(64, task.generator))


def _ask_drawn(task: Task, batch: int, draw: Callable[[], States]) -> None:
    """Ask about molecules in the order in which they are drawn."""
    while True:
        chosen: dict[str, None] = {}
        while len(chosen) < batch:
            names = smiles_of(task.environment, draw())
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
    "molgfn": (CampaignMethod(NEW_ROUND), 20),
    "molgfn with prior": (CampaignMethod(WITH_PRIOR), 20),
    **{f"molgfn {name}": (CampaignMethod(changes), 20) for name, changes in ABLATIONS.items()},
    "molgfn with a pool of 5": (CampaignMethod(NEW_ROUND, pool=5), 20),
    "molgfn before": (CampaignMethod(BEFORE), 100),
    "recipe of 2021": (CampaignMethod(RECIPE_2021), 100),
    "library by proxy": (CampaignMethod(LIBRARY), 20),
    "tree search": (tree_search, 20),
    "graph GA": (graph_ga, 10),
    "Mol GA": (mol_ga, 5),
    "GP BO": (process_and_ga, 20),
    "library by process": (library_by_process, 20),
    "MARS": (mars, 20),
    "PPO": (ppo, 20),
    "random policy": (random_policy, 20),
    "law of the library": (law, 20),
    "library": (library, 20),
}
"""Each method with its own size of batches, which is used where any is allowed."""

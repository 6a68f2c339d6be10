"""Candidates that the graph GA makes of the best measured molecules, beyond the blocks of the vocabulary."""

from collections.abc import Sequence

import numpy as np
from rdkit import Chem

from molgfn.baselines.genetic.crossover import crossover
from molgfn.baselines.genetic.mutation import mutate
from molgfn.campaign.models.interfaces import Score
from molgfn.campaign.sources.proposed import Proposed

POPULATION, GENERATIONS, OFFSPRING, MUTATION = 500, 5, 200, 0.01
"""Best molecules that may be parents; generations; pairs of parents in each at least; share of mutated children."""
EXACT = 2
"""Scored molecules for each wanted one, at least: some of the best have values already, or cannot be proposed."""


class GeneticSource:
    """Descendants of the best measured molecules by crossover and mutation of graphs (Jensen 2019); see `Source`.

    Generation by generation the score of all molecules so far decides on the parents (Tripp and Hernandez-Lobato
    2023). The children need not be made of the blocks of the vocabulary, so that no route is known for them.

    Parameters
    ----------
    share : float
    """

    name = "graph GA"

    def __init__(self, share: float) -> None:
        self.share = share

    def scored(self, wanted: int) -> int:
        return POPULATION + GENERATIONS * _pairs(wanted)

    def exact(self, wanted: int) -> int:
        return POPULATION + EXACT * wanted

    def candidates(
        self, score: Score, measured: Sequence[str], wanted: int, generator: np.random.Generator
    ) -> Sequence[Proposed]:
        scores = _scored(list(dict.fromkeys(measured[:POPULATION])), score)
        for _ in range(GENERATIONS if scores else 0):
            population = sorted(scores, key=lambda name: -scores[name])[:POPULATION]
            children = _children(population, _pairs(wanted), generator)
            scores |= _scored([name for name in children if name not in scores], score)
        known = set(measured)
        ranked = sorted(scores, key=lambda name: -scores[name])
        return [Proposed(name) for name in ranked if name not in known and scores[name] > -np.inf]


def _pairs(wanted: int) -> int:
    """Return the pairs of parents of a generation."""
    return max(OFFSPRING, wanted // 2)


def _scored(smiles: Sequence[str], score: Score) -> dict[str, float]:
    return dict(zip(smiles, score(smiles).tolist(), strict=True)) if smiles else {}


def _children(population: Sequence[str], pairs: int, generator: np.random.Generator) -> list[str]:
    """Return the distinct children of pairs of parents; not every pair has one."""
    children: dict[str, None] = {}
    for _ in range(pairs):
        child = crossover(_parent(population, generator), _parent(population, generator), generator)
        if child is not None and generator.random() < MUTATION:
            child = mutate(child, generator)
        if child is not None:
            children.setdefault(Chem.MolToSmiles(child))
    return list(children)


def _parent(population: Sequence[str], generator: np.random.Generator) -> Chem.Mol:
    """Draw one of the best 10^-u of a population, u uniform in [0, 3] (Tripp and Hernandez-Lobato 2023)."""
    among = max(1, round(len(population) * 10 ** -generator.uniform(0, 3)))
    return Chem.MolFromSmiles(population[int(generator.integers(among))])

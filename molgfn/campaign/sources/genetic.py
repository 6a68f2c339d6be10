"""Candidates that the graph GA makes of the best measured molecules, beyond the blocks of the vocabulary."""

from collections.abc import Sequence

import numpy as np
from rdkit import Chem

from molgfn.baselines.genetic.crossover import crossover
from molgfn.baselines.genetic.mutation import mutate
from molgfn.campaign.models.interfaces import Score
from molgfn.campaign.sources.proposed import Proposed, best_first

PARENTS, PER_WANTED, MUTATION = 100, 10, 0.067
"""Measured molecules that are bred; pairs for each molecule wanted; share of the children that are mutated."""


class GeneticSource:
    """Children of the best measured molecules by crossover and mutation of graphs (Jensen 2019); see `Source`.

    They need not be made of the blocks of the vocabulary, so that no route is known for them.

    Parameters
    ----------
    share : float
    """

    name = "graph GA"

    def __init__(self, share: float) -> None:
        self.share = share

    def candidates(
        self, score: Score, measured: Sequence[str], wanted: int, generator: np.random.Generator
    ) -> Sequence[Proposed]:
        parents = [mol for mol in map(Chem.MolFromSmiles, measured[:PARENTS]) if mol is not None]
        children: dict[str, None] = {}
        for _ in range(PER_WANTED * wanted if parents else 0):
            child = crossover(*_pair(parents, generator), generator)
            if child is not None and generator.random() < MUTATION:
                child = mutate(child, generator)
            if child is not None:
                children.setdefault(Chem.MolToSmiles(child))
        return best_first(list(children), score)


def _pair(parents: Sequence[Chem.Mol], generator: np.random.Generator) -> tuple[Chem.Mol, Chem.Mol]:
    """Return two parents, each of the best 10^-u, u uniform in [0, 2] (after Tripp and Hernandez-Lobato 2023)."""
    first, second = (
        parents[int(generator.integers(max(1, round(len(parents) * 10 ** -generator.uniform(0, 2)))))] for _ in range(2)
    )
    return first, second

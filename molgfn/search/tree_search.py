"""Search for molecules with a high score: generations of children of the best ones, on trees of blocks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from molgfn.arrays import FloatArray
from molgfn.chem.trees.tree import Tree
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.prior.molecules import MoleculeLaw
from molgfn.prior.prior import LibraryPrior
from molgfn.search.children import Chances, Children

Score = Callable[[Sequence[str]], FloatArray]
"""A number for each SMILES, higher is better; minus infinity for a molecule that must not be proposed."""


@dataclass(frozen=True)
class SearchSettings:
    """How far a search goes.

    Attributes
    ----------
    fresh : int
        Molecules drawn from the law of the library first.
    generations : int
    children : int
        Pairs of parents in each generation.
    parents : int
        The best molecules of the search from which parents are drawn, beside those that are given.
    rank_offset : float
        A molecule of rank r (0 is best) is drawn as a parent in proportion to 1 / (rank_offset + r).
    chances : Chances
    unusual : float
        Molecules whose log prior for each block is lower than that of this share of the molecules of the law are left
        out, children and fresh ones alike; 0: none. A search ends far from the library otherwise.
    """

    fresh: int = 1_000
    generations: int = 5
    children: int = 400
    parents: int = 200
    rank_offset: float = 10.0
    chances: Chances = field(default_factory=Chances)
    unusual: float = 0.0


@dataclass(frozen=True)
class Found:
    """A molecule of a search.

    Attributes
    ----------
    tree : Tree
    smiles : str
    score : float
    generation : int
        0: drawn from the law of the library.
    """

    tree: Tree
    smiles: str
    score: float
    generation: int


class TreeSearch:
    """A search; each call starts anew from the molecules that are given.

    Parameters
    ----------
    environment : FragmentEnvironment
        Without a core.
    prior : LibraryPrior
        With weight 1.
    settings : SearchSettings
    """

    def __init__(
        self, environment: FragmentEnvironment, prior: LibraryPrior, settings: SearchSettings | None = None
    ) -> None:
        self.environment, self.prior, self.settings = environment, prior, settings or SearchSettings()
        self._children = Children(environment, prior, self.settings.chances)
        self._law = MoleculeLaw(environment, prior)

    def __call__(self, score: Score, start: Sequence[Tree], generator: np.random.Generator) -> list[Found]:
        """Return the molecules that were made, each once, best first, but for those that must not be proposed.

        Parameters
        ----------
        score : Score
            Called once for each molecule.
        start : sequence of Tree
            Parents of the first generations, such as the best molecules that were measured, best first.
        generator : Generator
        """
        settings, environment = self.settings, self.environment
        found: dict[str, Found] = {}
        drawn = self.prior.draw(settings.fresh, generator)
        fresh = [environment.tree(drawn, row) for row in range(len(drawn))]
        floor = float(np.quantile(self._law.log_priors(fresh)[1], settings.unusual)) if settings.unusual else -np.inf
        self._add(found, fresh, score, 0, floor)
        for generation in range(1, settings.generations + 1):
            best = sorted(found.values(), key=lambda one: -one.score)[: settings.parents]
            parents = [one.tree for one in best if np.isfinite(one.score)] + list(start)
            self._add(found, self._children(self._pairs(parents, generator), generator), score, generation, floor)
        return sorted((one for one in found.values() if np.isfinite(one.score)), key=lambda one: -one.score)

    def _pairs(self, parents: Sequence[Tree], generator: np.random.Generator) -> list[tuple[Tree, Tree]]:
        if not parents:
            return []
        chance = 1 / (self.settings.rank_offset + np.arange(len(parents)))
        drawn = generator.choice(len(parents), (self.settings.children, 2), p=chance / chance.sum())
        return [(parents[one], parents[other]) for one, other in drawn.tolist()]

    def _add(self, found: dict[str, Found], trees: Sequence[Tree], score: Score, generation: int, floor: float) -> None:
        if trees and floor > -np.inf:
            usual = self._law.log_priors(trees)[1] >= floor
            trees = [tree for tree, is_usual in zip(trees, usual, strict=True) if is_usual]
        new: dict[str, Tree] = {}
        for tree in trees:
            smiles = self.environment.smiles(tree)
            if smiles not in found:
                new.setdefault(smiles, tree)
        if new:
            values = score(list(new))
            for (smiles, tree), value in zip(new.items(), values, strict=True):
                found[smiles] = Found(tree, smiles, float(value), generation)

"""Candidates from a search over trees of blocks, which starts at the best measured molecules."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from molgfn.campaign.models.interfaces import Score
from molgfn.campaign.sources.proposed import Proposed
from molgfn.chem.standardise import MoleculeError, standard_smiles
from molgfn.chem.trees.tree import Tree
from molgfn.chem.trees.vocabulary import NotCovered
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.prior.prior import LibraryPrior
from molgfn.search.tree_search import SearchSettings, TreeSearch

PARENTS = 100
"""Measured molecules that the search starts from, at most."""
CHILDREN_FOR = 2
"""Wanted molecules for each pair of parents in a generation, at most."""
EXACT = 2
"""Scored molecules for each wanted one, at least: some of the best have values already."""


class TreeSource:
    """Children of the best measured molecules, and of molecules of the library's law; see `Source`.

    Parameters
    ----------
    share : float
    environment : FragmentEnvironment
        Without a core.
    prior : LibraryPrior
    settings : SearchSettings, optional
        Where many candidates are wanted, more molecules are made than these say.
    """

    name = "tree search"

    def __init__(
        self,
        share: float,
        environment: FragmentEnvironment,
        prior: LibraryPrior,
        settings: SearchSettings | None = None,
    ) -> None:
        self.share, self._environment, self._prior = share, environment, prior
        self._settings = settings or SearchSettings()

    def scored(self, wanted: int) -> int:
        settings = self._enough(wanted)
        return settings.fresh + settings.generations * settings.children

    def exact(self, wanted: int) -> int:
        return max(self._settings.parents, EXACT * wanted)

    def candidates(
        self, score: Score, measured: Sequence[str], wanted: int, generator: np.random.Generator
    ) -> Sequence[Proposed]:
        """Return every molecule of the search with a score and without a value, best first."""
        search = TreeSearch(self._environment, self._prior, self._enough(wanted))
        found = search(score, self._trees(measured), generator)
        blocks, known = self._environment.plain_blocks, set(measured)
        return [
            Proposed(one.smiles, tuple(blocks[block].smiles for block in one.tree.blocks))
            for one in found
            if one.smiles not in known
        ]

    def _enough(self, wanted: int) -> SearchSettings:
        settings = self._settings
        children = max(settings.children, wanted // CHILDREN_FOR)
        return replace(settings, fresh=max(settings.fresh, wanted), children=children)

    def _trees(self, measured: Sequence[str]) -> list[Tree]:
        """Return the trees of the first molecules that the vocabulary can build."""
        trees: list[Tree] = []
        for name in measured:
            if len(trees) == PARENTS:
                break
            try:
                trees.append(self._environment.trees(standard_smiles(name))[0])
            except (MoleculeError, NotCovered):
                continue
        return trees

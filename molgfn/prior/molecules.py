"""The library's law for molecules that are given as SMILES or trees."""

from collections.abc import Sequence

import numpy as np

from molgfn.arrays import FloatArray
from molgfn.chem.standardise import MoleculeError
from molgfn.chem.trees.tree import Tree
from molgfn.chem.trees.vocabulary import NotCovered
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.prior.prior import LibraryPrior


class MoleculeLaw:
    """How likely molecules are in the library of a vocabulary.

    Parameters
    ----------
    environment : FragmentEnvironment
    prior : LibraryPrior, optional
        Of the environment, with weight 1, where it is at hand.

    Raises
    ------
    ConfigError
        If the vocabulary has no law of a library.
    """

    def __init__(self, environment: FragmentEnvironment, prior: LibraryPrior | None = None) -> None:
        self._environment, self._prior = environment, prior or LibraryPrior(environment)

    def log_priors(self, trees: Sequence[Tree]) -> tuple[FloatArray, FloatArray]:
        """Return log p_library of each molecule up to a constant: whole, and for each block, shape (B,)."""
        environment = self._environment
        states = environment.states_of(trees, np.random.default_rng(0))
        built = [environment.tree(states, row) for row in range(len(states))]
        identities = [environment.codes.identity(tree) for tree in built]
        log_prior = self._prior(states, built, identities)
        return log_prior, log_prior / states.length

    def per_block(self, smiles: str) -> float:
        """Return log p_library for each block of a molecule; -inf if the environment cannot build it."""
        try:
            trees = self._environment.trees(smiles)
        except (NotCovered, MoleculeError):
            return float("-inf")
        return float(self.log_priors(trees[:1])[1][0])

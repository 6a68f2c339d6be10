"""The library's law as a prior of the molecules of an environment."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from molgfn.arrays import FloatArray
from molgfn.chem.trees.neighbourhoods import NeighbourhoodCounts
from molgfn.chem.trees.tree import Identity, Tree
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.environments.tables import BlockTables
from molgfn.errors import ConfigError
from molgfn.prior.growth import Growth
from molgfn.prior.law import LibraryLaw, Smoothing
from molgfn.prior.states import LawNodes


def counts_for(vocabulary: Vocabulary, weight: float) -> NeighbourhoodCounts:
    """Return the counts of the library of a vocabulary, for a prior of that weight.

    Raises
    ------
    ConfigError
        If it has none.
    """
    if vocabulary.library is None:
        raise ConfigError(
            f"[prior] weight = {weight:g}: the vocabulary {vocabulary.name} does not say how often its blocks are "
            "joined in a library.",
            "Build it again with `molgfn vocabulary build`, or set weight = 0.",
        )
    return vocabulary.library


class LibraryPrior:
    """How likely the molecules of an environment are in the library of its vocabulary.

    Parameters
    ----------
    environment : FragmentEnvironment
    weight : float
        Exponent of the law: the prior is p_library(x)^weight.
    smoothing : Smoothing, optional
        Of the law.

    Raises
    ------
    ConfigError
        If the vocabulary has no law of a library.
    """

    def __init__(
        self, environment: FragmentEnvironment, weight: float = 1.0, smoothing: Smoothing | None = None
    ) -> None:
        vocabulary = environment.vocabulary
        self.environment, self.weight = environment, weight
        self.law = LibraryLaw(counts_for(vocabulary, weight), BlockTables.of(vocabulary), smoothing)
        self._nodes = LawNodes(environment)
        self._log_order = np.log([float(block.order) for block in environment.plain_blocks])

    def __call__(self, states: States, trees: Sequence[Tree], identities: Sequence[Identity]) -> FloatArray:
        """Return weight * log p_library of finished states up to a constant, shape (S,).

        `trees` and `identities` are those of the states (`FragmentEnvironment.tree` and `codes`), as they are at hand.
        """
        orders = [self._log_order[list(tree.blocks)].sum() for tree in trees]
        log_w = np.array(orders) - np.log([float(identity.automorphisms) for identity in identities])
        log_prior: FloatArray = self.weight * (self.log_law(states) + log_w)
        return log_prior

    def log_share(self, states: States) -> FloatArray:
        """Return weight * log p_library minus the log build multiplicity, up to a constant, shape (S,).

        This is the target of a trajectory where the reward is 1. At weight 1 and without a core the multiplicity W of
        p_library, which is proportional to W f, is the build multiplicity: both cancel.
        """
        if self.weight == 1 and self.environment.core is None:
            return self.log_law(states)
        environment = self.environment
        trees = [environment.tree(states, row) for row in range(len(states))]
        identities = [environment.codes.identity(tree) for tree in trees]
        multiplicity = [
            environment.log_build_multiplicity(tree, identity.automorphisms)
            for tree, identity in zip(trees, identities, strict=True)
        ]
        log_share: FloatArray = self(states, trees, identities) - np.array(multiplicity)
        return log_share

    def log_stop(self, states: States) -> FloatArray:
        """Return the part of the odds of stopping that follows from the prior, up to a constant, shape (S,).

        It is `log_share`. With a core it is weight * log density instead, as it would be without the core: so a network
        that was trained without a core stops at a state with the same probability.
        """
        if self.environment.core is None:
            return self.log_share(states)
        return self.weight * self.log_law(states)

    def log_law(self, states: States) -> FloatArray:
        """Return log f of finished states, up to a constant, shape (S,): p_library is W f, and the policy shares W."""
        return self.law.log_density(self._nodes(states), states.length)

    @cached_property
    def log_join(self) -> FloatArray:
        """Return weight * log m of each join of a kind of stem and a class, shape (kinds, C).

        For a stem that only a core has it is the mean over stems in the same environment, or over all if there is none.
        """
        tables = self.environment.tables
        known = np.exp(self.law.log_join)
        joins = np.empty((tables.n_kinds, tables.n_classes))
        joins[: tables.n_classes] = known
        for kind in range(tables.n_classes, tables.n_kinds):
            alike = [k for k in range(tables.n_classes) if tables.ends[k] == tables.ends[kind]]
            joins[kind] = known[alike or slice(None)].mean(axis=0)
        # Joins that are not legal are never made, whatever is given for them.
        with np.errstate(divide="ignore"):
            log_join: FloatArray = self.weight * np.nan_to_num(np.log(joins), neginf=0.0)
        return log_join

    @cached_property
    def growth(self) -> Growth:
        """Draws molecules of the law, and branches."""
        return Growth(self.law, self.environment.min_blocks, self.environment.max_blocks)

    def draw(self, count: int, generator: np.random.Generator) -> States:
        """Draw molecules from the library's law (weight 1); the environment must have no core.

        Raises
        ------
        ConfigError
            If next to no molecule of the law is within the limits of the environment.
        """
        environment = self.environment
        try:
            return self.growth.draw(count, generator, environment.limits.within)
        except ValueError as error:
            raise ConfigError(
                f"[vocabulary] min_blocks = {environment.min_blocks}, max_blocks = {environment.max_blocks}: {error}",
                "Choose other limits or wider [objective.windows], or set [prior] weight = 0.",
            ) from None

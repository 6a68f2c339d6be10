"""Children of molecules, made on their trees, so that each is a molecule of the space."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from molgfn.arrays import BoolArray
from molgfn.chem.trees.tree import Tree
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.prior.prior import LibraryPrior
from molgfn.search.branches import behind, joined, rooted

_ATTEMPTS = 5
"""Pairs of joins that are tried for an exchange."""


@dataclass(frozen=True)
class Chances:
    """How often each kind of child is tried; growth takes the rest.

    Attributes
    ----------
    exchange : float
        A branch of the first parent is replaced by one of the second.
    regrowth : float
        A branch is cut off and grown anew by the law of the library.
    removal : float
        A branch is cut off.
    smaller : float
        In regrowth and removal, how often the smaller side of the join goes where the larger one was drawn.
    """

    exchange: float = 0.40
    regrowth: float = 0.38
    removal: float = 0.07
    smaller: float = 0.7


@dataclass(frozen=True)
class _Opening:
    """A tree with a stem of its first node at which a branch is to be grown."""

    tree: Tree
    stem: int


class Children:
    """Makes children of pairs of molecules.

    Parameters
    ----------
    environment : FragmentEnvironment
        Without a core.
    prior : LibraryPrior
        By whose law branches grow.
    chances : Chances

    Raises
    ------
    ValueError
        If the environment has a core.
    """

    def __init__(self, environment: FragmentEnvironment, prior: LibraryPrior, chances: Chances | None = None) -> None:
        if environment.core is not None:
            raise ValueError("children are made in environments without a core only")
        self.environment, self.prior, self.chances = environment, prior, chances or Chances()

    def __call__(self, pairs: Sequence[tuple[Tree, Tree]], generator: np.random.Generator) -> list[Tree]:
        """Return at most one child of each pair: those within the limits of the environment.

        Most children have one parent, the first of the pair.
        """
        chances = self.chances
        borders = np.cumsum([chances.exchange, chances.regrowth, chances.removal])
        kinds = np.searchsorted(borders, generator.random(len(pairs)), side="right")
        finished: list[Tree] = []
        openings: list[_Opening] = []
        for (one, other), kind in zip(pairs, kinds, strict=True):
            child = self._exchanged(one, other, generator) if kind == 0 else self._changed(one, int(kind), generator)
            if isinstance(child, Tree):
                finished.append(child)
            elif child is not None:
                openings.append(child)
        states = self._states([*finished, *(opening.tree for opening in openings)])
        grown = self._grown(states.take(np.arange(len(finished), len(states))), openings, generator)
        made = States.concatenate([states.take(np.arange(len(finished))), grown])
        environment = self.environment
        fitting = made.take((made.length >= environment.min_blocks) & environment.limits.within(made))
        return [environment.tree(fitting, row) for row in range(len(fitting))]

    def _exchanged(self, one: Tree, other: Tree, generator: np.random.Generator) -> Tree | None:
        """Return the first parent with a branch of the second in place of one of its own; None if none fits."""
        if not one.joins or not other.joins:
            return None
        for _ in range(_ATTEMPTS):
            near, stem, gone, _ = _drawn_join(one, generator)
            far, _, branch, branch_stem = _drawn_join(other, generator)
            taken = behind(other, far, branch)
            kept = len(one.blocks) - len(behind(one, near, gone))
            fits = self.environment.vocabulary.allows(one.blocks[near], stem, other.blocks[branch], branch_stem)
            if fits and kept + len(taken) <= self.environment.max_blocks:
                return joined(rooted(one, near, gone), stem, rooted(other, branch, far), branch_stem)
        return None

    def _changed(self, tree: Tree, kind: int, generator: np.random.Generator) -> _Opening | Tree | None:
        """Return the molecule without a branch (kind 2), to be grown anew there (1), or to be grown elsewhere (3)."""
        if kind == 3:
            return self._opened(tree, generator)
        if not tree.joins:
            return None
        near, stem, gone, gone_stem = _drawn_join(tree, generator)
        if 2 * len(behind(tree, near, gone)) > len(tree.blocks) and generator.random() < self.chances.smaller:
            near, stem, gone = gone, gone_stem, near
        kept = rooted(tree, near, gone)
        return kept if kind == 2 else _Opening(kept, stem)

    def _opened(self, tree: Tree, generator: np.random.Generator) -> _Opening | None:
        """Return the molecule with one of its free stems, drawn uniformly; None if all are taken."""
        multiplicity = self.environment.tables.multiplicity
        free = multiplicity[list(tree.blocks)]
        for a, i, b, j in tree.joins:
            free[a, i] -= 1
            free[b, j] -= 1
        nodes, stems = np.nonzero(free * self._joinable[list(tree.blocks)])
        if not len(nodes):
            return None
        place = int(generator.integers(len(nodes)))
        return _Opening(rooted(tree, int(nodes[place])), int(stems[place]))

    @cached_property
    def _joinable(self) -> BoolArray:
        """Whether anything can be joined to each stem atom, shape (V, P)."""
        tables = self.environment.tables
        some = np.asarray(tables.legal.any(axis=1))
        joinable: BoolArray = some[tables.kind] & (tables.kind >= 0)
        return joinable

    def _states(self, trees: Sequence[Tree]) -> States:
        """Return trees, each node after the one that it hangs on, as states with the same nodes."""
        states = States.empty(len(trees), self.environment.max_blocks)
        for row, tree in enumerate(trees):
            states.blocks[row, 0], states.length[row] = tree.blocks[0], len(tree.blocks)
            for a, i, b, j in tree.joins:
                parent, stem, node, own = (a, i, b, j) if a < b else (b, j, a, i)
                states.blocks[row, node] = tree.blocks[node]
                states.parent[row, node] = parent
                states.parent_stem[row, node], states.own_stem[row, node] = stem, own
        return states

    def _grown(self, states: States, openings: Sequence[_Opening], generator: np.random.Generator) -> States:
        stems = np.array([opening.stem for opening in openings], dtype=np.int64)
        return self.prior.growth.branches(states, np.zeros(len(states), dtype=np.int64), stems, generator)


def _drawn_join(tree: Tree, generator: np.random.Generator) -> tuple[int, int, int, int]:
    """Return a join from a random one of its ends: node, its stem, neighbour, its stem."""
    a, i, b, j = tree.joins[int(generator.integers(len(tree.joins)))]
    return (a, i, b, j) if generator.random() < 0.5 else (b, j, a, i)

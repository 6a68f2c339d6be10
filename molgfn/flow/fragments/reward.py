"""The reward for training: each tree is scored once, and corrected so that the law is over molecules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from molgfn.chem.trees.tree import Identity, Tree
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.errors import MolgfnError
from molgfn.flow.replay import Targets

Reward = Callable[[Sequence[str]], NDArray[np.float64]]
"""Log reward, shape (B,), finite, of B molecules given by their standard SMILES."""

REMEMBERED = 20_000


class Prior(Protocol):
    """A prior of the molecules of an environment; its values are logs up to a constant, all finite.

    Attributes
    ----------
    weight : float
        Its exponent.
    log_join : array, shape (kinds, C)
        Of each join of a kind of stem and a class of stem, as far as it knows; see `BlockTables`.
    """

    @property
    def weight(self) -> float: ...
    @property
    def log_join(self) -> NDArray[np.float64]: ...

    def __call__(self, states: States, trees: Sequence[Tree], identities: Sequence[Identity]) -> NDArray[np.float64]:
        """Return the log prior of S finished states, with their trees and identities, shape (S,)."""
        ...

    def log_share(self, states: States) -> NDArray[np.float64]:
        """Return the log prior minus the log build multiplicity, shape (S,): the target of a stop without a reward."""
        ...

    def log_stop(self, states: States) -> NDArray[np.float64]:
        """Return what the odds of stopping contain, shape (S,)."""
        ...

    def log_law(self, states: States) -> NDArray[np.float64]:
        """Return `log_share` at weight 1 of finished states without a core, shape (S,)."""
        ...

    def draw(self, count: int, generator: np.random.Generator) -> States:
        """Draw molecules of the prior at weight 1; the environment must have no core."""
        ...


@dataclass(frozen=True)
class Scored:
    """A molecule with its reward.

    Attributes
    ----------
    smiles : str
    blocks : tuple of str
        SMILES of its blocks, sorted.
    log_reward : float
        The value of the reward.
    log_target : float
        The target of training: `log_reward` plus the log prior, minus the logs of the build multiplicity and of the
        number of trees that give the molecule.
    """

    smiles: str
    blocks: tuple[str, ...]
    log_reward: float
    log_target: float


class TreeScorer:
    """Scores finished states; equal molecules are assembled and scored once.

    Parameters
    ----------
    environment : FragmentEnvironment
    reward : Reward
    capacity : int
        Number of molecules that are kept; after that the oldest ones are removed.
    prior : Prior, optional
        The law is then proportional to prior times reward.
    """

    def __init__(
        self,
        environment: FragmentEnvironment,
        reward: Reward,
        capacity: int = REMEMBERED,
        prior: Prior | None = None,
    ) -> None:
        self._environment = environment
        self._reward, self._prior = reward, prior
        self._capacity = capacity
        self._kept: dict[int, Scored] = {}

    def __call__(self, states: States) -> list[Scored]:
        """Return the molecule and reward of each finished state.

        Raises
        ------
        MolgfnError
            If the reward of a molecule is NaN or infinite; the message names the molecule.
        """
        environment = self._environment
        trees = [environment.tree(states, row) for row in range(len(states))]
        identities = [environment.codes.identity(tree) for tree in trees]
        codes = [identity.code for identity in identities]
        new = {code: row for row, code in enumerate(codes) if code not in self._kept}
        rows = list(new.values())
        fresh: dict[int, Scored] = {}
        if rows:
            scored = self._score(states.take(np.array(rows)), [trees[r] for r in rows], [identities[r] for r in rows])
            fresh = dict(zip(new, scored, strict=True))
        result = [fresh[code] if code in fresh else self._kept[code] for code in codes]
        self._kept.update(fresh)
        while len(self._kept) > self._capacity:
            del self._kept[next(iter(self._kept))]
        return result

    def _score(self, states: States, trees: list[Tree], identities: list[Identity]) -> list[Scored]:
        environment = self._environment
        smiles = [environment.smiles(tree) for tree in trees]
        values = np.asarray(self._reward(smiles), dtype=np.float64)
        check_finite(smiles, values)
        prior = np.zeros(len(trees)) if self._prior is None else self._prior(states, trees, identities)
        scored = []
        for tree, identity, name, value, log_prior in zip(
            trees, identities, smiles, values.tolist(), prior.tolist(), strict=True
        ):
            multiplicity = environment.log_build_multiplicity(tree, identity.automorphisms)
            target = value + log_prior - multiplicity - environment.log_trees(name)
            scored.append(Scored(name, environment.block_smiles(tree), value, target))
        return scored


def targets_of(scored: Sequence[Scored]) -> Targets:
    """Return the targets of some trajectories."""
    log_reward = np.array([s.log_reward for s in scored], dtype=np.float64)
    log_target = np.array([s.log_target for s in scored], dtype=np.float64)
    return Targets(log_reward, log_target - log_reward)


def check_finite(smiles: Sequence[str], values: NDArray[np.float64]) -> None:
    """Check the log rewards of some molecules.

    Raises
    ------
    MolgfnError
        If a molecule has none, or one is NaN or infinite; the message names the molecule.
    """
    if values.shape != (len(smiles),):
        raise MolgfnError(f"the reward returned shape {values.shape} for {len(smiles)} molecules")
    for name, value in zip(smiles, values.tolist(), strict=True):
        if not np.isfinite(value):
            raise MolgfnError(
                f"the log reward of {name} is {value}", "A reward must be positive and finite: give it a floor."
            )

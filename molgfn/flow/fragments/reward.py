"""The reward for training: each tree is scored once, and corrected so that the law is over molecules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.errors import MolgfnError
from molgfn.flow.replay import Targets

Reward = Callable[[Sequence[str]], NDArray[np.float64]]
"""Log reward, shape (B,), finite, of B molecules given by their standard SMILES."""

REMEMBERED = 20_000


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
        The target of training: `log_reward` minus the logs of the build multiplicity and of the number of trees that
        give the molecule.
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
    """

    def __init__(self, environment: FragmentEnvironment, reward: Reward, capacity: int = REMEMBERED) -> None:
        self._environment = environment
        self._reward = reward
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
        smiles = [environment.smiles(trees[row]) for row in new.values()]
        fresh: dict[int, Scored] = {}
        if smiles:
            values = np.asarray(self._reward(smiles), dtype=np.float64)
            check_finite(smiles, values)
            for (code, row), name, value in zip(new.items(), smiles, values.tolist(), strict=True):
                multiplicity = environment.log_build_multiplicity(trees[row], identities[row].automorphisms)
                target = value - multiplicity - environment.log_trees(name)
                fresh[code] = Scored(name, environment.block_smiles(trees[row]), value, target)
        result = [fresh[code] if code in fresh else self._kept[code] for code in codes]
        self._kept.update(fresh)
        while len(self._kept) > self._capacity:
            del self._kept[next(iter(self._kept))]
        return result


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

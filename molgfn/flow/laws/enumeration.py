"""Exact laws: enumerate a space, compute the probability of every state under the policy, compare with R/Z.

There is no sampling noise, but the space must be small enough to list all its molecules.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.errors import MolgfnError
from molgfn.flow.condition import Condition
from molgfn.flow.fragments.network import FlowNetwork

# Limit of the steps for each listed state; several steps lead to the same state.
STEPS_PER_STATE = 20
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Level:
    """All states with one number of blocks, and the steps that lead from them.

    Attributes
    ----------
    states : States
        One representative of each state, S rows.
    smiles : tuple of str
    tree : array, shape (S,)
        Code of the tree; states that differ only in the place of the core have the same code.
    log_multiplicity : array, shape (S,)
        Log build multiplicity of the tree.
    stem, kind, child : array, shape (steps,)
        Row in `open_stems` of these states, class of the new stem, row of the resulting state in the next level.
    """

    states: States
    smiles: tuple[str, ...]
    tree: Ints
    log_multiplicity: Floats
    stem: Ints
    kind: Ints
    child: Ints


@dataclass(frozen=True)
class Law:
    """A probability for each molecule of a space."""

    smiles: tuple[str, ...]
    probability: Floats


class Space:
    """Every state of a fragment environment.

    Parameters
    ----------
    environment : FragmentEnvironment
    limit : int
        Largest number of states.

    Raises
    ------
    MolgfnError
        If there are more states than `limit`; the message gives their number.
    """

    def __init__(self, environment: FragmentEnvironment, limit: int = 500_000) -> None:
        self.environment, self.limit = environment, limit
        self.levels: list[Level] = []
        states = self._first_level()
        total = len(states)
        while len(states):
            level, states = self._expand(states)
            self.levels.append(level)
            total += len(states)
            if total > limit:
                raise MolgfnError(
                    f"the space holds more than {limit:,} states (at least {total:,})", "Lower max_blocks."
                )

    def _first_level(self) -> States:
        environment = self.environment
        if environment.start:
            return environment.initial(1)
        first = np.flatnonzero(environment.first_blocks())
        states = States.empty(len(first), environment.max_blocks)
        states.append(np.arange(len(first)), first, *(np.full(len(first), -1) for _ in range(3)))
        return states

    def _expand(self, states: States) -> tuple[Level, States]:
        """Return a level, and the distinct states after one further step."""
        environment, tables = self.environment, self.environment.tables
        stems = environment.open_stems(states)
        stem, kind = np.nonzero(stems.allowed(tables.legal))
        if len(stem) > STEPS_PER_STATE * self.limit:
            raise MolgfnError(
                f"the space cannot be listed: its {len(states):,} states of {int(states.length[0])} blocks have "
                f"{len(stem):,} next steps, and at most {self.limit:,} states can be listed",
                "Lower max_blocks, or use a smaller vocabulary.",
            )
        grown = states.take(stems.state[stem])
        grown.append(
            np.arange(len(grown)), tables.class_block[kind], stems.node[stem], stems.stem[stem], tables.class_stem[kind]
        )
        number: dict[int, int] = {}
        child = np.empty(len(grown), dtype=np.int64)
        first: list[int] = []
        for row in range(len(grown)):
            code = environment.marked_codes.identity(environment.marked_tree(grown, row)).code
            if code not in number:
                number[code] = len(number)
                first.append(row)
            child[row] = number[code]
        trees = [environment.tree(states, row) for row in range(len(states))]
        identities = [environment.codes.identity(tree) for tree in trees]
        codes = np.array([identity.code for identity in identities], dtype=np.int64)
        multiplicity = np.array(
            [environment.log_build_multiplicity(t, i.automorphisms) for t, i in zip(trees, identities, strict=True)]
        )
        smiles = tuple(environment.smiles(tree) for tree in trees)
        level = Level(states, smiles, codes, multiplicity, stem, kind, child)
        return level, grown.take(np.array(first, dtype=np.int64))

    def _finished(self) -> list[Level]:
        return [level for level in self.levels if self.environment.may_stop(level.states).all()]

    def molecules(self) -> tuple[str, ...]:
        """Return the SMILES of every finished molecule.

        A molecule occurs once for each of its trees if the vocabulary is ambiguous, and for each place of the core.
        """
        return tuple(name for level in self._finished() for name in level.smiles)

    def law(self, weight: Callable[[tuple[str, ...]], Floats]) -> Law:
        """Return the law proportional to a weight (the reward) over distinct molecules."""
        names = tuple(dict.fromkeys(self.molecules()))
        values = weight(names)
        return Law(names, values / values.sum())

    def biased_law(self, weight: Callable[[tuple[str, ...]], Floats]) -> Law:
        """Return the law of uncorrected training: weight times build multiplicity, summed over trees."""
        multiplicity: dict[str, dict[int, float]] = {}
        for level in self._finished():
            for name, tree, log_m in zip(level.smiles, level.tree.tolist(), level.log_multiplicity, strict=True):
                multiplicity.setdefault(name, {})[tree] = np.exp(log_m)
        names = tuple(multiplicity)
        values = weight(names) * np.array([sum(trees.values()) for trees in multiplicity.values()])
        return Law(names, values / values.sum())

    @torch.no_grad()
    def policy_law(self, network: FlowNetwork, beta: float | None = None) -> Law:
        """Return the exact law of a policy over distinct molecules, computed level by level.

        `beta` is the inverse temperature, if the network is conditioned on it.
        """
        total: dict[str, float] = {}
        if self.environment.start:
            mass: Floats = np.ones(1)
        else:
            log_first = network.log_first(Condition.repeated(beta, 1)).cpu().double()
            mass = log_first.exp().numpy().reshape(-1)[self.levels[0].states.blocks[:, 0]]
        for level in self.levels:
            law = network(level.states, Condition.repeated(beta, len(level.states)))
            for name, p in zip(level.smiles, (mass * law.log_stop.cpu().double().exp().numpy()).tolist(), strict=True):
                total[name] = total.get(name, 0.0) + p
            step = (law.log_add + law.log_orbit)[level.stem, level.kind].cpu().double().exp().numpy()
            mass = np.bincount(level.child, weights=mass[law.stems.state[level.stem]] * step).astype(np.float64)
        names = tuple(dict.fromkeys(self.molecules()))
        return Law(names, np.array([total[name] for name in names]))


def total_variation(a: Law, b: Law) -> float:
    """Return half the sum of absolute differences of two laws over the same molecules."""
    other = dict(zip(b.smiles, b.probability.tolist(), strict=True))
    return 0.5 * float(sum(abs(p - other[name]) for name, p in zip(a.smiles, a.probability.tolist(), strict=True)))

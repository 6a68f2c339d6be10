"""Oracle calls that are counted, and the task that every method of a comparison gets."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from molgfn.arrays import FloatArray
from molgfn.campaign.file.sections import ObjectiveSection
from molgfn.campaign.reward.constraints import Constraints
from molgfn.chem.standardise import parse_smiles
from molgfn.chem.trees.tree import Tree
from molgfn.chem.trees.vocabulary import NotCovered
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.fragments.random_walk import random_states
from molgfn.prior.prior import LibraryPrior

_MORGAN = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)


class SpentError(Exception):
    """All calls are spent."""


@dataclass(frozen=True)
class Call:
    """One answer.

    Attributes
    ----------
    smiles : str
    value, true_value : float
        What the method was told, and that without noise.
    batch : int
    cpu_s : float
        Time of the process until the call, since it began to count calls.
    """

    smiles: str
    value: float
    true_value: float
    batch: int
    cpu_s: float = 0.0


@dataclass
class Calls:
    """An oracle, higher is better, that answers a limited number of times.

    Attributes
    ----------
    oracle : callable
        Values of SMILES.
    left : int
    together : int
        Molecules that must be asked together, but for the last ones; 1: any number.
    noise : float
        Standard deviation that is added to each value.
    generator : Generator
        Of the noise.
    """

    oracle: Callable[[Sequence[str]], FloatArray]
    left: int
    together: int
    noise: float
    generator: np.random.Generator
    rows: list[Call] = field(default_factory=list)
    _batches: int = 0
    _started: float = field(default_factory=time.process_time)

    def ask(self, smiles: Sequence[str]) -> FloatArray:
        """Return the values of new molecules, in standard form.

        Raises
        ------
        SpentError
            If all calls are spent.
        ValueError
            If no molecule is asked, one is asked again, or too few are asked together.
        """
        if not self.left:
            raise SpentError
        if not smiles:
            raise ValueError("no molecule is asked")
        asked = list(smiles)[: self.left]
        if len(asked) < min(self.together, self.left):
            raise ValueError(f"{len(asked)} molecules are asked; {self.together} belong together")
        before = {row.smiles for row in self.rows}
        if before & set(asked) or len(set(asked)) < len(asked):
            raise ValueError("a molecule is asked for the second time")
        self.left -= len(asked)
        self._batches += 1
        cpu_s = round(time.process_time() - self._started, 1)
        true = self.oracle(asked)
        values: FloatArray = true + self.noise * self.generator.standard_normal(len(asked))
        self.rows += [
            Call(name, float(value), float(exact), self._batches, cpu_s)
            for name, value, exact in zip(asked, values, true, strict=True)
        ]
        return values


def demo_constraints() -> Constraints:
    """Return the constraints of a campaign by default."""
    objective = ObjectiveSection()
    return Constraints(objective.windows.limits(), objective.alerts)


@dataclass
class Task:
    """What a method has: the space, the constraints, the initial data and the calls.

    Attributes
    ----------
    environment : FragmentEnvironment
    prior : LibraryPrior
    library : sequence of str
        Molecules that may be bought, in random order.
    data : mapping of str to float
        All values so far, the initial ones first.
    calls : Calls
    generator : Generator
    constraints : Constraints
    limits : (float, float)
        Values that are of no use, and that are as good as can be.
    predicted : list of dict
        What a method with error bars predicted for each round before it was answered.
    """

    environment: FragmentEnvironment
    prior: LibraryPrior
    library: Sequence[str]
    data: dict[str, float]
    calls: Calls
    generator: np.random.Generator
    constraints: Constraints
    limits: tuple[float, float] = (0.0, 10.0)
    predicted: list[dict[str, float]] = field(default_factory=list)
    _met: dict[str, bool] = field(default_factory=dict)

    def meets(self, smiles: str) -> bool:
        """Return whether a molecule meets the constraints of a campaign."""
        if smiles not in self._met:
            self._met[smiles] = not self.constraints.violations(parse_smiles(smiles))
        return self._met[smiles]

    def ask(self, smiles: Sequence[str]) -> None:
        """Ask about new molecules that meet the constraints, and keep their values."""
        if not all(map(self.meets, smiles)):
            raise ValueError("a molecule that does not meet the constraints is asked")
        # The last molecules are cut off where calls run out.
        self.data |= dict(zip(smiles, self.calls.ask(smiles), strict=False))

    def best(self, number: int) -> list[str]:
        return sorted(self.data, key=lambda name: -self.data[name])[:number]

    def trees(self, smiles: Sequence[str]) -> list[Tree]:
        """Return the trees of molecules; those that the vocabulary does not build are left out."""
        found: list[Tree] = []
        for name in smiles:
            try:
                found.append(self.environment.trees(name)[0])
            except NotCovered:
                continue
        return found


def smiles_of(environment: FragmentEnvironment, states: States) -> list[str]:
    return [environment.smiles(environment.tree(states, row)) for row in range(len(states))]


def initial_molecules(environment: FragmentEnvironment, number: int, seed: int) -> list[str]:
    """Return distinct random molecules of the space that meet the constraints."""
    generator, constraints = np.random.default_rng(seed), demo_constraints()
    found: dict[str, None] = {}
    while len(found) < number:
        for name in smiles_of(environment, random_states(environment, 256, generator)):
            if not constraints.violations(parse_smiles(name)):
                found.setdefault(name)
    return list(found)[:number]


def areas(rows: Sequence[Call], budget: int, every: int = 100) -> dict[str, float]:
    """Return the area under the curve of best values against calls, divided by the calls, in both conventions.

    `auc_mean_of_10`: the mean of the ten best, taken every 100 calls and joined by straight lines from 0 (Gao et al.
    2022). `auc_tenth`: the tenth best after each call.
    """
    values = np.array([row.true_value for row in rows])
    best = [np.sort(values[: k + 1])[::-1][:10] for k in range(len(values))]
    means = [0.0, *(float(best[k - 1].mean()) for k in range(every, len(values) + 1, every))]
    tenth = [float(ten[9]) if len(ten) == 10 else 0.0 for ten in best]
    return {
        "auc_mean_of_10": float(np.trapezoid(means, dx=every)) / budget,
        "auc_tenth": float(np.sum(tenth)) / budget,
    }


def summary(initial: Mapping[str, float], rows: Sequence[Call], hit: float) -> dict[str, float]:
    """Return what is known after these calls, by values without noise: initial data included but in hits and batch."""
    values = np.sort(np.array([*initial.values(), *(row.true_value for row in rows)]))[::-1]
    last = [row.true_value for row in rows if row.batch == rows[-1].batch] if rows else [np.nan]
    return {
        "calls": len(rows),
        "cpu_s": rows[-1].cpu_s if rows else 0.0,
        "top_1": float(values[0]),
        "top_10": float(values[:10].mean()),
        "top_100": float(values[:100].mean()),
        "last_batch": float(np.mean(last)),
        "hits": distinct_hits([row.smiles for row in rows if row.true_value > hit]),
    }


def distinct_hits(smiles: Sequence[str]) -> int:
    """Return how many molecules have a Tanimoto similarity below 0.7 (Morgan bits) to all of these before them."""
    kept: list[DataStructs.ExplicitBitVect] = []
    for name in smiles:
        fingerprint = _MORGAN.GetFingerprint(Chem.MolFromSmiles(name))
        if not kept or max(DataStructs.BulkTanimotoSimilarity(fingerprint, kept)) < 0.7:
            kept.append(fingerprint)
    return len(kept)

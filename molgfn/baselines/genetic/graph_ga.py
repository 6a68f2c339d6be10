"""A genetic algorithm over molecular graphs (Jensen 2019) with the settings of the PMO benchmark (Gao et al. 2022).

It does not use blocks. Parents are drawn in proportion to their reward R; the best of parents and children survive.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rdkit import Chem

from molgfn.baselines.genetic.crossover import crossover
from molgfn.baselines.genetic.mutation import mutate
from molgfn.baselines.scoring import readable, score_smiles
from molgfn.flow.fragments.reward import Reward, Scored

PATIENCE = 20


@dataclass(frozen=True)
class GraphGASettings:
    """How molecules breed.

    Attributes
    ----------
    population_size : int
    offspring_size : int
        Pairs that breed in each generation; not every pair has a child.
    mutation_rate : float
        Of children.
    min_atoms, max_atoms : int
        Heavy atoms of a child. Docking scores grow with size, so that without a limit so do the molecules.
    """

    population_size: int = 120
    offspring_size: int = 70
    mutation_rate: float = 0.067
    min_atoms: int = 6
    max_atoms: int = 39


class GraphGA:
    """A population that breeds; a `Method`.

    Parameters
    ----------
    start : sequence of str
        SMILES from which the first population is drawn; those that cannot be read are left out.
    reward : Reward
        Called once for each molecule.
    settings : GraphGASettings
    seed : int
    """

    def __init__(self, start: Sequence[str], reward: Reward, settings: GraphGASettings, seed: int) -> None:
        self.settings, self._reward = settings, reward
        self._generator = np.random.default_rng(seed)
        molecules = readable(start, "the molecules to start from")
        order = self._generator.permutation(len(molecules))[: settings.population_size]
        self._first = [molecules[place] for place in order]
        self._visited: set[str] = set()
        self.population: list[Scored] = []

    def step(self) -> list[Scored]:
        """Visit the children of one generation that are new; at first, the population to start from.

        After twenty generations without a new child the search ends.
        """
        new = self._first if not self._visited else self._generation()
        for _ in range(PATIENCE - 1):
            if new:
                break
            new = self._generation()
        self._visited.update(new)
        scored = score_smiles(new, self._reward)
        best = sorted([*self.population, *scored], key=lambda member: -member.log_reward)
        self.population = best[: self.settings.population_size]
        return scored

    def _generation(self) -> list[str]:
        """Return the new molecules that this generation has as children."""
        log_reward = np.array([member.log_reward for member in self.population])
        chance = np.exp(log_reward - log_reward.max())
        pairs = self._generator.choice(
            len(self.population), (self.settings.offspring_size, 2), p=chance / chance.sum()
        ).tolist()
        mols = [Chem.MolFromSmiles(member.smiles) for member in self.population]
        children = [self._child(mols[first], mols[second]) for first, second in pairs]
        return list(dict.fromkeys(smiles for smiles in children if smiles and smiles not in self._visited))

    def _child(self, first: Chem.Mol, second: Chem.Mol) -> str | None:
        child = crossover(first, second, self._generator)
        if child is not None and self._generator.random() < self.settings.mutation_rate:
            child = mutate(child, self._generator)
        if child is None or not self.settings.min_atoms <= child.GetNumHeavyAtoms() <= self.settings.max_atoms:
            return None
        return str(Chem.MolToSmiles(child))

"""The terms of an objective: numbers of a molecule, each with a unit and a desirability."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from molgfn.campaign.reward.constraints import Constraints
from molgfn.campaign.reward.scoring import Scoring
from molgfn.chem.standardise import parse_smiles
from molgfn.direction import Direction

Array = NDArray[np.float64]
Cost = Literal["free", "proxy", "oracle"]
"""Computed from the structure, predicted, or measured."""


@dataclass(frozen=True)
class PredictedMolecules:
    """B molecules and their predictions, shape (B,), in the unit of the oracle; `std` may be NaN."""

    smiles: Sequence[str]
    mean: Array
    std: Array


class Term(Protocol):
    """One number for each molecule, and how desirable it is."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str:
        """Unit of the values; empty for a plain number."""
        ...

    @property
    def direction(self) -> Direction: ...
    @property
    def cost(self) -> Cost: ...
    def values(self, molecules: PredictedMolecules) -> Array:
        """Return the number of each molecule, shape (B,), in `unit`."""
        ...

    def desirability(self, values: Array) -> Array:
        """Map numbers to desirabilities from 0 to 1, shape (B,)."""
        ...


@dataclass(frozen=True)
class AcquisitionTerm:
    """The acquisition of a molecule; its desirability is `Scoring.score`."""

    scoring: Scoring
    oracle_unit: str
    name: str = "acquisition"
    direction: Direction = "maximise"
    cost: Cost = "proxy"

    @property
    def unit(self) -> str:
        """The unit of the oracle; empty for a probability."""
        return "" if self.scoring.kind == "pi" else self.oracle_unit

    def values(self, molecules: PredictedMolecules) -> Array:
        return self.scoring.acquisition(molecules.smiles, molecules.mean, molecules.std)

    def desirability(self, values: Array) -> Array:
        return self.scoring.score(values)


@dataclass(frozen=True)
class ConstraintsTerm:
    """How well a molecule meets the constraints; the values are the logs of desirabilities."""

    constraints: Constraints
    name: str = "constraints"
    unit: str = ""
    direction: Direction = "maximise"
    cost: Cost = "free"

    def values(self, molecules: PredictedMolecules) -> Array:
        return np.array([self.constraints.log_desirability(parse_smiles(smiles)) for smiles in molecules.smiles])

    def desirability(self, values: Array) -> Array:
        desirabilities: Array = np.exp(values)
        return desirabilities

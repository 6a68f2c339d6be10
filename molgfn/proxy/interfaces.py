"""What a proxy is made of: members that each predict a molecule, and what follows from their predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from molgfn.arrays import FloatArray
from molgfn.proxy.uncertainty.calibration import Calibration

IN_DOMAIN = {None: "", False: "no", True: "yes"}
"""How tables say whether a molecule is in the domain."""


@dataclass(frozen=True)
class MemberPredictions:
    """What each of M members predicts for B molecules, in the unit of the target.

    Attributes
    ----------
    values : (M, B) float64
    noise : (M, B) float64
        Standard deviation of a measurement about the value, as the member has learnt it; 0 where it has not.
    """

    values: FloatArray
    noise: FloatArray

    def mean(self) -> FloatArray:
        """Return the prediction, shape (B,)."""
        mean: FloatArray = self.values.mean(axis=0)
        return mean

    def spread(self) -> FloatArray:
        """Return how far the members differ, and the noise that they have learnt, as one standard deviation: (B,)."""
        spread: FloatArray = np.sqrt(self.values.var(axis=0) + (self.noise**2).mean(axis=0))
        return spread


class Ensemble(Protocol):
    """Members of one kind, each a function of the standardised molecule alone."""

    def member_predictions(self, smiles: Sequence[str]) -> MemberPredictions:
        """Return what each member predicts for molecules, in order; the spelling of a SMILES does not matter.

        Raises
        ------
        DataError
            If `smiles` is empty or one of them is no usable molecule; names it and its place.
        """
        ...

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """Return all that must be kept to have the same ensemble again."""
        ...


@dataclass(frozen=True)
class Prediction:
    """Predictions of B molecules in the unit of the target; every array has shape (B,).

    Attributes
    ----------
    mean : (B,) float64
    std : (B,) float64
        Calibrated standard deviation of the error; NaN for all where the proxy has no error bars (see
        `molgfn.proxy.uncertainty.limits`): a spread that is not calibrated is no error bar.
    spread : (B,) float64
        How far the members differ (see `MemberPredictions.spread`).
    calibration : Calibration or None
    """

    mean: FloatArray
    std: FloatArray
    spread: FloatArray
    calibration: Calibration | None = None

    @classmethod
    def of(cls, member_predictions: MemberPredictions, calibration: Calibration | None = None) -> "Prediction":
        """Return what follows from the predictions of the members."""
        mean, spread = member_predictions.mean(), member_predictions.spread()
        if calibration is None or not calibration.tells_molecules_apart:
            return cls(mean, np.full_like(mean, np.nan), spread, calibration)
        return cls(mean, calibration.std(spread), spread, calibration)

    def interval(self, level: float = 0.9) -> tuple[FloatArray, FloatArray] | None:
        """Return the ends of the intervals that hold a share `level` of the values; none without a calibration."""
        if self.calibration is None:
            return None
        half = self.calibration.half_width(self.spread, level)
        return self.mean - half, self.mean + half


@dataclass(frozen=True)
class Neighbours:
    """The nearest training molecule of each of B molecules.

    Attributes
    ----------
    similarity : (B,) float64
        Tanimoto similarity; NaN where the training molecules are not known.
    smiles : tuple of str, length B
        Of that molecule; empty where not known.
    in_domain : tuple of bool or None, length B
        Whether the proxy makes no more than its usual error there; None where that is not known.
    """

    similarity: FloatArray
    smiles: tuple[str, ...]
    in_domain: tuple[bool | None, ...]

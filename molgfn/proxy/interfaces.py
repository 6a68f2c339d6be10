"""The interfaces of a proxy: its members, and the prediction that is computed from theirs."""

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
    """The predictions of M members for B molecules, in the unit of the target.

    Attributes
    ----------
    values : (M, B) float64
    noise : (M, B) float64
        Standard deviation of a measurement, if the member has learnt it; else 0.
    """

    values: FloatArray
    noise: FloatArray

    def mean(self) -> FloatArray:
        """Return the prediction, shape (B,)."""
        mean: FloatArray = self.values.mean(axis=0)
        return mean

    def spread(self) -> FloatArray:
        """Return one standard deviation for the difference of the members and their learnt noise, shape (B,)."""
        spread: FloatArray = np.sqrt(self.values.var(axis=0) + (self.noise**2).mean(axis=0))
        return spread


class Ensemble(Protocol):
    """Members of one kind, each a function of the standardised molecule alone."""

    def member_predictions(self, smiles: Sequence[str]) -> MemberPredictions:
        """Return the predictions of each member for molecules, in order; the spelling of a SMILES does not matter.

        Raises
        ------
        DataError
            If `smiles` is empty or one of them is no usable molecule; names it and its place.
        """
        ...

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """Return the arrays from which the same ensemble can be made again."""
        ...


@dataclass(frozen=True)
class Prediction:
    """Predictions of B molecules in the unit of the target; every array has shape (B,).

    Attributes
    ----------
    mean : (B,) float64
    std : (B,) float64
        Calibrated standard deviation of the error; NaN for all if the proxy has no error bars (see
        `molgfn.proxy.uncertainty.limits`): a spread that is not calibrated is no error bar.
    spread : (B,) float64
        How much the members differ (see `MemberPredictions.spread`).
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
        """Return the ends of the intervals that hold a share `level` of the values; None without a calibration."""
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
        Tanimoto similarity; NaN if the training molecules are not known.
    smiles : tuple of str, length B
        Of the nearest molecule; empty if it is not known.
    in_domain : tuple of bool or None, length B
        Whether the errors of the proxy are not larger than usual there; None if that is not known.
    """

    similarity: FloatArray
    smiles: tuple[str, ...]
    in_domain: tuple[bool | None, ...]

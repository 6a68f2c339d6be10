"""Error bars and domain, learnt from molecules by the members that had not seen them (out of bag).

Each member of an ensemble learns from its own share, so that most molecules were kept from one or more of the members:
their mean and spread are those of a smaller ensemble that never saw the molecule (Breiman 1996). It needs no extra data
and no extra training, and it stays true when the members go on learning (see `molgfn.proxy.networks.bagging`).
"""

from dataclasses import dataclass

import numpy as np

from molgfn.arrays import BoolArray, FloatArray, IntArray
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.interfaces import MemberPredictions
from molgfn.proxy.uncertainty.calibration import LEAST, Calibration, fit_calibration
from molgfn.proxy.uncertainty.domain import Domain, evenly, fingerprints, fit_domain, nearest_other


@dataclass(frozen=True)
class OutOfBag:
    """Predictions of molecules by the members that had not seen them, for the molecules where there are any.

    Attributes
    ----------
    rows : (R,) int64
        Which molecules.
    mean, spread : (R,) float64
        The spread as that of the whole ensemble would be; NaN where a single member is left.
    """

    rows: IntArray
    mean: FloatArray
    spread: FloatArray


def out_of_bag(member_predictions: MemberPredictions, seen: BoolArray) -> OutOfBag:
    """Return what the members predict for molecules that they had not seen.

    Parameters
    ----------
    member_predictions : MemberPredictions
        Of B molecules.
    seen : (M, B) bool
        Which member has seen which molecule.
    """
    n = (~seen).sum(axis=0)
    rows = np.flatnonzero(n > 0)
    kept, n = ~seen[:, rows], n[rows]
    values, noise = member_predictions.values[:, rows], member_predictions.noise[:, rows]
    mean = np.where(kept, values, 0.0).sum(axis=0) / n
    squares = np.where(kept, (values - mean) ** 2, 0.0).sum(axis=0)
    # A few members differ less from their own mean than all would: estimate the variance of all without bias.
    whole = (len(seen) - 1) / len(seen)
    variance = np.divide(squares * whole, n - 1, out=np.full(len(rows), np.nan), where=n > 1)
    variance += np.where(kept, noise**2, 0.0).sum(axis=0) / n
    return OutOfBag(rows, mean, np.sqrt(variance))


def fit_reliability(
    data: TrainingData, member_predictions: MemberPredictions, seen: BoolArray
) -> tuple[Calibration | None, Domain | None]:
    """Fit calibration and domain on what was measured; none where fewer than 20 molecules tell of it.

    Parameters
    ----------
    data : TrainingData
    member_predictions : MemberPredictions
        Of its B molecules.
    seen : (M, B) bool
        Which member has seen which molecule, or was stopped by it.
    """
    left_out = out_of_bag(member_predictions, seen)
    exact = data.sides[left_out.rows] == 0
    rows, mean, spread = left_out.rows[exact], left_out.mean[exact], left_out.spread[exact]
    if len(rows) < LEAST:
        return None, None
    several = np.isfinite(spread)
    if several.sum() >= LEAST:
        calibration = fit_calibration(mean[several], spread[several], data.values[rows[several]])
    else:
        calibration = fit_calibration(mean, np.zeros(len(rows)), data.values[rows])
    some = evenly(len(rows))
    similarity = nearest_other(fingerprints(data.smiles, data.stereo), rows[some])
    return calibration, fit_domain(similarity, np.abs(mean - data.values[rows])[some])

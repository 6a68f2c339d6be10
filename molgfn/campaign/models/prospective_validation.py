"""How well the proxy predicted each batch, judged by its predictions from before the oracle answered."""

from dataclasses import dataclass

import numpy as np

from molgfn.campaign.record.store import Store
from molgfn.proxy.evaluation.metrics import spearman


@dataclass(frozen=True)
class ProspectiveValidation:
    """Predictions of one batch compared with the values of the oracle.

    Attributes
    ----------
    round : int
    n : int
        Compounds with a prediction and a value.
    rmse, mean_error : float
        In the unit of the oracle; the error is prediction minus measurement.
    within_2_std : float or None
        Share of values within two predicted standard deviations; about 0.95 if the error bars are right. None if the
        proxy has no error bars.
    spearman : float or None
        Rank correlation; None if it is not defined.
    """

    round: int
    n: int
    rmse: float
    mean_error: float
    within_2_std: float | None
    spearman: float | None


def prospective_validation(store: Store, round_number: int) -> ProspectiveValidation | None:
    """Judge the predictions of a round; None if no compound has both a prediction and a value."""
    predicted = {row.compound_id: row for row in store.predictions(round_number)}
    pairs = [
        (predicted[row.compound_id], row.value)
        for row in store.measurements(round_number)
        if row.compound_id in predicted
    ]
    if not pairs:
        return None
    mean, value = np.array([(row.pred_mean, value) for row, value in pairs]).T
    std = np.array([row.pred_std for row, _ in pairs], dtype=np.float64)  # None becomes NaN
    error = mean - value
    rank_correlation = spearman(mean, value)
    return ProspectiveValidation(
        round_number,
        len(pairs),
        rmse=float(np.sqrt(np.mean(error**2))),
        mean_error=float(error.mean()),
        within_2_std=None if np.isnan(std).any() else float(np.mean(np.abs(error) <= 2 * std)),
        spearman=None if np.isnan(rank_correlation) else rank_correlation,
    )

"""The distance of the law of a policy from its target."""

from dataclasses import dataclass

import numpy as np

from molgfn.flow.laws.enumeration import Law, total_variation


@dataclass(frozen=True)
class LawComparison:
    """Distances between two laws over the same molecules, and the fit of log p on log R.

    Attributes
    ----------
    tv : float
        Total variation, half the sum of |p - R/Z|.
    jsd : float
        Jensen-Shannon divergence in nats.
    pearson, slope : float
        Correlation, and least-squares slope of log p on log R; NaN if all rewards are equal.
    """

    tv: float
    jsd: float
    pearson: float
    slope: float


def compare(law: Law, target: Law) -> LawComparison:
    """Compare a law with its target."""
    order = {name: number for number, name in enumerate(law.smiles)}
    p = law.probability[[order[name] for name in target.smiles]]
    q = target.probability
    # Probabilities of a policy may be 0 in floating point.
    log_p, log_q = np.log(np.maximum(p, 1e-300)), np.log(q)
    log_middle = np.log((p + q) / 2)
    jsd = 0.5 * float((p * (log_p - log_middle)).sum() + (q * (log_q - log_middle)).sum())
    with np.errstate(invalid="ignore"):
        pearson = float(np.corrcoef(log_p, log_q)[0, 1])
    spread = float(log_q.var(ddof=1))
    slope = float(np.cov(log_p, log_q)[0, 1]) / spread if spread > 0 else float("nan")
    return LawComparison(total_variation(law, target), jsd, pearson, slope)

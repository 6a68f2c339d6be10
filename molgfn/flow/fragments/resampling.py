r"""Sampling that corrects the policy: more molecules are drawn than needed, and some are kept by importance weights.

A policy that is not trained to the end draws molecules :math:`\tau` with a probability :math:`q(\tau)` that is not
that of the target. Molecules that are kept in proportion to target / q follow the target more closely: this is sampling
importance resampling (Rubin 1987). Where there is a prior, half of the molecules are drawn from its law. Weights count
with the mixture of both (balance heuristic, Veach and Guibas 1995), so that a molecule that the policy has missed
gets no large weight if the law draws it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from molgfn.environments.states import States
from molgfn.flow.fragments.reward import Scored

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_TOLERANCE, _MOST_ITERATIONS = 1e-9, 10_000
_HALVINGS = 30


@dataclass(frozen=True)
class WeightedDraws:
    """Trajectories with importance weights: the first ones drawn by the policy, the others from the law of a prior.

    Attributes
    ----------
    states : States
        S rows.
    scored : sequence of Scored
    log_weight : array, shape (S,)
        Log of target over probability of being drawn.
    from_policy : int
    """

    states: States
    scored: Sequence[Scored]
    log_weight: Floats
    from_policy: int


def log_mixture(log_q: Floats, log_p: Floats, from_q: int) -> Floats:
    r"""Return the log of the mean probability of molecules under the two laws of which they were drawn.

    .. math:: d(\tau) = n_q \, q(\tau) + n_p \, p(\tau) / Z, \quad Z = \sum_\tau p(\tau) / d(\tau)

    The second equation, a sum over the drawn molecules, gives the sum Z of p over all molecules: the estimate of bridge
    sampling (Meng and Wong 1996). It is found by iteration.

    Parameters
    ----------
    log_q : array, shape (S,)
        Log probability of each molecule under the first law.
    log_p : array, shape (S,)
        Under the second law, up to a constant.
    from_q : int
        The first `from_q` rows were drawn from the first law, the others from the second; above 0.
    """
    from_p = len(log_q) - from_q
    if not from_p:
        return log_q
    log_z = float(np.median((log_p - log_q)[from_q:]))
    for _ in range(_MOST_ITERATIONS):
        mixture: Floats = np.logaddexp(np.log(from_q) + log_q, np.log(from_p) + log_p - log_z)
        before, log_z = log_z, float(logsumexp(log_p - mixture))
        if abs(log_z - before) < _TOLERANCE:
            break
    mean: Floats = mixture - np.log(len(log_q))
    return mean


def tempered(log_weight: Floats, least: float) -> Floats:
    """Return probabilities proportional to a power of the weights, the largest up to 1 that is not too uneven.

    Parameters
    ----------
    log_weight : array, shape (S,)
    least : float
        Effective number of rows, 1 / sum of squared probabilities, that the power must leave.
    """
    low, high = 0.0, 1.0
    probability = _power(log_weight, high)
    if 1 / np.square(probability).sum() >= least:
        return probability
    for _ in range(_HALVINGS):
        power = (low + high) / 2
        enough = 1 / np.square(_power(log_weight, power)).sum() >= least
        low, high = (power, high) if enough else (low, power)
    return _power(log_weight, low)


def _power(log_weight: Floats, power: float) -> Floats:
    scaled = power * log_weight
    probability: Floats = np.exp(scaled - logsumexp(scaled))
    return probability


def kept(log_weight: Floats, count: int, generator: np.random.Generator) -> Ints:
    """Return rows drawn one after another in proportion to their weights, without putting back.

    The largest sums of log weight and Gumbel noise are such draws (Efraimidis and Spirakis 2006).
    """
    keys = log_weight + generator.gumbel(size=len(log_weight))
    return np.argsort(-keys)[:count]

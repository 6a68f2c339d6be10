"""Acquisition functions: predicted mean and standard deviation as one number, where higher is always better.

Upper confidence bound (Auer 2002), expected improvement (Mockus 1978), probability of improvement (Kushner 1964) and
Thompson sampling (Thompson 1933).
"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from molgfn.direction import Direction

AcquisitionKind = Literal["greedy", "ucb", "ei", "pi", "thompson"]
ACQUISITION_KINDS: tuple[AcquisitionKind, ...] = get_args(AcquisitionKind)
Array = NDArray[np.float64]


def utility(value: Array, direction: Direction) -> Array:
    """Turn values of an oracle so that higher is better: -10 kcal/mol of docking becomes 10."""
    return -value if direction == "minimise" else +value


def greedy(mean: Array, direction: Direction) -> Array:
    """Utility of the predicted mean, in the unit of the oracle."""
    return utility(mean, direction)


def upper_confidence_bound(mean: Array, std: Array, direction: Direction, kappa: float) -> Array:
    """Utility of the mean plus `kappa` standard deviations, in the unit of the oracle."""
    return utility(mean, direction) + kappa * std


def thompson(mean: Array, std: Array, direction: Direction, generator: np.random.Generator) -> Array:
    """Utility of one draw from each molecule's normal distribution, in the unit of the oracle."""
    return utility(mean, direction) + std * generator.standard_normal(mean.shape)


def probability_of_improvement(mean: Array, std: Array, best_so_far: float, direction: Direction) -> Array:
    """Probability that the value beats `best_so_far`; 0 or 1 (0.5 at equality) where `std` is 0."""
    gain = utility(mean - best_so_far, direction)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(std > 0, gain / std, np.sign(gain) * np.inf)
    return np.where(np.isnan(z), 0.5, ndtr(z))


def expected_improvement(mean: Array, std: Array, best_so_far: float, direction: Direction) -> Array:
    """Expectation of the gain over `best_so_far`; a loss counts as 0; in the unit of the oracle."""
    gain = utility(mean - best_so_far, direction)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        z = gain / std
        density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        improvement = gain * ndtr(z) + std * density
    return np.where(std > 0, np.maximum(improvement, 0.0), np.maximum(gain, 0.0))

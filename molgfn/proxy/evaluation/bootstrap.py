"""Metrics with their intervals over resamples of the molecules (percentile bootstrap, Efron 1979)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from molgfn.arrays import FloatArray, IntArray
from molgfn.direction import Direction
from molgfn.proxy.evaluation.metrics import judge

RESAMPLES = 1000
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A number and its 95 % interval; NaN where it is undefined."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "undefined"
        return f"{self.value:.3f}" if np.isnan(self.low) else f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


Judged = dict[str, Interval]
"""Metric -> its value with its interval."""


@dataclass(frozen=True)
class MethodComparison:
    """The metrics of several methods on the same molecules, and on the same resamples of them.

    Attributes
    ----------
    methods : dict
        Method -> each metric of `Metrics`.
    gains : dict
        Method -> each metric of the first method minus that of this one. Where the interval of a difference holds 0,
        the data do not show which is better. The first method is not among the keys.
    """

    methods: dict[str, Judged]
    gains: dict[str, Judged]


def compare(
    predicted: Mapping[str, FloatArray],
    measured: FloatArray,
    heavy_atoms: IntArray,
    direction: Direction,
    molecule: IntArray | None = None,
) -> MethodComparison:
    """Judge methods on the same R > 0 predictions.

    Parameters
    ----------
    predicted : mapping
        Method -> (R,).
    measured, heavy_atoms : (R,)
    direction : {"maximise", "minimise"}
    molecule : (R,), optional
        Number of the molecule of each prediction, where molecules are predicted several times: predictions of one
        molecule are drawn together. By default each prediction is of another molecule.
    """

    def numbers(method: str, rows: IntArray | slice) -> dict[str, float]:
        return asdict(judge(predicted[method][rows], measured[rows], heavy_atoms[rows], direction))

    drawn = list(_resamples(len(measured), molecule))
    whole = {method: numbers(method, slice(None)) for method in predicted}
    parts = {method: [numbers(method, rows) for rows in drawn] for method in predicted}
    first, *others = predicted
    gains = {}
    for other in others:
        differences = [_minus(a, b) for a, b in zip(parts[first], parts[other], strict=True)]
        gains[other] = _judged(_minus(whole[first], whole[other]), differences)
    return MethodComparison({method: _judged(whole[method], parts[method]) for method in predicted}, gains)


def bootstrap(numbers: Callable[[IntArray], dict[str, float]], n: int, molecule: IntArray | None = None) -> Judged:
    """Return numbers that are computed from R = n rows, with their intervals.

    Parameters
    ----------
    numbers : callable
        IntArray -> numbers by name.
    n : int
    molecule : (R,), optional
        See `compare`.
    """
    return _judged(numbers(np.arange(n)), [numbers(rows) for rows in _resamples(n, molecule)])


def _minus(a: Mapping[str, float], b: Mapping[str, float]) -> dict[str, float]:
    return {key: a[key] - b[key] for key in a}


def _judged(whole: Mapping[str, float], resampled: Sequence[Mapping[str, float]]) -> Judged:
    return {key: _interval(value, np.array([part[key] for part in resampled])) for key, value in whole.items()}


def _interval(value: float, resampled: FloatArray) -> Interval:
    if np.isnan(value) or np.isnan(resampled).all():
        return Interval(value, float("nan"), float("nan"))
    low, high = np.nanquantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, float(low), float(high))


def _resamples(n: int, molecule: IntArray | None) -> Iterator[IntArray]:
    generator = np.random.default_rng(0)
    if molecule is None:
        for _ in range(RESAMPLES):
            yield generator.integers(n, size=n)
        return
    order = np.argsort(molecule, kind="stable")
    rows_of = np.split(order, np.flatnonzero(np.diff(molecule[order])) + 1)
    for _ in range(RESAMPLES):
        yield np.concatenate([rows_of[i] for i in generator.integers(len(rows_of), size=len(rows_of))])

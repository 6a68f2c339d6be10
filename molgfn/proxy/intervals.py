"""Metrics with their intervals over resamples of the molecules (percentile bootstrap, Efron 1979)."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from molgfn.proxy.metrics import FloatArray, judge

RESAMPLES = 500
_ALPHA = 0.05


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

    def as_json(self) -> dict[str, float | None]:
        """Return the three numbers; null for NaN."""
        return {key: None if np.isnan(number) else number for key, number in asdict(self).items()}


Judged = Mapping[str, Interval]
"""Each metric of `Metrics` with its interval."""


def judge_all(
    predicted: Mapping[str, FloatArray],
    measured: FloatArray,
    heavy_atoms: NDArray[np.int64],
    molecule: NDArray[np.int64] | None = None,
) -> dict[str, Judged]:
    """Judge methods on the same R predictions, resampled alike.

    Parameters
    ----------
    predicted : mapping
        Method -> (R,).
    measured, heavy_atoms : (R,)
    molecule : (R,), optional
        Number of the molecule of each prediction, where molecules are predicted several times: these are drawn
        together. By default each is a molecule of its own.
    """
    drawn = list(_resamples(len(measured), molecule))
    judged = {}
    for method, values in predicted.items():
        of_rows = partial(_metrics, values, measured, heavy_atoms)
        whole, parts = of_rows(np.arange(len(measured))), [of_rows(rows) for rows in drawn]
        judged[method] = {key: _interval(whole[key], [part[key] for part in parts]) for key in whole}
    return judged


def differences(before: FloatArray, after: FloatArray, measured: FloatArray, heavy_atoms: NDArray[np.int64]) -> Judged:
    """Return metric by metric what `after` has more than `before`, on the same resamples; all arrays (B,)."""

    def difference(rows: NDArray[np.int64]) -> dict[str, float]:
        old, new = (_metrics(values, measured, heavy_atoms, rows) for values in (before, after))
        return {key: new[key] - old[key] for key in new}

    whole, parts = difference(np.arange(len(measured))), [difference(rows) for rows in _resamples(len(measured), None)]
    return {key: _interval(whole[key], [part[key] for part in parts]) for key in whole}


def _metrics(
    predicted: FloatArray, measured: FloatArray, heavy_atoms: NDArray[np.int64], rows: NDArray[np.int64]
) -> dict[str, float]:
    metrics = asdict(judge(predicted[rows], measured[rows], heavy_atoms[rows]))
    del metrics["n"]
    return metrics


def _interval(value: float, resampled: list[float]) -> Interval:
    found = np.array(resampled)
    if np.isnan(value) or np.isnan(found).all():
        return Interval(value, float("nan"), float("nan"))
    low, high = np.nanquantile(found, [_ALPHA / 2, 1 - _ALPHA / 2])
    return Interval(value, float(low), float(high))


def _resamples(n: int, molecule: NDArray[np.int64] | None) -> Iterator[NDArray[np.int64]]:
    generator = np.random.default_rng(0)
    if molecule is None:
        for _ in range(RESAMPLES):
            yield generator.integers(n, size=n)
        return
    order = np.argsort(molecule, kind="stable")
    rows_of = np.split(order, np.flatnonzero(np.diff(molecule[order])) + 1)
    for _ in range(RESAMPLES):
        yield np.concatenate([rows_of[i] for i in generator.integers(len(rows_of), size=len(rows_of))])

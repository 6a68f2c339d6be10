"""Cross-validation: every molecule predicted once by models that never saw it, with error bars calibrated on others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from molgfn.oracles.base import Direction
from molgfn.proxy.baselines import Baseline
from molgfn.proxy.calibration import CalibrationMetrics, fit_calibration, judge_calibration
from molgfn.proxy.data import TrainingData
from molgfn.proxy.domain import fingerprints, nearest
from molgfn.proxy.ensemble import Proxy
from molgfn.proxy.splits import SplitKind, folds, split

FloatArray = NDArray[np.float64]
ALPHA = 0.05

Train = Callable[[TrainingData, int], Proxy]
"""(training data, seed) -> proxy."""


@dataclass(frozen=True)
class Held:
    """Predictions of molecules by models that never saw them.

    Attributes
    ----------
    measured : (B,) float64
    sides : (B,) int64
        Of `measured`; see `TrainingData`.
    fold : (B,) int64
    predicted : dict
        Method -> (B,).
    similarity : (B,) float64
        To the nearest molecule that the model was trained on.
    """

    measured: FloatArray
    sides: NDArray[np.int64]
    fold: NDArray[np.int64]
    predicted: Mapping[str, FloatArray]
    similarity: FloatArray

    def exact(self) -> "Held":
        """Return the molecules that were measured, without those of which only a bound is known."""
        rows = self.sides == 0
        return Held(
            self.measured[rows],
            self.sides[rows],
            self.fold[rows],
            {method: values[rows] for method, values in self.predicted.items()},
            self.similarity[rows],
        )


def cross_validate(
    data: TrainingData,
    kind: SplitKind,
    n_folds: int,
    seed: int,
    *,
    train: Train | None,
    baselines: Mapping[str, Baseline],
    name: str = "proxy",
    on_fold: Callable[[], None] = lambda: None,
) -> Held:
    """Predict every molecule by models trained on the other folds.

    Parameters
    ----------
    data : TrainingData
    kind : {"random", "scaffold"}
    n_folds, seed : int
    train : callable or None
        Makes the proxy; None leaves it out.
    baselines : mapping
        They are given the measured molecules of the training part alone.
    name : str
        Of the proxy among the methods.
    on_fold : callable
        Called after each fold.
    """
    n = len(data)
    fold, similarity = np.zeros(n, dtype=np.int64), np.zeros(n)
    methods = [*([name] if train else []), *baselines]
    predicted = {method: np.zeros(n) for method in methods}
    for number, parts in enumerate(folds(kind, data.smiles, n_folds, seed)):
        known, asked = data.take(parts.train), [data.smiles[row] for row in parts.test]
        fold[parts.test] = number
        similarity[parts.test] = nearest(asked, fingerprints(known.smiles))[0]
        if train:
            predicted[name][parts.test] = train(known, seed).predict(asked).mean
        measured = known.take(np.flatnonzero(known.sides == 0))
        for method, baseline in baselines.items():
            predicted[method][parts.test] = baseline(measured.smiles, measured.values, asked, seed)
        on_fold()
    return Held(data.values, data.sides, fold, predicted, similarity)


def judge_intervals(
    data: TrainingData, kind: SplitKind, n_folds: int, seed: int, train: Train, on_fold: Callable[[], None]
) -> list[CalibrationMetrics]:
    """Return how true the error bars are in each fold.

    Of the training part of each outer fold one fifth, split off in the same way, is kept from the proxy and calibrates
    it; there is no training afterwards. Molecules of which only a bound is known are not judged.
    """
    found = []
    for parts in folds(kind, data.smiles, n_folds, seed):
        known = data.take(parts.train)
        inner = split(kind, known.smiles, 1 / 5, seed)
        proxy = train(known.take(inner.train), seed)
        kept = known.take(inner.test)
        calibration = fit_calibration(*_errors(proxy, kept))
        found.append(judge_calibration(calibration, *_errors(proxy, data.take(parts.test))))
        on_fold()
    return found


def _errors(proxy: Proxy, data: TrainingData) -> tuple[FloatArray, FloatArray, FloatArray]:
    measured = data.take(np.flatnonzero(data.sides == 0))
    prediction = proxy.predict(measured.smiles)
    return prediction.mean, prediction.spread, measured.values


def rmse(predicted: FloatArray, measured: FloatArray) -> float:
    """Return the root mean square error."""
    return float(np.sqrt(np.mean((predicted - measured) ** 2)))


def enrichment(predicted: FloatArray, measured: FloatArray, direction: Direction, share: float = 0.1) -> float:
    """Return how many times more of the best molecules are among those predicted best than among all.

    "Best" is the best `share` of each; 1 is no better than chance, and 1 / share the most there can be.
    """
    sign, n = (1.0 if direction == "maximise" else -1.0), max(1, round(share * len(measured)))
    best = set(np.argsort(-sign * measured, kind="stable")[:n].tolist())
    first = set(np.argsort(-sign * predicted, kind="stable")[:n].tolist())
    return len(best & first) / n / (n / len(measured))


def bootstrap(
    metric: Callable[[FloatArray, FloatArray], float],
    predicted: FloatArray,
    measured: FloatArray,
    seed: int,
    n: int = 1000,
) -> tuple[float, float]:
    """Return the 95 % interval of a metric over resamples of the molecules (percentile bootstrap)."""
    generator = np.random.default_rng(seed)
    values = []
    for _ in range(n):
        rows = generator.integers(len(measured), size=len(measured))
        values.append(metric(predicted[rows], measured[rows]))
    low, high = np.nanquantile(values, [ALPHA / 2, 1 - ALPHA / 2])
    return float(low), float(high)

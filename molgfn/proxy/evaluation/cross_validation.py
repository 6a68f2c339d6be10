"""Cross-validation: molecules predicted by models that never saw them, with error bars that never saw them either."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from molgfn.arrays import BoolArray, FloatArray, IntArray
from molgfn.proxy.classical.baselines import Baseline
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.evaluation.split_plans import Plan
from molgfn.proxy.interfaces import Neighbours, Prediction
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.uncertainty.calibration import ErrorBars

PROXY = "proxy"
"""Its name among the methods."""

Train = Callable[[TrainingData, int], Proxy]
"""(training data, seed) -> proxy."""


@dataclass(frozen=True)
class SelfAssessment:
    """What a proxy says of its own predictions of R molecules.

    Attributes
    ----------
    bars : ErrorBars or None
        None where a proxy had too few molecules to learn them from.
    similarity : (R,) float64
        To the nearest molecule that the proxy was trained on.
    nearest : tuple of str, length R
        That molecule.
    in_domain : (R,) bool or None
        None where a proxy had too few molecules to learn its domain from.
    """

    bars: ErrorBars | None
    similarity: FloatArray
    nearest: tuple[str, ...]
    in_domain: BoolArray | None

    @classmethod
    def of(cls, proxy: Proxy, prediction: Prediction, smiles: tuple[str, ...]) -> "SelfAssessment":
        """Return what a proxy says of its prediction of molecules (standard SMILES)."""
        calibration, near = proxy.info.calibration, proxy.neighbours(smiles)
        bars = calibration.bars(prediction.spread) if calibration else None
        return cls(bars, near.similarity, near.smiles, _known(near))


@dataclass(frozen=True)
class Held:
    """R predictions of measured molecules by models that never saw them; a molecule may be there several times.

    Attributes
    ----------
    molecule : (R,) int64
        Place in the data.
    measured : (R,) float64
    part : (R,) int64
        Number of the split.
    predicted : dict
        Method -> (R,).
    self_assessment : SelfAssessment or None
        Of the proxy, where there is one.
    n_train : tuple of int
        Molecules that were trained on, for each split.
    """

    molecule: IntArray
    measured: FloatArray
    part: IntArray
    predicted: dict[str, FloatArray]
    self_assessment: SelfAssessment | None
    n_train: tuple[int, ...]


def cross_validate(
    data: TrainingData,
    plan: Plan,
    *,
    train: Train | None,
    baselines: Mapping[str, Baseline],
    on_part: Callable[[], None] = lambda: None,
) -> Held:
    """Predict the test part of each split by models that were trained on the other part.

    Bounds teach the proxy alone, and nobody is judged by them. The error bars are those that the proxy has learnt from
    its training part (see `reliability`): nothing else is done with the test part than to judge.

    Parameters
    ----------
    data : TrainingData
    plan : Plan
    train : callable or None
        Makes the proxy; None leaves it out.
    baselines : mapping
    on_part : callable
        Called after each split.
    """
    rows, stances = [], []
    predicted: dict[str, list[FloatArray]] = {method: [] for method in ([PROXY] if train else []) + list(baselines)}
    for parts, seed in zip(plan.parts, plan.seeds, strict=True):
        known, asked = data.take(parts.train), parts.test[data.sides[parts.test] == 0]
        smiles = tuple(data.smiles[row] for row in asked)
        if train and smiles:
            proxy = train(known, seed)
            prediction = proxy.predict(smiles)
            predicted[PROXY].append(prediction.mean)
            stances.append(SelfAssessment.of(proxy, prediction, smiles))
        if smiles:
            measured = known.take(np.flatnonzero(known.sides == 0))
            for method, baseline in baselines.items():
                predicted[method].append(baseline(measured.smiles, measured.values, smiles, seed))
        rows.append(asked)
        on_part()
    molecule = np.concatenate(rows)
    return Held(
        molecule,
        data.values[molecule],
        np.repeat(np.arange(len(rows)), [len(part) for part in rows]),
        {method: np.concatenate(parts) for method, parts in predicted.items()},
        _joined(stances) if stances else None,
        tuple(len(parts.train) for parts in plan.parts),
    )


def _known(near: Neighbours) -> BoolArray | None:
    return None if None in near.in_domain else np.array(near.in_domain, dtype=np.bool_)


def _joined(stances: list[SelfAssessment]) -> SelfAssessment:
    bars = [one.bars for one in stances if one.bars is not None]
    inside = [one.in_domain for one in stances if one.in_domain is not None]
    return SelfAssessment(
        _end_to_end(bars) if len(bars) == len(stances) else None,
        np.concatenate([one.similarity for one in stances]),
        tuple(smiles for one in stances for smiles in one.nearest),
        np.concatenate(inside) if len(inside) == len(stances) else None,
    )


def _end_to_end(bars: list[ErrorBars]) -> ErrorBars:
    return ErrorBars(
        np.concatenate([one.std for one in bars]), np.concatenate([one.half_widths for one in bars], axis=1)
    )

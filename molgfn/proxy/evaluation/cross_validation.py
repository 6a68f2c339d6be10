"""Cross-validation: every molecule is predicted by a model that was not trained on it, and so are its error bars."""

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
    """The error bars and the domain of a proxy for its predictions of R molecules.

    Attributes
    ----------
    bars : ErrorBars or None
        None if a proxy had too few training molecules to calibrate them.
    similarity : (R,) float64
        To the nearest molecule that the proxy was trained on.
    nearest : tuple of str, length R
        That molecule.
    in_domain : (R,) bool or None
        None if a proxy has no domain.
    """

    bars: ErrorBars | None
    similarity: FloatArray
    nearest: tuple[str, ...]
    in_domain: BoolArray | None

    @classmethod
    def of(cls, proxy: Proxy, prediction: Prediction, smiles: tuple[str, ...]) -> "SelfAssessment":
        """Return error bars and domain of a proxy for molecules (standard SMILES)."""
        calibration, near = proxy.info.calibration, proxy.neighbours(smiles)
        bars = calibration.bars(prediction.spread) if calibration else None
        return cls(bars, near.similarity, near.smiles, _in_domain(near))


@dataclass(frozen=True)
class Held:
    """R predictions of measured molecules by models that were not trained on them; a molecule may occur several times.

    Attributes
    ----------
    molecule : (R,) int64
        Number of the molecule in the data.
    measured : (R,) float64
    part : (R,) int64
        Number of the split.
    predicted : dict
        Method -> (R,).
    self_assessment : SelfAssessment or None
        Of the proxy, if there is one.
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
    """Predict the test part of each split by models that were trained on the training part.

    Only the proxy is trained on bounds, and no method is judged by them. The error bars of the proxy are calibrated on
    its training part: the test part is only used for judging.

    Parameters
    ----------
    data : TrainingData
    plan : Plan
    train : callable or None
        Trains the proxy; None leaves it out.
    baselines : mapping
    on_part : callable
        Called after each split.
    """
    rows, assessments = [], []
    predicted: dict[str, list[FloatArray]] = {method: [] for method in ([PROXY] if train else []) + list(baselines)}
    for parts, seed in zip(plan.parts, plan.seeds, strict=True):
        training, judged = data.take(parts.train), parts.test[data.sides[parts.test] == 0]
        smiles = tuple(data.smiles[row] for row in judged)
        if train and smiles:
            proxy = train(training, seed)
            prediction = proxy.predict(smiles)
            predicted[PROXY].append(prediction.mean)
            assessments.append(SelfAssessment.of(proxy, prediction, smiles))
        if smiles:
            measured = training.take(np.flatnonzero(training.sides == 0))
            for method, baseline in baselines.items():
                predicted[method].append(baseline(measured.smiles, measured.values, smiles, seed, data.stereo))
        rows.append(judged)
        on_part()
    molecule = np.concatenate(rows)
    return Held(
        molecule,
        data.values[molecule],
        np.repeat(np.arange(len(rows)), [len(part) for part in rows]),
        {method: np.concatenate(parts) for method, parts in predicted.items()},
        _joined(assessments) if assessments else None,
        tuple(len(parts.train) for parts in plan.parts),
    )


def _in_domain(near: Neighbours) -> BoolArray | None:
    return None if None in near.in_domain else np.array(near.in_domain, dtype=np.bool_)


def _joined(assessments: list[SelfAssessment]) -> SelfAssessment:
    bars = [part.bars for part in assessments if part.bars is not None]
    inside = [part.in_domain for part in assessments if part.in_domain is not None]
    return SelfAssessment(
        _end_to_end(bars) if len(bars) == len(assessments) else None,
        np.concatenate([part.similarity for part in assessments]),
        tuple(smiles for part in assessments for smiles in part.nearest),
        np.concatenate(inside) if len(inside) == len(assessments) else None,
    )


def _end_to_end(bars: list[ErrorBars]) -> ErrorBars:
    return ErrorBars(
        np.concatenate([part.std for part in bars]), np.concatenate([part.half_widths for part in bars], axis=1)
    )

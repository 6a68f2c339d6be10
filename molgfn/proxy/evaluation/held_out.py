"""Judges held-out predictions of a proxy: metrics, compared with simpler models; error bars; domain."""

from dataclasses import dataclass

import numpy as np

from molgfn.arrays import BoolArray, FloatArray, IntArray
from molgfn.direction import Direction
from molgfn.proxy.data.graphs import featurise_smiles
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.evaluation.bootstrap import Interval, Judged, bootstrap, compare
from molgfn.proxy.evaluation.cross_validation import PROXY, Held
from molgfn.proxy.evaluation.metrics import spearman
from molgfn.proxy.evaluation.split_plans import Plan
from molgfn.proxy.evaluation.splits import SplitKind
from molgfn.proxy.uncertainty.calibration import LEVELS, CalibrationMetrics, ErrorBars, judge_error_bars


@dataclass(frozen=True)
class BarsJudged:
    """How well error bars describe errors.

    `coverage_90`, and `spearman` of the error with the standard deviation, are given once more with their intervals.
    The calibration error and the miscalibration area have none: resampling can only make both larger.
    """

    metrics: CalibrationMetrics
    coverage_90: Interval
    spearman: Interval


@dataclass(frozen=True)
class DomainJudged:
    """The number of molecules in the domain, and the root mean square error inside and outside (NaN if none is)."""

    inside: int
    molecules: int
    rmse_inside: float
    rmse_outside: float


@dataclass(frozen=True)
class HeldOutEvaluation:
    """How good a proxy and the simpler models were on the splits of one kind.

    Attributes
    ----------
    split : str
    folds, repeats : int
    seeds : tuple of int
        Of the repeats.
    n_train : tuple of int
        Molecules that were trained on, for each split.
    molecules, predictions : int
        That were judged; a molecule is predicted once in each repeat.
    methods, gains : dict
        See `MethodComparison`.
    bars, domain : optional
        None where a training part was too small to calibrate the error bars or learn the domain.
    """

    split: SplitKind
    folds: int
    repeats: int
    seeds: tuple[int, ...]
    n_train: tuple[int, ...]
    molecules: int
    predictions: int
    methods: dict[str, Judged]
    gains: dict[str, Judged]
    bars: BarsJudged | None
    domain: DomainJudged | None


def judge_held(held: Held, plan: Plan, data: TrainingData, direction: Direction) -> HeldOutEvaluation:
    """Judge the predictions that `cross_validate` made of `data` along `plan`."""
    heavy_atoms = featurise_smiles(data.smiles, data.stereo).n_atoms[held.molecule]
    compared = compare(held.predicted, held.measured, heavy_atoms, direction, held.molecule)
    error, self_assessment = held.measured - held.predicted[PROXY], held.self_assessment
    return HeldOutEvaluation(
        plan.kind,
        plan.folds,
        plan.repeats,
        tuple(dict.fromkeys(plan.seeds)),
        held.n_train,
        len(np.unique(held.molecule)),
        len(held.molecule),
        compared.methods,
        compared.gains,
        judge_bars(self_assessment.bars, error, held.molecule) if self_assessment and self_assessment.bars else None,
        judge_domain(self_assessment.in_domain, error)
        if self_assessment and self_assessment.in_domain is not None
        else None,
    )


def judge_bars(bars: ErrorBars, error: FloatArray, molecule: IntArray | None = None) -> BarsJudged:
    """Judge error bars by R errors; `molecule` as in `compare`."""
    size = np.abs(error)
    inside = size <= bars.half_widths[LEVELS.index(0.9)]

    def numbers(rows: IntArray) -> dict[str, float]:
        return {"coverage_90": float(inside[rows].mean()), "spearman": spearman(bars.std[rows], size[rows])}

    return BarsJudged(judge_error_bars(bars, error), **bootstrap(numbers, len(error), molecule))


def judge_domain(in_domain: BoolArray, error: FloatArray) -> DomainJudged:
    """Compare R errors in the domain with those outside."""
    sizes = [error[in_domain], error[~in_domain]]
    inside, outside = (float(np.sqrt(np.mean(part**2))) if len(part) else float("nan") for part in sizes)
    return DomainJudged(int(in_domain.sum()), len(error), inside, outside)

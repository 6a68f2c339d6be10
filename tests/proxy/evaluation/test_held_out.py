"""Judgements of predictions whose quality is known."""

import numpy as np
import pytest

from molgfn.proxy.data.training_data import merge
from molgfn.proxy.evaluation import bootstrap
from molgfn.proxy.evaluation.cross_validation import Held, SelfAssessment
from molgfn.proxy.evaluation.held_out import judge_bars, judge_domain, judge_held
from molgfn.proxy.evaluation.split_plans import plan
from molgfn.proxy.uncertainty.calibration import ErrorBars


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch):
    monkeypatch.setattr(bootstrap, "RESAMPLES", 100)


def bars(n: int, width: float = 1.645) -> ErrorBars:
    return ErrorBars(np.ones(n), np.full((19, n), width))


def test_error_bars_of_a_normal_law_hold_what_they_say():
    error = np.random.default_rng(0).normal(size=2000)
    judged = judge_bars(bars(2000), error)
    assert judged.coverage_90.value == judged.metrics.coverage_90 == pytest.approx(0.9, abs=0.02)
    assert judged.coverage_90.low < 0.9 < judged.coverage_90.high
    assert np.isnan(judged.spearman.value)
    assert judge_bars(bars(2000), 3 * error).coverage_90.high < 0.6


def test_the_domain_is_judged_by_the_errors_on_both_sides():
    found = judge_domain(np.array([True, True, False]), np.array([1.0, -1.0, 3.0]))
    assert (found.inside, found.molecules, found.rmse_inside, found.rmse_outside) == (2, 3, 1.0, 3.0)
    assert np.isnan(judge_domain(np.ones(3, dtype=bool), np.zeros(3)).rmse_outside)


def test_repeats_are_counted_as_predictions_of_the_same_molecules(smiles, values):
    data, generator = merge(smiles, values), np.random.default_rng(0)
    made = plan("random", data, 3, 2, 5)
    molecule = np.concatenate([part.test for part in made.parts])
    measured = data.values[molecule]
    predicted = {"proxy": measured + generator.normal(size=len(measured)) * 0.1, "other": generator.permuted(measured)}
    self_assessment = SelfAssessment(bars(len(measured)), np.ones(len(measured)), ("C",) * len(measured), None)
    held = Held(molecule, measured, np.zeros_like(molecule), predicted, self_assessment, (1,) * 6)
    found = judge_held(held, made, data, "minimise")
    assert (found.split, found.folds, found.repeats, found.seeds) == ("random", 3, 2, (5, 6))
    assert (found.molecules, found.predictions) == (len(data), 2 * len(data))
    assert list(found.methods) == ["proxy", "other"]
    assert found.gains["other"]["spearman"].low > 0.5
    assert found.bars.coverage_90.value == 1
    assert found.domain is None

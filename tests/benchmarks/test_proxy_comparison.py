"""The interval column judges the error bars that a proxy ships, not others made for the table."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from molgfn.proxy.evaluation.cross_validation import PROXY, Held, SelfAssessment
from molgfn.proxy.uncertainty.calibration import LEVELS, ErrorBars


@pytest.fixture
def comparison(monkeypatch):
    # The benchmarks are scripts that import each other as files of one folder.
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    import proxy_comparison

    yield proxy_comparison
    for name in ("proxy_comparison", "assay_sets"):
        sys.modules.pop(name, None)


def held(half_width: float, bars: bool = True) -> Held:
    """Return ten predictions in two folds, of which nine miss by less than 1 and one by 5."""
    error = np.array([0.1, -0.2, 0.3, -0.4, 5.0, 0.5, -0.6, 0.7, -0.8, 0.9])
    widths = np.full((len(LEVELS), 10), half_width)
    assessment = SelfAssessment(ErrorBars(np.ones(10), widths) if bars else None, np.ones(10), ("C",) * 10, None)
    part = np.repeat([0, 1], 5)
    return Held(np.arange(10), error, part, {PROXY: np.zeros(10)}, assessment, (5, 5))


def test_each_fold_is_judged_by_the_bars_of_its_own_proxy(comparison):
    assert [fold.coverage_90 for fold in comparison.judge_intervals(held(1.0))] == [0.8, 1.0]
    assert [fold.coverage_90 for fold in comparison.judge_intervals(held(0.05))] == [0.0, 0.0]
    assert comparison.judge_intervals(held(1.0, bars=False)) == []


def test_a_card_tells_how_the_same_bars_were_judged(comparison, tmp_path):
    evaluations = [
        {"split": "random", "bars": {"metrics": {"coverage_90": 0.88}}},
        {"split": "scaffold", "bars": None},
    ]
    (tmp_path / "card.json").write_text(json.dumps({"evaluations": evaluations}))
    assert comparison.intervals_of_card(tmp_path, "random") == [{"coverage_90": 0.88}]
    assert comparison.intervals_of_card(tmp_path, "scaffold") == []

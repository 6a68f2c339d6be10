"""The card says the same to people and to programs."""

import dataclasses
import json
import re

import numpy as np
import pytest

from molgfn.assay.compounds import Noise
from molgfn.proxy.card.facts import Card, DataFacts, worst_predictions
from molgfn.proxy.card.markdown import markdown
from molgfn.proxy.data.training_data import BadRow, merge
from molgfn.proxy.evaluation.bootstrap import Interval
from molgfn.proxy.evaluation.cross_validation import Held, SelfAssessment
from molgfn.proxy.evaluation.held_out import BarsJudged, DomainJudged, HeldOutEvaluation, judge_error_bars
from molgfn.proxy.uncertainty.calibration import Calibration, ErrorBars

UNDEFINED = Interval(float("nan"), float("nan"), float("nan"))
METRICS = ("spearman", "pearson", "rmse", "mae", "spearman_beyond_size", "enrichment")


def metrics(value: float, beyond: Interval | None = None) -> dict[str, Interval]:
    found = {key: Interval(value, value - 0.05, value + 0.05) for key in METRICS}
    return found | ({"spearman_beyond_size": beyond} if beyond else {})


@pytest.fixture
def card(proxy, smiles, values, tiny) -> Card:
    data = dataclasses.replace(merge(smiles, values), bad_rows=(BadRow(7, "not a valid SMILES: 'a|b'"),))
    bars = judge_error_bars(ErrorBars(np.ones(9), np.ones((19, 9))), np.linspace(0.1, 1.2, 9))
    evaluation = HeldOutEvaluation(
        "scaffold",
        5,
        2,
        (3, 4),
        (66, 67, 66),
        83,
        166,
        {"proxy": metrics(0.912), "number of heavy atoms alone": metrics(0.345, UNDEFINED)},
        {"number of heavy atoms alone": metrics(0.567)},
        BarsJudged(bars, Interval(0.88, 0.8, 0.95), UNDEFINED),
        DomainJudged(60, 83, 0.411, float("nan")),
    )
    held = Held(
        np.arange(83), data.values, np.zeros(83, dtype=int), {"proxy": data.values + 1}, self_assessment(83), (66,)
    )
    return Card(
        verdict="tiny: better",
        description="docking scores",
        info=proxy.info,
        settings=tiny,
        data=DataFacts.of(data, "docked.csv", "ab" * 32),
        noise=Noise(0.321, 7, 9),
        evaluations=[evaluation],
        worst=worst_predictions(held, data.smiles),
        epochs=(3, 2),
    )


def self_assessment(n: int) -> SelfAssessment:
    return SelfAssessment(
        ErrorBars(np.full(n, 0.777), np.ones((19, n))), np.full(n, 0.55), ("CCO",) * n, np.ones(n, dtype=bool)
    )


def test_for_people(card, proxy):
    text = markdown(card)
    assert text.startswith("# tiny: better\n\nPredicts docking scores in kcal/mol; lower is better.\n")
    for words in (
        "| **proxy** | 0.912 [0.862, 0.962] |",
        "| *replicate noise, the floor* |  | 0.321 |",
        "| proxy minus number of heavy atoms alone | 0.567 [0.517, 0.617] |",
        "5 folds, 2 times with other folds",
        "trained on 66-67 molecules, judged on 83; seeds 3, 4.",
        "| rows that cannot be used | 1: line 7: not a valid SMILES: 'a\\|b' |",
        "0.321 kcal/mol, the standard deviation of one reading, from 7 compounds with replicates",
        "| scaffold | 0.880 [0.800, 0.950] |",
        "| scaffold | 60 of 83 (72%) | 0.411 | none |",
        f"is at least {proxy.info.domain.threshold:.2f}" if proxy.info.domain.threshold else "Every molecule is in",
        "+- 0.78 | yes | 0.55 `CCO` |",
        "Epochs of the members: 3, 2.",
        "(seed 1; molgfn",
        "| members | 2 |",
    ):
        assert words in text
    assert "undefined" in text
    assert "| trees |" not in text


@pytest.mark.parametrize(
    ("stereo", "sentence"),
    [
        ("merge", "Stereoisomers are one compound to it: R and S, or E and Z, get the same prediction."),
        ("keep", "Stereoisomers are compounds of their own to it: it sees R and S, E and Z, and a drawing without "),
    ],
)
def test_what_stereoisomers_are_is_said_in_one_sentence(card, stereo, sentence):
    card = dataclasses.replace(card, info=card.info.model_copy(update={"stereo": stereo}))
    assert f"is better.\n\n{sentence}" in markdown(card)
    assert card.as_json()["stereo"] == stereo


def test_all_that_is_said_to_people_is_said_to_programs(card):
    content = json.dumps(card.as_json())
    assert "NaN" not in content
    numbers = {f"{float(found):.3f}" for found in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", content)}
    in_text = re.sub(r"`[^`]*`|\(.*?\.svg\)|\n## The \d+", " ", markdown(card))
    told = set(re.findall(r"(?<![\d.])-?\d+\.\d{3}(?!\d)", in_text))
    assert len(told) > 10
    assert told <= numbers


def test_without_noise_calibration_domain_and_networks_that_is_said(card):
    info = card.info.model_copy(update={"calibration": None, "domain": None, "model": "forest"})
    bare = dataclasses.replace(card.evaluations[0], bars=None, domain=None)
    settings = card.settings.model_copy(update={"model": "forest"})
    text = markdown(dataclasses.replace(card, info=info, evaluations=[bare], noise=None, epochs=(), settings=settings))
    assert "| noise floor | not known: this table has no replicates" in text
    assert "Not judged: that needs at least 2 members, and 20 measured molecules" in text
    assert "The proxy that is kept gives no error bars: fewer than 20 measured molecules were left" in text
    assert "The proxy that is kept gives no domain: fewer than 20 measured molecules were left" in text
    assert "curves.svg" not in text
    assert "| trees | 300 |" in text
    assert "| epochs |" not in text


def test_the_worst_are_shown_once_each_the_worst_first():
    predicted = np.array([1.0, 5.0, 0.0, -9.0])
    held = Held(
        np.array([0, 1, 0, 2]), np.zeros(4), np.zeros(4, dtype=int), {"proxy": predicted}, self_assessment(4), (3,)
    )
    worst = worst_predictions(held, ["C", "CC", "CCC"])
    assert [(one.smiles, one.predicted) for one in worst] == [("CCC", -9), ("CC", 5), ("C", 1)]


def test_a_process_beside_the_networks_is_told_with_its_weight(card):
    spread_tells = Calibration(scale=1.0, base=0.3, widths=card.info.calibration.widths, n=40, spreads=(0.1, 1.0))
    learnt = card.info.model_copy(update={"process_weight": 0.0, "calibration": spread_tells})
    alone = dataclasses.replace(card, info=learnt)
    assert "Gaussian process with" not in markdown(alone)
    assert "spread of the members)" in markdown(alone)
    weighed = dataclasses.replace(card, info=learnt.model_copy(update={"process_weight": 0.47}))
    assert "has a weight of 47% near" in markdown(weighed)
    assert "spread of the members and the process)" in markdown(weighed)

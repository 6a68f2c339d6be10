"""The card says the same to people and to programs, and admits when a simpler model is better."""

import dataclasses
import json

import pytest

from molgfn.proxy.card import Card, DataSource, write_card
from molgfn.proxy.data import BadRow, merge
from molgfn.proxy.evaluate import Evaluation
from molgfn.proxy.metrics import Metrics, Uncertainty


def metrics(spearman: float, beyond: float = 0.5) -> Metrics:
    return Metrics(17, spearman, 0.8, 0.456, 0.321, beyond)


def evaluation(proxy: float, forest: float) -> Evaluation:
    methods = {
        "proxy": (metrics(proxy), metrics(proxy + 0.02)),
        "random forest on Morgan counts": (metrics(forest), metrics(forest)),
        "number of heavy atoms alone": (metrics(0.3, float("nan")), metrics(0.3, float("nan"))),
    }
    return Evaluation("scaffold", (1, 2), (67, 67), methods, (Uncertainty(0.2, 0.4), Uncertainty(0.3, 0.4)))


@pytest.fixture
def card(proxy, smiles, values, tiny) -> Card:
    data = dataclasses.replace(merge(smiles, values), bad_rows=(BadRow(7, "not a valid SMILES: 'a|b'"),))
    return Card(proxy, tiny, data, DataSource("docked.csv", "ab" * 32, "docking scores"), [evaluation(0.9, 0.8)])


def test_first_line_says_who_is_better(card):
    assert card.verdict() == "# tiny: better than every simpler model on scaffold splits (Spearman 0.910 against 0.800)"
    worse = dataclasses.replace(card, evaluations=[evaluation(0.7, 0.8)])
    assert worse.markdown().splitlines()[0] == (
        "# tiny: random forest on Morgan counts is better than this proxy on scaffold splits "
        "(Spearman 0.710 against 0.800)"
    )


def test_for_people(card, proxy):
    text = card.markdown()
    assert "Predicts docking scores in kcal/mol; lower is better." in text
    assert "| **proxy** | 0.910 +- 0.010 | 0.456 +- 0.000 |" in text
    assert "| number of heavy atoms alone | 0.300 +- 0.000 |" in text
    assert "trained on 67 molecules, judged on 17" in text
    assert "| rows that cannot be used | 1: line 7: not a valid SMILES: 'a\\|b' |" in text
    assert "was 0.250 +- 0.050 kcal/mol in the mean" in text
    assert "with the absolute error was 0.400 +- 0.000." in text
    assert f"| molecules trained on | {proxy.n_train} |" in text
    for said in ("seed 1", "abab", "molgfn proxy train", "rdkit", "| members | 2 |", "undefined"):
        assert said in text


def test_for_programs(card, tmp_path):
    write_card(card, tmp_path)
    assert (tmp_path / "card.md").read_text() == card.markdown()
    read = json.loads((tmp_path / "card.json").read_text())
    assert read["verdict"].startswith("tiny: better")
    assert (read["unit"], read["direction"], read["seed"], read["data"]["molecules"]) == ("kcal/mol", "minimise", 1, 83)
    methods = read["evaluations"][0]["methods"]
    assert methods["proxy"][0]["spearman"] == 0.9
    assert methods["number of heavy atoms alone"][0]["spearman_beyond_size"] is None

"""What a plot shows is read back from its marks; each mark that carries a value has a title."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from molgfn.report.plots import MOST_POINTS, Series, distribution_plot, parity_plot, trend_plot

HOSTILE = "<script>alert(1)</script>\"'&$x$"
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'


def parsed(svg):
    """Parse a plot and check that every mark lies in it."""
    root = ET.fromstring(svg.replace("<svg ", f"<svg {XLINK} ", 1))
    _, _, width, height = map(float, root.get("viewBox").split())
    for mark in root.iter("use"):
        assert 0 <= float(mark.get("x")) <= width
        assert 0 <= float(mark.get("y")) <= height
    return root


def points(root):
    """Return title -> (x, y, style) of each mark that has a title."""
    groups = [group for group in root.iter("g") if group.find("title") is not None]
    marks = {group.findtext("title"): next(group.iter("use")) for group in groups}
    return {title: (float(use.get("x")), float(use.get("y")), use.get("style")) for title, use in marks.items()}


def filled(root, colour):
    return [path for path in root.iter() if f"fill: var(--{colour})" in path.get("style", "")]


def words(root):
    return [text.text for text in root.iter("text")]


def test_trend_draws_each_series_and_leaves_out_what_is_not_there():
    mean = Series("mean", [-8.0, float("nan"), -9.0], [1.0, float("nan"), 0.5])
    best = Series("best", [-10.0, -11.0, -10.5], kind="second")
    root = parsed(trend_plot(["D0", "1", "2"], [mean, best], "score"))
    marks = points(root)
    assert set(marks) == {"mean -8", "mean -9", "best -10", "best -11", "best -10.5"}
    assert marks["best -11"][1] > marks["best -10.5"][1] > marks["mean -9"][1] > marks["mean -8"][1]
    assert marks["mean -9"][0] == marks["best -10.5"][0] > marks["best -11"][0] > marks["mean -8"][0]
    assert "var(--first)" in marks["mean -8"][2]
    assert "var(--second)" in marks["best -10"][2]
    assert {"mean", "best", "score", "round", "D0", "1", "2"} <= set(words(root))


def test_one_value_and_equal_values_are_drawn():
    for svg in (
        trend_plot(["D0"], [Series("mean", [-8.0], [float("nan")])], "score"),
        trend_plot(["D0", "1"], [Series("mean", [-8.0, -8.0])], "score"),
        trend_plot(["D0"], [Series("mean", [float("nan")])], "score"),
        distribution_plot(["D0"], [pd.Series([-8.0])], "score"),
        distribution_plot(["D0"], [pd.Series([-8.0] * (MOST_POINTS + 1))], "score"),
    ):
        parsed(svg)


def test_few_values_are_points_and_many_a_silhouette():
    rng = np.random.default_rng(0)
    many, few = (pd.Series(rng.normal(-8, 1, n)) for n in (MOST_POINTS + 1, MOST_POINTS))
    assert len(list(parsed(distribution_plot(["1"], [few], "score")).iter("use"))) == MOST_POINTS
    silhouette = parsed(distribution_plot(["D0", "1"], [many, pd.Series(dtype=float)], "score"))
    assert list(silhouette.iter("use")) == []
    assert len(filled(silhouette, "first")) >= 1


def test_lower_values_are_drawn_lower():
    root = parsed(distribution_plot(["1"], [pd.Series([-9.0, -7.0])], "score"))
    lower, higher = (float(dot.get("y")) for dot in root.iter("use"))
    assert lower > higher


def test_many_rounds_keep_their_labels_apart():
    labels = [str(number) for number in range(50)]
    root = parsed(trend_plot(labels, [Series("mean", [float(number) for number in range(50)])], "score"))
    below = max(float(text.get("y")) for text in root.iter("text") if re.fullmatch(r"\d+", text.text))
    shown = [text for text in root.iter("text") if float(text.get("y")) == below]
    assert 10 <= len(shown) <= 16


@pytest.fixture
def measured():
    return pd.DataFrame(
        {
            "compound_id": ["A-1", "A-2", HOSTILE],
            "round": [1, 2, 2],
            "oracle_value": [-8.0, -9.0, -10.0],
            "pred_mean": [-8.5, -9.5, -9.0],
            "pred_std": [0.5, float("nan"), 9.0],
        }
    )


def test_parity_fills_the_latest_round(measured):
    marks = points(parsed(parity_plot(measured, "kcal/mol", "docked")))
    assert set(marks) == {
        "A-1, round 1: predicted -8.50, docked -8.00",
        "A-2, round 2: predicted -9.50, docked -9.00",
        f"{HOSTILE}, round 2: predicted -9.00, docked -10.00",
    }
    assert ["fill-opacity: 0" in style for _, _, style in marks.values()] == [True, False, False]


def test_a_perfect_prediction_lies_on_the_diagonal(measured):
    marks = points(parsed(parity_plot(measured.assign(oracle_value=measured["pred_mean"]), "kcal/mol", "docked")))
    (x1, y1, _), (x2, y2, _), (x3, y3, _) = marks.values()
    assert y1 - y2 == pytest.approx(x2 - x1, abs=0.1)
    assert y1 - y3 == pytest.approx(x3 - x1, abs=0.1)


def test_names_and_units_are_escaped(measured):
    for svg in (
        parity_plot(measured, HOSTILE, "docked"),
        trend_plot([HOSTILE], [Series(HOSTILE, [1.0])], HOSTILE),
        distribution_plot([HOSTILE], [pd.Series([1.0, 2.0])], HOSTILE),
    ):
        assert "<script" not in svg
        assert HOSTILE in " ".join(words(parsed(svg)))

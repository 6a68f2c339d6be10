import re
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from molgfn.report.plots import MOST_POINTS, Series, distribution_plot, parity_plot, trend_plot

HOSTILE = "<script>alert(1)</script>\"'&"


def inside(svg):
    """Parse a plot and check that everything drawn lies in it."""
    root = ET.fromstring(svg)
    _, _, width, height = map(float, root.get("viewBox").split())
    for element in root.iter():
        for name, limit in (
            ("cx", width),
            ("x1", width),
            ("x2", width),
            ("cy", height),
            ("y1", height),
            ("y2", height),
        ):
            if name in element.attrib:
                assert -0.1 <= float(element.get(name)) <= limit + 0.1, ET.tostring(element)
        for pair in element.get("points", "").split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= width
            assert 0 <= y <= height
    return root


def classes(root, name):
    return [element for element in root.iter() if element.get("class") == name]


def test_trend_draws_each_series_with_gaps_where_there_is_nothing():
    mean = Series("mean", [-8.0, float("nan"), -9.0], [1.0, float("nan"), 0.5])
    best = Series("best", [-10.0, -11.0, -10.5], kind="second")
    root = inside(trend_plot(["D0", "1", "2"], [mean, best], "score"))
    # two values and the legend
    assert sum(element.tag == "circle" for element in classes(root, "first")) == 2 + 1
    assert sum(element.tag == "line" for element in classes(root, "first")) == 2
    assert sum(element.tag == "path" for element in classes(root, "second")) == 3 + 1


def test_one_value_and_equal_values_are_drawn():
    inside(trend_plot(["D0"], [Series("mean", [-8.0], [float("nan")])], "score"))
    inside(trend_plot(["D0", "1"], [Series("mean", [-8.0, -8.0])], "score"))
    inside(trend_plot(["D0"], [Series("mean", [float("nan")])], "score"))
    inside(distribution_plot(["D0"], [pd.Series([-8.0])], "score"))


def test_few_values_are_points_and_many_a_silhouette():
    rng = np.random.default_rng(0)
    groups = [pd.Series(rng.normal(-8, 1, n)) for n in (MOST_POINTS + 1, MOST_POINTS)]
    root = inside(distribution_plot(["D0", "1", "2"], [*groups, pd.Series(dtype=float)], "score"))
    assert len(classes(root, "silhouette")) == 1
    assert len(classes(root, "dot")) == MOST_POINTS
    assert len(classes(root, "box")) == len(classes(root, "average")) == 2


def test_lower_values_are_drawn_lower():
    root = inside(distribution_plot(["1"], [pd.Series([-9.0, -7.0])], "score"))
    heights = [float(dot.get("cy")) for dot in classes(root, "dot")]
    assert heights[0] > heights[1]


def test_many_rounds_keep_their_labels_apart():
    labels = [str(number) for number in range(50)]
    svg = trend_plot(labels, [Series("mean", [float(number) for number in range(50)])], "score")
    assert 10 <= len(re.findall(r'text-anchor="middle">\d+</text>', svg)) <= 16


@pytest.fixture
def measured():
    return pd.DataFrame(
        {
            "compound_id": ["A-1", "A-2", HOSTILE],
            "round": [1, 2, 2],
            "oracle_value": [-8.0, -9.0, -10.0],
            "pred_mean": [-8.5, -9.5, -9.0],
            "pred_std": [0.5, 0.0, 9.0],
        }
    )


def test_parity_fills_the_latest_round(measured):
    root = inside(parity_plot(measured, "kcal/mol"))
    assert len(classes(root, "first")) == 2
    assert len(classes(root, "earlier")) == 1


def test_a_perfect_prediction_lies_on_the_line(measured):
    root = inside(parity_plot(measured.assign(oracle_value=measured["pred_mean"]), "kcal/mol"))
    (line,) = classes(root, "identity")
    x1, y1, x2, y2 = (float(line.get(name)) for name in ("x1", "y1", "x2", "y2"))
    for point in classes(root, "first"):
        x, y = float(point.get("cx")), float(point.get("cy"))
        assert y == pytest.approx(y1 + (x - x1) / (x2 - x1) * (y2 - y1), abs=0.2)


def test_names_and_units_are_escaped(measured):
    assert "<script" not in parity_plot(measured, HOSTILE)
    assert "<script" not in trend_plot([HOSTILE], [Series(HOSTILE, [1.0])], HOSTILE)
    ET.fromstring(trend_plot([HOSTILE], [Series(HOSTILE, [1.0])], HOSTILE))

"""Plots of the card are whole SVG files in which everything lies inside."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from molgfn.proxy.card.facts import WorstPrediction
from molgfn.proxy.card.plots import calibration_plot, curves_plot, parity_plot, worst_picture
from molgfn.proxy.settings import TrainingEpoch

SVG = "{http://www.w3.org/2000/svg}"
BLUE, ORANGE = "#0072b2", "#c24f00"


def drawn(svg):
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    for mark in root.iter(f"{SVG}use"):
        assert 0 <= float(mark.get("x")) <= 420
        assert 0 <= float(mark.get("y")) <= 420
    return root


def marks(root, colour):
    """Return the middles of the marks of a colour, without those of the legend, which stand above the axes."""
    middles = [
        (float(mark.get("x")), float(mark.get("y")))
        for mark in root.iter(f"{SVG}use")
        if f"fill: {colour}" in mark.get("style")
    ]
    return [(x, y) for x, y in middles if y > 30]


def lines(root, colour):
    return [
        path
        for path in root.iter(f"{SVG}path")
        if f"stroke: {colour}" in path.get("style", "") and path.get("clip-path") is not None
    ]


def test_a_right_prediction_lies_on_the_diagonal_and_the_domain_has_its_colour():
    predicted, measured = np.array([-9.0, -7.0, -5.0]), np.array([-9.0, -7.0, -8.0])
    root = drawn(parity_plot(predicted, measured, "kcal/mol", np.array([True, True, False])))
    (x1, y1), (x2, y2) = marks(root, BLUE)
    assert x2 - x1 == pytest.approx(y1 - y2, abs=0.1)
    ((x3, y3),) = marks(root, ORANGE)
    assert x3 - x2 == pytest.approx(x2 - x1, abs=0.1)
    assert y1 > y3 > y2
    words = "".join(root.itertext())
    assert "measured, kcal/mol" in words
    assert "outside" in words


def test_without_a_domain_all_have_one_colour():
    root = drawn(parity_plot(np.arange(3.0), np.arange(3.0), "points", None))
    assert len(marks(root, BLUE)) == 3
    assert "outside" not in "".join(root.itertext())


def test_there_is_a_line_for_each_kind_of_split_and_for_each_member():
    shares = [0.05 * step for step in range(1, 20)]
    root = drawn(calibration_plot({"scaffold splits": shares, "random splits": shares}))
    assert len(lines(root, BLUE)) == len(lines(root, ORANGE)) == 1
    epochs = [TrainingEpoch(member, 2, epoch, 3, 1 / epoch, 2 / epoch) for member in (1, 2) for epoch in (1, 2, 3)]
    root = drawn(curves_plot(epochs))
    assert len(lines(root, BLUE)) == len(lines(root, ORANGE)) == 2
    assert "".join(root.itertext()).count("learnt from") == 1


def test_molecules_are_drawn_with_what_was_found():
    worst = [WorstPrediction("c1ccccc1O", -7.0, -5.0, None, None, 0.3, "CCO") for _ in range(3)]
    assert worst_picture(worst).count("<svg") == 1
    ET.fromstring(worst_picture(worst))

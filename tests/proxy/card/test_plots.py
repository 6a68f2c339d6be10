"""Plots of the card are whole SVG files in which everything lies inside."""

import xml.etree.ElementTree as ET

import numpy as np

from molgfn.proxy.card.facts import WorstPrediction
from molgfn.proxy.card.plots import calibration_plot, curves_plot, parity_plot, worst_picture
from molgfn.proxy.settings import TrainingEpoch

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg):
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    for mark in root.iter(f"{SVG}circle"):
        assert 0 <= float(mark.get("cx")) <= 420
        assert 0 <= float(mark.get("cy")) <= 420
    return root


def marks(root, kind):
    return [one for one in root.iter(f"{SVG}circle") if one.get("class") == kind and one.get("r") == "2.6"]


def test_a_right_prediction_lies_on_the_diagonal_and_the_domain_has_its_colour():
    predicted, measured = np.array([-9.0, -7.0, -5.0]), np.array([-9.0, -7.0, -8.0])
    root = drawn(parity_plot(predicted, measured, "kcal/mol", np.array([True, True, False])))
    (identity,) = (one for one in root.iter(f"{SVG}line") if one.get("class") == "identity")
    x1, y1, x2, y2 = (float(identity.get(key)) for key in ("x1", "y1", "x2", "y2"))
    for mark in marks(root, "first"):
        x, y = float(mark.get("cx")), float(mark.get("cy"))
        assert abs(y - (y1 + (x - x1) / (x2 - x1) * (y2 - y1))) < 0.3
    assert len(marks(root, "first")) == 2
    assert len(marks(root, "second")) == 1
    assert "measured, kcal/mol" in "".join(root.itertext())


def test_without_a_domain_all_have_one_colour():
    root = drawn(parity_plot(np.arange(3.0), np.arange(3.0), "points", None))
    assert len(marks(root, "first")) == 3
    assert "outside" not in "".join(root.itertext())


def test_there_is_a_line_for_each_kind_of_split_and_for_each_member():
    shares = [0.05 * step for step in range(1, 20)]
    root = drawn(calibration_plot({"scaffold splits": shares, "random splits": shares}))
    assert len(list(root.iter(f"{SVG}polyline"))) == 2
    epochs = [TrainingEpoch(member, 2, epoch, 3, 1 / epoch, 2 / epoch) for member in (1, 2) for epoch in (1, 2, 3)]
    assert len(list(drawn(curves_plot(epochs)).iter(f"{SVG}polyline"))) == 4


def test_molecules_are_drawn_with_what_was_found():
    worst = [WorstPrediction("c1ccccc1O", -7.0, -5.0, None, None, 0.3, "CCO") for _ in range(3)]
    assert worst_picture(worst).count("<svg") == 1
    ET.fromstring(worst_picture(worst))

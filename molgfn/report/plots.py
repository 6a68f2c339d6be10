"""Plots as plain SVG that takes its colours from the page: light, dark or printed, and nothing is loaded or run."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import ceil, isfinite

import numpy as np
import pandas as pd

from molgfn.svg import Scale, line, scale_of, text, tick_label

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 30, 44
MOST_X_LABELS = 16
MOST_POINTS = 60
"""Values of one group that are drawn as points; more are drawn as a silhouette."""
BINS = 24


def _svg(parts: Sequence[str], label: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    head = f'<svg class="plot" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
    return "\n".join([head, *parts, "</svg>"])


def _y_axis(scale: Scale, label: str, right: float = WIDTH - RIGHT) -> list[str]:
    parts = []
    for tick in scale.ticks():
        parts.append(line(LEFT, scale(tick), right, scale(tick), "grid"))
        parts.append(text(LEFT - 6, scale(tick) + 4, tick_label(tick), "end"))
    middle = (scale.start + scale.end) / 2
    parts.append(text(14, middle, label, extra=f' transform="rotate(-90 14 {middle:.1f})"'))
    return parts


def _round_axis(labels: Sequence[str], height: int = HEIGHT) -> tuple[list[float], list[str]]:
    """Place one column for each round; return the middles and the labels below."""
    column = (WIDTH - LEFT - RIGHT) / len(labels)
    middles = [LEFT + column * (place + 0.5) for place in range(len(labels))]
    every = ceil(len(labels) / MOST_X_LABELS)
    parts = [
        text(x, height - BOTTOM + 18, label)
        for place, (x, label) in enumerate(zip(middles, labels, strict=True))
        if place % every == 0
    ]
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, height - 6, "round"))
    return middles, parts


@dataclass(frozen=True)
class Series:
    """A line through one value for each round; `errors` are half lengths of bars. NaN leaves a gap."""

    name: str
    values: Sequence[float]
    errors: Sequence[float] = ()
    kind: str = "first"


_MARKS = {
    "first": '<circle class="first" cx="{x:.1f}" cy="{y:.1f}" r="4.5"><title>{title}</title></circle>',
    "second": '<path class="second" d="M{x:.1f} {y:.1f}m0 -6l5.5 10h-11z"><title>{title}</title></path>',
}


def _mark(kind: str, x: float, y: float, title: str) -> str:
    return _MARKS[kind].format(x=x, y=y, title=escape(title))


def trend_plot(labels: Sequence[str], series: Sequence[Series], y_label: str) -> str:
    """Draw how values change from round to round.

    Parameters
    ----------
    labels : sequence of str
        One for each round.
    series : sequence of Series
        Each with one value for each round.
    y_label : str
    """
    ends = [
        value + side * (error if isfinite(error) else 0.0)
        for one in series
        for value, error in zip(one.values, one.errors or [0.0] * len(labels), strict=True)
        for side in (-1, 1)
    ]
    y = scale_of(ends, HEIGHT - BOTTOM, TOP)
    middles, axis = _round_axis(labels)
    parts = _y_axis(y, y_label) + axis
    for one in series:
        points = [(x, value) for x, value in zip(middles, one.values, strict=True) if isfinite(value)]
        path = " ".join(f"{x:.1f},{y(value):.1f}" for x, value in points)
        parts.append(f'<polyline class="{one.kind}" points="{path}"/>')
        for x, value, error in zip(middles, one.values, one.errors, strict=False):
            if isfinite(value) and isfinite(error):
                parts.append(line(x, y(value - error), x, y(value + error), one.kind))
        parts += [_mark(one.kind, x, y(value), f"{one.name} {value:.4g}") for x, value in points]
    return _svg(parts + _legend(series), y_label)


def _legend(series: Sequence[Series]) -> list[str]:
    parts, x = [], LEFT + 8.0
    for one in series:
        parts += [_mark(one.kind, x, 14, one.name), text(x + 10, 18, one.name, "start")]
        x += 34 + 6.6 * len(one.name)
    return parts


def distribution_plot(labels: Sequence[str], groups: Sequence[pd.Series], y_label: str) -> str:
    """Draw the values of each round: quartiles as a box, the mean as a line across, each value or a silhouette.

    Parameters
    ----------
    labels : sequence of str
        One for each round.
    groups : sequence of Series
        The values of each round; none is fine.
    y_label : str
    """
    y = scale_of([value for group in groups for value in group], HEIGHT - BOTTOM, TOP - 16)
    middles, axis = _round_axis(labels)
    half = min(0.42 * (WIDTH - LEFT - RIGHT) / len(labels), 60.0)
    parts = _y_axis(y, y_label) + axis
    for x, group in zip(middles, groups, strict=True):
        if len(group):
            parts += _silhouette(group, x, half, y) if len(group) > MOST_POINTS else _points(group, x, half, y)
            parts += _box(group, x, half, y)
    return _svg(parts, y_label)


def _points(group: pd.Series, x: float, half: float, y: Scale) -> list[str]:
    # Multiples of the golden ratio spread neighbours apart, the same way every time.
    offsets = (np.arange(len(group)) * 0.6180339887) % 1.0 * 2 - 1
    return [
        f'<circle class="dot" cx="{x + 0.75 * half * offset:.1f}" cy="{y(value):.1f}" r="2.6"/>'
        for offset, value in zip(offsets, sorted(group), strict=True)
    ]


def _silhouette(group: pd.Series, x: float, half: float, y: Scale) -> list[str]:
    counts, edges = np.histogram(group, bins=BINS)
    widths = half * counts / counts.max()
    middles = [y((low + high) / 2) for low, high in pairwise(edges)]
    right = [f"{x + width:.1f},{middle:.1f}" for width, middle in zip(widths, middles, strict=True)]
    left = [f"{x - width:.1f},{middle:.1f}" for width, middle in zip(widths, middles, strict=True)]
    return [f'<polygon class="silhouette" points="{" ".join(right + left[::-1])}"/>']


def _box(group: pd.Series, x: float, half: float, y: Scale) -> list[str]:
    lower, median, upper = np.quantile(group, [0.25, 0.5, 0.75])
    top, bottom, width = min(y(lower), y(upper)), max(y(lower), y(upper)), 0.4 * half
    return [
        f'<rect class="box" x="{x - width:.1f}" y="{top:.1f}" width="{2 * width:.1f}" height="{bottom - top:.1f}"/>',
        line(x - width, y(median), x + width, y(median), "median"),
        line(x - half, y(group.mean()), x + half, y(group.mean()), "average"),
    ]


def parity_plot(measured: pd.DataFrame, unit: str) -> str:
    """Draw each measured value over the value predicted before; those of the latest round are filled.

    Parameters
    ----------
    measured : DataFrame
        compound_id, round, oracle_value, pred_mean, pred_std; all of them there.
    unit : str
    """
    size, side = 380, 380
    predicted, found = measured["pred_mean"], measured["oracle_value"]
    both = scale_of([*predicted, *found], LEFT, size - RIGHT)
    y = Scale(both.low, both.high, side - BOTTOM, both.start - LEFT + TOP - 16)
    parts = _y_axis(y, f"measured, {unit}", right=size - RIGHT)
    parts += [text(both(tick), side - BOTTOM + 18, tick_label(tick)) for tick in both.ticks()]
    parts.append(text((LEFT + size - RIGHT) / 2, side - 6, f"predicted before measuring, {unit}"))
    parts.append(line(both(both.low), y(both.low), both(both.high), y(both.high), "identity"))
    latest = measured["round"].max()
    columns = ("compound_id", "round", "pred_mean", "pred_std", "oracle_value")
    for compound, number, x, spread, value in zip(*(measured[column] for column in columns), strict=True):
        height = y(value)
        parts.append(line(both(max(x - spread, both.low)), height, both(min(x + spread, both.high)), height, "error"))
        title = escape(f"{compound}, round {number}: predicted {x:.2f}, measured {value:.2f}")
        mark = f'class="{"first" if number == latest else "earlier"}" cx="{both(x):.1f}" cy="{height:.1f}" r="4"'
        parts.append(f"<circle {mark}><title>{title}</title></circle>")
    return _svg(parts, "measured against predicted values", size, side)

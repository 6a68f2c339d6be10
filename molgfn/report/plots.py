"""The plots of the report: each is an <svg> element that takes its colours from the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import ceil, isfinite, nan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from molgfn.plotting import FIRST, SECOND, SOFT, new_plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT, SIDE = 560, 300, 380
MOST_X_LABELS = 16
MOST_POINTS = 60
"""Values of one group that are drawn as points; more are drawn as a silhouette."""

_COLOURS = {"first": FIRST, "second": SECOND}
_MARKS = {"first": "o", "second": "^"}
_LINES = {"first": "-", "second": "--"}


@dataclass(frozen=True)
class Series:
    """A line through one value for each round; `errors` are half lengths of bars. NaN leaves a value out."""

    name: str
    values: Sequence[float]
    errors: Sequence[float] = ()
    kind: str = "first"


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
    with new_plot(WIDTH, HEIGHT) as plot:
        axes = plot.axes
        _round_axis(axes, labels)
        axes.set_ylabel(y_label)
        for line in series:
            colour, mark = _COLOURS[line.kind], _MARKS[line.kind]
            points = [
                (x, value, error)
                for x, (value, error) in enumerate(zip_longest(line.values, line.errors, fillvalue=nan))
                if isfinite(value)
            ]
            style: dict[str, Any] = {"color": colour, "clip_on": False}
            xs, values = [x for x, _, _ in points], [value for _, value, _ in points]
            axes.plot(xs, values, _LINES[line.kind], marker=mark, label=line.name, linewidth=2, markersize=8, **style)
            for x, value, error in points:
                if isfinite(error):
                    axes.plot([x, x], [value - error, value + error], "-", linewidth=1.4, **style)
                (point,) = axes.plot([x], [value], mark, markersize=8, **style)
                plot.hover(point, f"{line.name} {value:.4g}")
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=len(series), borderaxespad=0)
        return plot.as_element(y_label)


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
    with new_plot(WIDTH, HEIGHT) as plot:
        axes = plot.axes
        _round_axis(axes, labels)
        axes.set_ylabel(y_label)
        for x, group in enumerate(groups):
            if not len(group):
                continue
            values = np.sort(group.to_numpy(dtype=float))
            if len(values) > MOST_POINTS:
                _silhouette(axes, x, values)
            else:
                # Multiples of the golden ratio spread neighbours apart, the same way every time.
                offsets = (np.arange(len(values)) * 0.6180339887) % 1.0 - 0.5
                axes.plot(x + 0.6 * offsets, values, "o", color=FIRST, alpha=0.55, markersize=5, markeredgewidth=0)
            _box(axes, x, values)
        return plot.as_element(y_label)


def _silhouette(axes: "Axes", x: int, values: NDArray[np.float64]) -> None:
    bodies: Any = axes.violinplot(values, positions=[x], widths=0.8, showextrema=False)["bodies"]
    for body in bodies:
        body.set(facecolor=FIRST, edgecolor="none", alpha=0.25, clip_on=False)


def _box(axes: "Axes", x: int, values: NDArray[np.float64]) -> None:
    lower, median, upper = np.quantile(values, [0.25, 0.5, 0.75])
    axes.plot([x - 0.17, x + 0.17, x + 0.17, x - 0.17, x - 0.17], [lower, lower, upper, upper, lower], color=SOFT)
    axes.plot([x - 0.17, x + 0.17], [median, median], color=SOFT, linewidth=2)
    axes.plot([x - 0.4, x + 0.4], [values.mean()] * 2, "--", color=SECOND, linewidth=2)


def parity_plot(measured: pd.DataFrame, unit: str, word: str = "measured") -> str:
    """Draw each value over the value predicted before; those of the latest round are filled.

    Parameters
    ----------
    measured : DataFrame
        compound_id, round, oracle_value, pred_mean: all of them there; pred_std: NaN draws no bar.
    unit : str
    word : str
        How the values were found: "docked" or "measured".
    """
    with new_plot(SIDE, SIDE) as plot:
        axes = plot.axes
        axes.set(xlabel=f"predicted before, {unit}", ylabel=f"{word}, {unit}", aspect="equal")
        values = measured[["pred_mean", "oracle_value"]].to_numpy(dtype=float)
        margin = 0.07 * (values.max() - values.min()) or 0.5
        low, high = values.min() - margin, values.max() + margin
        axes.set(xlim=(low, high), ylim=(low, high))
        axes.plot([low, high], [low, high], "--", color=SOFT, linewidth=1)
        latest = measured["round"].max()
        columns = ("compound_id", "round", "pred_mean", "pred_std", "oracle_value")
        for compound, number, x, std, y in zip(*(measured[column] for column in columns), strict=True):
            if isfinite(std):
                ends = [max(x - std, low), min(x + std, high)]
                axes.plot(ends, [y, y], "-", color=FIRST, alpha=0.35, linewidth=1)
            fill = FIRST if number == latest else "none"
            (point,) = axes.plot([x], [y], "o", markeredgecolor=FIRST, markerfacecolor=fill, markersize=7)
            plot.hover(point, f"{compound}, round {number}: predicted {x:.2f}, {word} {y:.2f}")
        return plot.as_element(f"{word} against predicted values")


def _round_axis(axes: "Axes", labels: Sequence[str]) -> None:
    """Place one column for each round, with as many labels below as there is room for."""
    step = ceil(len(labels) / MOST_X_LABELS)
    axes.set_xlim(-0.5, len(labels) - 0.5)
    axes.set_xticks(range(0, len(labels), step), list(labels[::step]))
    axes.set_xlabel("round")
    axes.grid(visible=False, axis="x")

"""Lines with bands in panels side by side, as one SVG file that any viewer shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from molgfn.plotting import new_plot

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999", "#7b3294", "#a6611a")
"""Of Okabe and Ito, told apart by colour-blind readers, and two more."""
WIDTH, HEIGHT, ROW = 380, 270, 20
FEW = 8
"""Points below which each is marked."""


@dataclass(frozen=True)
class Line:
    """One line; `low` and `high` bound a band around it where they are given."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True)
class Panel:
    """Lines over common axes; `logarithmic` is of y."""

    y_label: str
    x_label: str
    lines: Sequence[Line]
    title: str = ""
    logarithmic: bool = False


def line_plot(panels: Sequence[Panel], columns: int = 2) -> str:
    """Return panels row by row with one legend below; a name has the same colour in all."""
    names = list(dict.fromkeys(line.name for panel in panels for line in panel.lines))
    colours = {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(names)}
    columns = min(columns, len(panels))
    rows = ceil(len(panels) / columns)
    across = max(1, int(WIDTH * columns // (max(map(len, names)) * 7 + 50)))
    height = HEIGHT * rows + ROW * ceil(len(names) / across)
    with new_plot(WIDTH * columns, height, rows, columns) as plot:
        for axes, panel in zip(plot.panels, panels, strict=False):
            axes.set(xlabel=panel.x_label, ylabel=panel.y_label, title=panel.title)
            if panel.logarithmic:
                axes.set_yscale("log")
                # The usual labels of such an axis are formulas, which are not drawn as such.
                axes.yaxis.set_major_formatter("{x:g}")
                axes.yaxis.set_minor_formatter("{x:g}")
            for line in panel.lines:
                if line.low:
                    axes.fill_between(line.x, line.low, line.high, color=colours[line.name], alpha=0.15, linewidth=0)
                # A line of one point would not be seen.
                marker = "o" if len(line.x) < FEW else ""
                axes.plot(line.x, line.y, color=colours[line.name], marker=marker, markersize=4)
        for axes in plot.panels[len(panels) :]:
            axes.set_visible(False)
        keys = [plot.axes.plot([], [], color=colour, label=name)[0] for name, colour in colours.items()]
        plot.figure.legend(handles=keys, loc="outside lower center", ncols=across)
        return plot.as_file("; ".join(dict.fromkeys(panel.y_label for panel in panels)))

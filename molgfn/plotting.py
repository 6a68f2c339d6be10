"""Plots as SVG by matplotlib: equal data give equal text, and nothing is loaded or run by who looks at them.

matplotlib is imported when the first plot is drawn: a command that draws nothing does not wait for it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FIRST, SECOND, THIRD = "#0072b2", "#c24f00", "#009e73"
"""Of data; told apart by the colour-blind (after Okabe and Ito)."""
SOFT, RULE = "#57606a", "#d5dae0"
"""Of words and axes, and of the grid."""

# In a page they follow its style sheet, which has one set for light and one for dark screens.
_PAGE_COLOURS = {FIRST: "var(--first)", SECOND: "var(--second)", SOFT: "var(--soft)", RULE: "var(--rule)"}

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # words stay words: they can be searched, and a page gives them its own font
    "svg.hashsalt": "molgfn",  # else the names of parts are random
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 12,
    "text.parse_math": False,  # a name with two dollar signs is no formula
    "text.color": SOFT,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": RULE,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.formatter.useoffset": False,
    "grid.color": RULE,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_HEAD = re.compile(r'^.*?<svg[^>]*viewBox="([^"]*)"[^>]*>\s*<defs>\s*<style[^>]*>[^<]*</style>\s*</defs>', re.DOTALL)
_HOVER = re.compile(r'<g id="hover-(\d+)">')
_GROUP_NAME = re.compile(r'<g id="[^"]*">')
_CLIPS = re.compile(r'\s*<defs>\s*<clipPath.*?</defs>| clip-path="[^"]*"', re.DOTALL)


class Plot:
    """One figure with a grid of axes.

    Attributes
    ----------
    figure : Figure
    panels : list of Axes
        Row by row.
    """

    def __init__(self, figure: "Figure", rows: int, columns: int) -> None:
        self.figure = figure
        self.panels: list[Axes] = list(figure.subplots(rows, columns, squeeze=False).flat)
        self._titles: list[str] = []

    @property
    def axes(self) -> "Axes":
        """The first of the axes, of a plot that has one."""
        return self.panels[0]

    def hover(self, artist: "Artist", title: str) -> None:
        """Show words where the mouse rests on a part of the plot."""
        artist.set_gid(f"hover-{len(self._titles)}")
        self._titles.append(title)

    def as_file(self, label: str) -> str:
        """Return a whole SVG file on white ground.

        Parameters
        ----------
        label : str
            What the plot shows, for those who cannot see it.
        """
        self.figure.set_facecolor("white")
        width, height = (round(72 * inches) for inches in self.figure.get_size_inches())
        spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        head = f'<svg {spaces} width="{width}" height="{height}"'
        return f"{self._drawn(head, label)}\n"

    def as_element(self, label: str) -> str:
        """Return an <svg> element to stand in a page, whose style sheet gives it size, font and colours.

        Parameters
        ----------
        label : str
            What the plot shows, for those who cannot see it.
        """
        # Names of groups would stand in a page once for each plot; nothing is drawn outside the axes that could be cut.
        element = _CLIPS.sub("", _GROUP_NAME.sub("<g>", self._drawn('<svg class="plot"', label)))
        for colour, variable in _PAGE_COLOURS.items():
            element = element.replace(colour, variable)
        return element

    def _drawn(self, head: str, label: str) -> str:
        text = StringIO()
        self.figure.savefig(text, format="svg", metadata=_NO_METADATA)
        drawn = _HOVER.sub(lambda part: f"<g><title>{escape(self._titles[int(part[1])])}</title>", text.getvalue())
        return _HEAD.sub(rf'{head} viewBox="\1" role="img" aria-label="{_literal(escape(label))}">', drawn).strip()


def _literal(text: str) -> str:
    """Return text that a substitution inserts as it is."""
    return text.replace("\\", r"\\")


@contextmanager
def new_plot(width: int, height: int, rows: int = 1, columns: int = 1) -> Iterator[Plot]:
    """Give an empty plot; the settings of matplotlib are ours inside the block, and as they were after it.

    Parameters
    ----------
    width, height : int
        Of the whole, in pixels.
    rows, columns : int
        Of the grid of axes.
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # whatever the file matplotlibrc of the user says
        matplotlib.rcParams.update(_STYLE)
        # 72 points an inch: one point is one pixel of the picture.
        yield Plot(Figure((width / 72, height / 72), dpi=72, layout="constrained"), rows, columns)

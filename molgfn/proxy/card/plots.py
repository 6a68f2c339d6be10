"""The plots of a model card: SVG files that any viewer shows, and nothing is loaded or run."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby

from rdkit import Chem
from rdkit.Chem import Draw

from molgfn.arrays import BoolArray, FloatArray
from molgfn.proxy.card.facts import WorstPrediction
from molgfn.proxy.settings import TrainingEpoch
from molgfn.proxy.uncertainty.calibration import LEVELS
from molgfn.svg import Scale, line, scale_of, text, tick_label

_SIDE, _LEFT, _RIGHT, _TOP, _BOTTOM = 420, 58, 14, 34, 46
# Told apart by the colour-blind (Okabe and Ito).
_COLOURS = {"first": "#0072b2", "second": "#d55e00", "third": "#009e73"}
_STYLE = "".join(
    [
        "text{font:12px sans-serif;fill:#333}.grid{stroke:#ddd}.identity{stroke:#777;stroke-dasharray:4 4}",
        "polyline{fill:none;stroke-width:1.6}circle{fill-opacity:.45}",
        *(f"polyline.{kind},line.{kind}{{stroke:{c}}}circle.{kind}{{fill:{c}}}" for kind, c in _COLOURS.items()),
    ]
)


def parity_plot(predicted: FloatArray, measured: FloatArray, unit: str, in_domain: BoolArray | None) -> str:
    """Draw measured over predicted values, each of shape (R,); those out of the domain in another colour."""
    x, y = _square(scale_of([*predicted, *measured], _LEFT, _SIDE - _RIGHT))
    kinds = [
        "first" if inside else "second" for inside in (in_domain if in_domain is not None else predicted == predicted)
    ]
    parts = _axes(x, y, f"predicted, {unit}", f"measured, {unit}")
    parts.append(line(x(x.low), y(x.low), x(x.high), y(x.high), "identity"))
    parts += [
        f'<circle class="{kind}" cx="{x(one):.1f}" cy="{y(other):.1f}" r="2.6"/>'
        for kind, one, other in sorted(zip(kinds, predicted, measured, strict=True), key=lambda point: point[0])
    ]
    named = {"first": "in the domain", "second": "outside"} if in_domain is not None else {}
    return _svg(parts + _legend(named), "measured over predicted values")


def calibration_plot(coverage: Mapping[str, Sequence[float]]) -> str:
    """Draw the share of values found in the intervals of each level; name -> one share for each of `LEVELS`."""
    x, y = _square(Scale(0.0, 1.0, _LEFT, _SIDE - _RIGHT))
    parts = _axes(x, y, "share expected in the interval", "share found")
    parts.append(line(x(0), y(0), x(1), y(1), "identity"))
    named = dict(zip(_COLOURS, coverage, strict=False))
    for kind, name in named.items():
        parts.append(
            _polyline(kind, [(x(level), y(share)) for level, share in zip(LEVELS, coverage[name], strict=True)])
        )
    return _svg(parts + _legend(named), "calibration of the error bars")


def curves_plot(epochs: Sequence[TrainingEpoch]) -> str:
    """Draw the losses of every member over its epochs: of what it learns from, and of what was kept from it."""
    x = scale_of([one.epoch for one in epochs], _LEFT, _SIDE - _RIGHT)
    losses = [value for one in epochs for value in (one.loss, one.held_out) if value is not None]
    y = scale_of(losses, _SIDE - _BOTTOM, _TOP)
    parts = _axes(x, y, "epoch", "loss (standardised)")
    for _, member in groupby(epochs, key=lambda one: one.member):
        steps = list(member)
        kept = [(x(one.epoch), y(one.held_out)) for one in steps if one.held_out is not None]
        parts += [_polyline("first", [(x(one.epoch), y(one.loss)) for one in steps]), _polyline("second", kept)]
    return _svg(parts + _legend({"first": "learnt from", "second": "kept from the member"}), "losses over epochs")


def worst_picture(worst: Sequence[WorstPrediction]) -> str:
    """Draw molecules in the order given, with what was measured and predicted."""
    legends = [
        f"{number}: measured {one.measured:.2f}, predicted {one.predicted:.2f}"
        for number, one in enumerate(worst, start=1)
    ]
    molecules = [Chem.MolFromSmiles(one.smiles) for one in worst]
    picture: str = Draw.MolsToGridImage(  # type: ignore[no-untyped-call]
        molecules, molsPerRow=2, subImgSize=(330, 210), legends=legends, useSVG=True
    )
    return picture


def _square(x: Scale) -> tuple[Scale, Scale]:
    return x, Scale(x.low, x.high, _SIDE - _BOTTOM, _SIDE - _BOTTOM - (x.end - x.start))


def _axes(x: Scale, y: Scale, x_label: str, y_label: str) -> list[str]:
    parts = []
    for tick in y.ticks():
        parts.append(line(_LEFT, y(tick), _SIDE - _RIGHT, y(tick), "grid"))
        parts.append(text(_LEFT - 6, y(tick) + 4, tick_label(tick), "end"))
    for tick in x.ticks():
        parts.append(line(x(tick), y.start, x(tick), y.end, "grid"))
        parts.append(text(x(tick), y.start + 17, tick_label(tick)))
    middle = (y.start + y.end) / 2
    parts.append(text((_LEFT + _SIDE - _RIGHT) / 2, _SIDE - 8, x_label))
    parts.append(text(14, middle, y_label, extra=f' transform="rotate(-90 14 {middle:.1f})"'))
    return parts


def _polyline(kind: str, points: Sequence[tuple[float, float]]) -> str:
    return f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'


def _legend(named: Mapping[str, str]) -> list[str]:
    parts, x = [], _LEFT + 4.0
    for kind, name in named.items():
        parts += [f'<circle class="{kind}" cx="{x:.1f}" cy="12" r="5"/>', text(x + 10, 16, name, "start")]
        x += 34 + 6.6 * len(name)
    return parts


def _svg(parts: Sequence[str], label: str) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {_SIDE}" width="{_SIDE}" height="{_SIDE}" '
        f'role="img" aria-label="{escape(label)}">'
    )
    return "\n".join(
        [head, f"<style>{_STYLE}</style>", f'<rect width="{_SIDE}" height="{_SIDE}" fill="white"/>', *parts, "</svg>\n"]
    )

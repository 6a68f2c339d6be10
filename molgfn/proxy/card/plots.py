"""The plots of a model card: SVG files that any viewer shows, and nothing is loaded or run."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from rdkit import Chem
from rdkit.Chem import Draw

from molgfn.arrays import BoolArray, FloatArray
from molgfn.plotting import FIRST, SECOND, SOFT, THIRD, new_plot
from molgfn.proxy.card.facts import WorstPrediction
from molgfn.proxy.settings import TrainingEpoch
from molgfn.proxy.uncertainty.calibration import LEVELS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIDE = 420
_COLOURS = (FIRST, SECOND, THIRD)


def parity_plot(predicted: FloatArray, measured: FloatArray, unit: str, in_domain: BoolArray | None) -> str:
    """Draw measured over predicted values, each of shape (R,); those out of the domain in another colour."""
    with new_plot(_SIDE, _SIDE) as plot:
        axes = plot.axes
        axes.set(xlabel=f"predicted, {unit}", ylabel=f"measured, {unit}", aspect="equal")
        both = np.concatenate([predicted, measured])
        margin = 0.05 * float(np.ptp(both)) or 0.5
        ends = (float(both.min()) - margin, float(both.max()) + margin)
        axes.set(xlim=ends, ylim=ends)
        axes.plot(ends, ends, "--", color=SOFT, linewidth=1)
        groups = {"": np.ones(len(predicted), dtype=bool)}
        if in_domain is not None:
            groups = {"in the domain": in_domain, "outside": ~in_domain}
        for colour, (name, rows) in zip(_COLOURS, groups.items(), strict=False):
            style: dict[str, Any] = {"color": colour, "markersize": 5, "alpha": 0.45, "markeredgewidth": 0}
            axes.plot(predicted[rows], measured[rows], "o", label=name, **style)
        if in_domain is not None:
            _legend(axes)
        return plot.as_file("measured over predicted values")


def calibration_plot(coverage: Mapping[str, Sequence[float]]) -> str:
    """Draw the share of values found in the intervals of each level; name -> one share for each of `LEVELS`."""
    with new_plot(_SIDE, _SIDE) as plot:
        axes = plot.axes
        axes.set(
            xlabel="share expected in the interval", ylabel="share found", aspect="equal", xlim=(0, 1), ylim=(0, 1)
        )
        axes.plot([0, 1], [0, 1], "--", color=SOFT, linewidth=1)
        for colour, (name, shares) in zip(_COLOURS, coverage.items(), strict=False):
            axes.plot(LEVELS, shares, color=colour, label=name)
        _legend(axes)
        return plot.as_file("calibration of the error bars")


def curves_plot(epochs: Sequence[TrainingEpoch]) -> str:
    """Draw the losses of every member over its epochs: of what it learns from, and of what was kept from it."""
    with new_plot(_SIDE, _SIDE) as plot:
        axes = plot.axes
        axes.set(xlabel="epoch", ylabel="loss (standardised)")
        for number, (_, member) in enumerate(groupby(epochs, key=lambda epoch: epoch.member)):
            steps = list(member)
            kept = [(step.epoch, step.held_out) for step in steps if step.held_out is not None]
            first = number == 0  # one line of each kind stands in the legend
            learnt_from = [step.loss for step in steps]
            axes.plot([step.epoch for step in steps], learnt_from, color=FIRST, label="learnt from" if first else None)
            if kept:
                axes.plot(*zip(*kept, strict=True), color=SECOND, label="kept from the member" if first else None)
        _legend(axes)
        return plot.as_file("losses over epochs")


def worst_picture(worst: Sequence[WorstPrediction]) -> str:
    """Draw molecules in the order given, with what was measured and predicted."""
    legends = [
        f"{number}: measured {row.measured:.2f}, predicted {row.predicted:.2f}"
        for number, row in enumerate(worst, start=1)
    ]
    molecules = [Chem.MolFromSmiles(row.smiles) for row in worst]
    picture: str = Draw.MolsToGridImage(  # type: ignore[no-untyped-call]
        molecules, molsPerRow=2, subImgSize=(330, 210), legends=legends, useSVG=True
    )
    return picture


def _legend(axes: "Axes") -> None:
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=0)

"""What a retraining has changed: both proxies are judged on the same molecules. Neither was trained on them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from molgfn.arrays import FloatArray, IntArray
from molgfn.proxy.evaluation.bootstrap import Interval, bootstrap
from molgfn.proxy.evaluation.metrics import spearman
from molgfn.proxy.proxy import Proxy

ENOUGH = 30
"""Molecules needed. With fewer, the printed summary calls the comparison a first impression."""
_NAMES = {
    "spearman": "Spearman",
    "rmse": "RMSE",
    "mae": "MAE",
    "coverage_90": "inside the 90 % interval",
}


@dataclass(frozen=True)
class RetrainingComparison:
    """The metrics of two proxies, and how much they differ.

    Attributes
    ----------
    n : int
        Molecules that they were judged on.
    unit : str
    before, after : dict
        spearman, rmse, mae and coverage_90, the share of values in their 90 % intervals; NaN where undefined. A proxy
        of another quantity has a Spearman only, whose sign is chosen so that higher is better.
    change : dict
        After minus before, with its 95 % interval over resamples of the molecules.
    """

    n: int
    unit: str
    before: dict[str, float]
    after: dict[str, float]
    change: dict[str, Interval]

    def as_json(self) -> dict[str, object]:
        """Return the same for programs; what is undefined is null."""
        rows = {
            key: {"before": self.before[key], "after": self.after[key], **asdict(self.change[key])} for key in _NAMES
        }
        defined = {
            key: {name: None if np.isnan(number) else number for name, number in row.items()}
            for key, row in rows.items()
        }
        return {"molecules": self.n, "unit": self.unit, "metrics": defined}

    def lines(self) -> list[str]:
        """Return a table and a sentence for people."""
        rows = [f"  {'':<26}{'before':>8}{'after':>8}   change [95 % interval]"]
        for key, name in _NAMES.items():
            unit = f" {self.unit}" if key in ("rmse", "mae") else ""
            rows.append(
                f"  {name + unit:<26}{_number(self.before[key]):>8}{_number(self.after[key]):>8}   "
                f"{_change(self.change[key])}"
            )
        return [*rows, *self._verdict()]

    def _verdict(self) -> list[str]:
        metric = "RMSE" if not np.isnan(self.change["rmse"].value) else "Spearman"
        change = self.change[metric.lower()]
        better = change.high < 0 if metric == "RMSE" else change.low > 0
        worse = change.low > 0 if metric == "RMSE" else change.high < 0
        verdict = "better" if better else "worse" if worse else "not clearly better or worse"
        few = f" {self.n} molecules are few: treat this as a first impression." if self.n < ENOUGH else ""
        return [f"  By its {metric} on these {self.n} molecules the new proxy is {verdict}.{few}"]


def compare_proxies(before: Proxy, after: Proxy, smiles: Sequence[str], measured: FloatArray) -> RetrainingComparison:
    """Judge two proxies on molecules that neither has learnt from.

    Parameters
    ----------
    before, after : Proxy
    smiles : sequence of str, length B > 0
    measured : (B,)
        In the unit of `after`.
    """
    old, new = _Predicted.of(before, after, smiles), _Predicted.of(after, after, smiles)

    def change(rows: IntArray) -> dict[str, float]:
        earlier, later = old.metrics(measured, rows), new.metrics(measured, rows)
        return {key: later[key] - earlier[key] for key in earlier}

    everything = np.arange(len(measured))
    return RetrainingComparison(
        len(measured),
        after.unit,
        old.metrics(measured, everything),
        new.metrics(measured, everything),
        bootstrap(change, len(measured)),
    )


@dataclass(frozen=True)
class _Predicted:
    """Predictions of B molecules, and half the width of their 90 % intervals; each NaN where it cannot be compared."""

    rank: FloatArray
    value: FloatArray
    half_width: FloatArray

    @classmethod
    def of(cls, proxy: Proxy, judge: Proxy, smiles: Sequence[str]) -> "_Predicted":
        """Predict molecules, as far as the predictions can be compared with values of the quantity of `judge`."""
        prediction = proxy.predict(smiles)
        unknown = np.full(len(smiles), np.nan)
        if (proxy.unit, proxy.direction) != (judge.unit, judge.direction):
            return cls(prediction.mean if proxy.direction == judge.direction else -prediction.mean, unknown, unknown)
        ends = prediction.interval(0.9)
        return cls(prediction.mean, prediction.mean, unknown if ends is None else (ends[1] - ends[0]) / 2)

    def metrics(self, measured: FloatArray, rows: IntArray) -> dict[str, float]:
        error = np.abs(self.value - measured)[rows]
        inside = np.where(np.isnan(self.half_width[rows]), np.nan, error <= self.half_width[rows])
        return {
            "spearman": spearman(self.rank[rows], measured[rows]),
            "rmse": float(np.sqrt(np.mean(error**2))),
            "mae": float(np.mean(error)),
            "coverage_90": float(np.mean(inside)),
        }


def _number(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.2f}"


def _change(change: Interval) -> str:
    if np.isnan(change.value):
        return "-"
    return f"{change.value:+.2f}" + ("" if np.isnan(change.low) else f" [{change.low:+.2f}, {change.high:+.2f}]")

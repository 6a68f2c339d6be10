"""What retraining has changed: two proxies judged on the same molecules, which neither has learnt from."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from molgfn.arrays import FloatArray, IntArray
from molgfn.proxy.evaluation.bootstrap import Interval, bootstrap
from molgfn.proxy.evaluation.metrics import spearman
from molgfn.proxy.proxy import Proxy

ENOUGH = 30
"""Molecules from which on a difference is not called a first impression."""
_SAID = {
    "spearman": "Spearman",
    "rmse": "RMSE",
    "mae": "MAE",
    "coverage_90": "inside the 90 % interval",
}


@dataclass(frozen=True)
class RetrainingComparison:
    """Numbers of both proxies, and what the second has more, by name.

    Attributes
    ----------
    n : int
        Molecules that they were judged on.
    unit : str
    before, after : dict
        spearman, rmse, mae and coverage_90, the share of values in their 90 % intervals; NaN where undefined. A proxy
        of another quantity has a Spearman alone, signed so that more is better.
    change : dict
        With its 95 % interval over resamples of the molecules.
    """

    n: int
    unit: str
    before: dict[str, float]
    after: dict[str, float]
    change: dict[str, Interval]

    def as_json(self) -> dict[str, object]:
        """Return the same for programs; what is undefined is null."""
        known = {
            key: {"before": self.before[key], "after": self.after[key], **asdict(self.change[key])} for key in _SAID
        }
        rows = {
            key: {name: None if np.isnan(number) else number for name, number in row.items()}
            for key, row in known.items()
        }
        return {"molecules": self.n, "unit": self.unit, "metrics": rows}

    def lines(self) -> list[str]:
        """Return a table and a sentence for people."""
        rows = [f"  {'':<26}{'before':>8}{'after':>8}   change [95 % interval]"]
        for key, name in _SAID.items():
            unit = f" {self.unit}" if key in ("rmse", "mae") else ""
            rows.append(
                f"  {name + unit:<26}{_number(self.before[key]):>8}{_number(self.after[key]):>8}   "
                f"{_change(self.change[key])}"
            )
        return [*rows, *self._verdict()]

    def _verdict(self) -> list[str]:
        told = "RMSE" if not np.isnan(self.change["rmse"].value) else "Spearman"
        change = self.change[told.lower()]
        better = change.high < 0 if told == "RMSE" else change.low > 0
        worse = change.low > 0 if told == "RMSE" else change.high < 0
        verdict = "better" if better else "worse" if worse else "not told apart"
        few = f" {self.n} are few: take it for a first impression." if self.n < ENOUGH else ""
        return [f"  By its {told} on these {self.n} molecules the new proxy is {verdict}.{few}"]


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
        one, other = old.metrics(measured, rows), new.metrics(measured, rows)
        return {key: other[key] - one[key] for key in one}

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
        """Return what a proxy says, as far as it can be compared with values of the quantity of `judge`."""
        found = proxy.predict(smiles)
        unknown = np.full(len(smiles), np.nan)
        if (proxy.unit, proxy.direction) != (judge.unit, judge.direction):
            return cls(found.mean if proxy.direction == judge.direction else -found.mean, unknown, unknown)
        ends = found.interval(0.9)
        return cls(found.mean, found.mean, unknown if ends is None else (ends[1] - ends[0]) / 2)

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

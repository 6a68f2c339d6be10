"""The retrainings of a run: for each, the metrics of both proxies on the held-out compounds."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from molgfn.report.reading import RunData

_METRICS = {"spearman": "Spearman", "rmse": "RMSE", "mae": "MAE", "coverage_90": "inside the 90 % interval"}


@dataclass(frozen=True)
class Change:
    """One metric before and after, and the difference with its 95 % interval; None where undefined."""

    metric: str
    before: float | None
    after: float | None
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Retraining:
    """One retraining; `molecules` is the number that both proxies were judged on."""

    folder: str
    base: str
    after_round: int
    table: str
    unit: str
    used: bool
    molecules: int
    changes: tuple[Change, ...]


def retrainings(data: RunData) -> Iterator[Retraining]:
    """Yield the retrainings of a run, oldest first."""
    for row in data.retrainings.to_dict("records"):
        file = data.folder / row["folder"] / "comparison.json"
        comparison: dict[str, Any] = {"molecules": 0}
        if file.is_file():
            comparison = json.loads(file.read_text(encoding="utf-8"))
        metrics = comparison.get("metrics", {})
        changes = tuple(Change(name, **metrics[key]) for key, name in _METRICS.items() if key in metrics)
        yield Retraining(
            row["folder"],
            row["base"],
            row["round"],
            row["file"],
            row["unit"],
            bool(row["used"]),
            comparison["molecules"],
            changes,
        )

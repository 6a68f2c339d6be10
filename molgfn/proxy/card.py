"""The model card: what a proxy was trained on and how far it can be believed, for people and for programs."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from molgfn.proxy.data import TrainingData
from molgfn.proxy.ensemble import Proxy
from molgfn.proxy.evaluate import PROXY, Evaluation
from molgfn.proxy.metrics import Metrics
from molgfn.proxy.settings import ProxySettings


@dataclass(frozen=True)
class DataSource:
    """The file a proxy was trained on: its name, its SHA-256, and what the values are."""

    file: str
    sha256: str
    description: str


@dataclass(frozen=True)
class Card:
    """Everything a card says; `markdown` and `as_json` write the same facts."""

    proxy: Proxy
    settings: ProxySettings
    data: TrainingData
    source: DataSource
    evaluations: Sequence[Evaluation]

    def verdict(self) -> str:
        """Return the first line: is the proxy better than the simpler models?"""
        first = self.evaluations[0]
        scores = {method: _mean(metrics, _spearman) for method, metrics in first.metrics.items()}
        own = scores.pop(PROXY)
        best, best_score = max(scores.items(), key=lambda item: item[1])
        compared = f"on {first.kind} splits (Spearman {own:.3f} against {best_score:.3f})"
        if best_score > own:
            return f"# {self.proxy.name}: {best} is better than this proxy {compared}"
        return f"# {self.proxy.name}: better than every simpler model {compared}"

    def markdown(self) -> str:
        """Return the card for people."""
        return "\n".join(
            [
                self.verdict(),
                "",
                f"Predicts {self.source.description or 'a value'} in {self.proxy.unit}; "
                f"{'lower' if self.proxy.direction == 'minimise' else 'higher'} is better.",
                "",
                "## Data",
                "",
                *_table(("", ""), self._data_rows()),
                "",
                *[line for evaluation in self.evaluations for line in [*_section(evaluation, self.proxy.unit), ""]],
                "## Model",
                "",
                f"Ensemble of {self.proxy.info.members} message-passing networks; the mean over the members is the "
                "prediction and their standard deviation its uncertainty.",
                "",
                *_table(("setting", "value"), [(key, str(value)) for key, value in self.settings.model_dump().items()]),
                "",
                "Made again by `molgfn proxy train recipe.toml -o DIR` "
                f"(seed {self.proxy.info.seed}; "
                f"{', '.join(f'{package} {number}' for package, number in self.proxy.info.versions.items())}).",
                "",
            ]
        )

    def as_json(self) -> dict[str, Any]:
        """Return the card for programs; a metric that is undefined is null."""
        info = self.proxy.info.model_dump()
        return {
            "verdict": self.verdict().removeprefix("# "),
            **{key: info[key] for key in ("name", "unit", "direction", "seed", "versions", "data_sha256")},
            "data": {
                **asdict(self.source),
                "rows": self.data.n_rows,
                "molecules": len(self.data),
                "not_completed": self.data.n_not_completed,
                "merged": self.data.n_merged,
                "bad_rows": [asdict(row) for row in self.data.bad_rows],
                "mean": float(self.data.values.mean()),
                "std": float(self.data.values.std()),
            },
            "settings": self.settings.model_dump(),
            "evaluations": [
                {
                    "split": evaluation.kind,
                    "seeds": evaluation.seeds,
                    "n_train": evaluation.n_train,
                    "methods": {
                        method: [_without_nan(asdict(one)) for one in metrics]
                        for method, metrics in evaluation.metrics.items()
                    },
                    "uncertainty": [_without_nan(asdict(one)) for one in evaluation.uncertainty],
                }
                for evaluation in self.evaluations
            ],
        }

    def _data_rows(self) -> list[tuple[str, str]]:
        values = self.data.values
        return [
            ("file", f"`{self.source.file}`"),
            ("SHA-256 of the file", f"`{self.source.sha256}`"),
            ("rows", str(self.data.n_rows)),
            ("rows without a value (failed or open)", str(self.data.n_not_completed)),
            ("rows that cannot be used", _lines([f"line {row.line}: {row.found}" for row in self.data.bad_rows])),
            ("rows merged into an equal molecule", str(self.data.n_merged)),
            ("molecules trained on", str(len(self.data))),
            ("values", f"{values.mean():.2f} +- {values.std():.2f} {self.proxy.unit}, "
             f"from {values.min():.2f} to {values.max():.2f}"),
        ]  # fmt: skip


def write_card(card: Card, folder: Path) -> None:
    """Write `card.md` and `card.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "card.md").write_text(card.markdown(), encoding="utf-8")
    (folder / "card.json").write_text(json.dumps(card.as_json(), indent=2) + "\n", encoding="utf-8")


def _section(evaluation: Evaluation, unit: str) -> list[str]:
    n_test = [metrics.n for metrics in evaluation.metrics[PROXY]]
    columns: dict[str, Callable[[Metrics], float]] = {
        "Spearman": _spearman,
        f"RMSE, {unit}": lambda metrics: metrics.rmse,
        f"MAE, {unit}": lambda metrics: metrics.mae,
        "Pearson": lambda metrics: metrics.pearson,
        "Spearman beyond size": lambda metrics: metrics.spearman_beyond_size,
    }
    rows = [
        (
            f"**{method}**" if method == PROXY else method,
            *(_spread([read(one) for one in metrics]) for read in columns.values()),
        )
        for method, metrics in evaluation.metrics.items()
    ]
    kept_apart = " (no Bemis-Murcko scaffold is in both parts)" if evaluation.kind == "scaffold" else ""
    return [
        f"## On {evaluation.kind} splits",
        "",
        f"Mean +- standard deviation over {len(evaluation.seeds)} splits{kept_apart}, seeds "
        f"{', '.join(map(str, evaluation.seeds))}; trained on {_range(evaluation.n_train)} molecules, judged on "
        f"{_range(n_test)}. Every method saw the same splits. *Spearman beyond size*: after the number of heavy atoms "
        "is regressed out of prediction and measurement.",
        "",
        *_table(("method", *columns), rows),
        "",
        "The standard deviation of the proxy, which is not calibrated, was "
        f"{_spread([one.mean_std for one in evaluation.uncertainty])} {unit} in the mean over these molecules, to be "
        "compared with its RMSE; its Spearman with the absolute error was "
        f"{_spread([one.spearman for one in evaluation.uncertainty])}.",
    ]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in cells]


def _spearman(metrics: Metrics) -> float:
    return metrics.spearman


def _mean(metrics: Sequence[Metrics], read: Callable[[Metrics], float]) -> float:
    return float(np.mean([read(one) for one in metrics]))


def _spread(values: Sequence[float]) -> str:
    return "undefined" if any(map(math.isnan, values)) else f"{np.mean(values):.3f} +- {np.std(values):.3f}"


def _range(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low}-{high}"


def _lines(lines: Sequence[str]) -> str:
    return f"{len(lines)}: {'; '.join(lines)}" if lines else "0"


def _without_nan(metrics: dict[str, float]) -> dict[str, float | None]:
    return {key: None if math.isnan(value) else value for key, value in metrics.items()}

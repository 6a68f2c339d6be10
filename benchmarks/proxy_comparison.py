"""The proxy beside a random forest and a Gaussian process, and how true its error bars are.

    python benchmarks/proxy_comparison.py --json [--set CHEMBL2321810 ...] [--split random scaffold] [--done FILE]

Five-fold cross-validation: once for the proxy (default settings), five times for the others. RMSE and Spearman over all
held-out molecules, with bootstrap intervals over molecules (the repeats averaged). The error bars are those that every
trained proxy has: calibrated out of bag on its own training part, and judged here on the held-out fold. One line of
JSON for each set and split.
"""

import argparse
import csv
import json
import platform
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from assay_sets import SETS, load
from made_with import COMMIT

from molgfn.direction import Direction
from molgfn.proxy.classical.baselines import BASELINES
from molgfn.proxy.data.graphs import featurise_smiles
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.evaluation.bootstrap import MethodComparison, compare
from molgfn.proxy.evaluation.cross_validation import PROXY, Held, cross_validate
from molgfn.proxy.evaluation.split_plans import plan
from molgfn.proxy.evaluation.splits import GroupKind
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.settings import ProxySettings
from molgfn.proxy.train import train_proxy
from molgfn.proxy.uncertainty.calibration import CalibrationMetrics, judge_error_bars

FOLDS = 5


def judged(held: Held, data: TrainingData, direction: Direction) -> dict[str, dict[str, object]]:
    heavy_atoms = featurise_smiles(data.smiles).n_atoms[held.molecule]
    return told(compare(held.predicted, held.measured, heavy_atoms, direction))


def told(comparison: MethodComparison) -> dict[str, dict[str, object]]:
    return {
        method: {
            "rmse": found["rmse"].value,
            "rmse_interval": (found["rmse"].low, found["rmse"].high),
            "spearman": found["spearman"].value,
            "spearman_interval": (found["spearman"].low, found["spearman"].high),
            "enrichment_10": found["enrichment"].value,
        }
        for method, found in comparison.methods.items()
    }


def judge_intervals(held: Held) -> list[CalibrationMetrics]:
    """Judge in each fold the error bars that the proxy of that fold learnt from its own training part (out of bag).

    None where a training part was too small to learn them from.
    """
    assessment = held.self_assessment
    if assessment is None or assessment.bars is None:
        return []
    error, bars = held.measured - held.predicted[PROXY], assessment.bars
    folds = [np.flatnonzero(held.part == number) for number in np.unique(held.part)]
    return [judge_error_bars(bars.take(rows), error[rows]) for rows in folds]


def mean_of(parts: list[dict[str, object]]) -> dict[str, object]:
    """Average the repeats of a method, number by number."""
    return {key: np.mean([part[key] for part in parts], axis=0).tolist() for key in parts[0]}  # type: ignore[arg-type]


def from_card(folder: Path, data: TrainingData, kind: GroupKind, direction: Direction) -> dict[str, object]:
    """Judge the proxy by the held-out predictions beside its card."""
    with (folder / "held_out.csv").open(encoding="utf-8", newline="") as file:
        rows = {line["smiles"]: float(line["predicted"]) for line in csv.DictReader(file) if line["split"] == kind}
    predicted = {PROXY: np.array([rows[smiles] for smiles in data.smiles])}
    heavy_atoms = featurise_smiles(data.smiles).n_atoms
    return told(compare(predicted, data.values, heavy_atoms, direction))[PROXY]


def intervals_of_card(folder: Path, kind: GroupKind) -> list[dict[str, object]]:
    """Return how the card judged the error bars on splits of this kind, over all folds together; none if it did not."""
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    bars = [judged["bars"] for judged in card["evaluations"] if judged["split"] == kind]
    return [found["metrics"] for found in bars if found is not None]


def row(name: str, kind: GroupKind, repeats: int, settings: ProxySettings, card: Path | None) -> dict[str, object]:
    data = load(name)
    unit, direction = SETS[name]
    started = time.process_time()

    def train(part: TrainingData, seed: int) -> Proxy:
        return train_proxy(
            part.smiles,
            part.values,
            unit=unit,
            direction=direction,
            settings=settings,
            seed=seed,
            sides=part.sides,
            counts=part.counts,
        )

    methods: Mapping[str, list[dict[str, object]]] = {method: [] for method in (PROXY, *BASELINES)}
    intervals: list[dict[str, object]] = []
    if card is not None:
        methods[PROXY].append(from_card(card, data, kind, direction))
        intervals = intervals_of_card(card, kind)
    for seed in range(repeats):
        splits = plan(kind, data, FOLDS, 1, seed)
        is_trained = seed == 0 and card is None
        held = cross_validate(data, splits, train=train if is_trained else None, baselines=BASELINES)
        if is_trained:
            intervals = [asdict(fold) for fold in judge_intervals(held)]
        for method, numbers in judged(held, data, direction).items():
            methods[method].append(numbers)
    return {
        "set": name,
        "molecules": len(data),
        "split": kind,
        "methods": {method: {"repeats": len(parts), **mean_of(parts)} for method, parts in methods.items()},
        "coverage_90": mean_of(intervals)["coverage_90"] if intervals else None,
        "intervals": intervals,
        "settings": settings.model_dump(),
        "cpu_s": round(time.process_time() - started, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one line of JSON a row, with versions")
    parser.add_argument("--set", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--split", nargs="+", choices=("random", "scaffold"), default=["random", "scaffold"])
    parser.add_argument("--repeats", type=int, default=5, help="of the models beside the proxy")
    parser.add_argument("--members", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=25)
    help_card = "folder of a proxy that was judged by five folds of the same data: it is not judged again"
    parser.add_argument("--card", type=Path, help=help_card)
    parser.add_argument("--done", type=Path, help="file of rows that need not be made again")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    settings = ProxySettings(members=arguments.members, epochs=arguments.epochs)
    lines = arguments.done.read_text().splitlines() if arguments.done and arguments.done.exists() else []
    done = {(one["set"], one["split"]) for one in map(json.loads, lines)}
    versions = {n: version(n) for n in ("molgfn", "torch", "rdkit", "scikit-learn", "numpy")}
    command = "python benchmarks/proxy_comparison.py " + " ".join(word for word in sys.argv[1:] if "/" not in word)
    for name in arguments.set:
        for kind in arguments.split:
            if (name, kind) not in done:
                made = row(name, kind, arguments.repeats, settings, arguments.card)
                facts = {
                    "command": command,
                    "commit": COMMIT,
                    "python": platform.python_version(),
                    "versions": versions,
                }
                print(json.dumps(made | facts if arguments.json else made), flush=True)


if __name__ == "__main__":
    main()

"""The proxy beside a random forest and a Gaussian process, and how true its error bars are.

    python benchmarks/proxy_comparison.py --json [--set CHEMBL2321810 ...] [--split random scaffold] [--done FILE]

Five-fold cross-validation: once for the proxy (default settings), five times for the others. RMSE and Spearman over all
held-out molecules, with bootstrap intervals over molecules (the repeats averaged); intervals calibrated on one fifth of
each training part, without training again. One line of JSON for each set and split.
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

from molgfn.oracles.interfaces import Direction
from molgfn.proxy.classical.baselines import BASELINES
from molgfn.proxy.data.graphs import featurise_smiles
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.evaluation.bootstrap import Comparison, compare
from molgfn.proxy.evaluation.cross_validation import Held, Train, cross_validate
from molgfn.proxy.evaluation.split_plans import plan
from molgfn.proxy.evaluation.splits import GroupKind, folds, split
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.settings import ProxySettings
from molgfn.proxy.train import train_proxy
from molgfn.proxy.uncertainty.calibration import CalibrationMetrics, fit_calibration, judge_error_bars

FOLDS = 5


def judged(held: Held, data: TrainingData, direction: Direction) -> dict[str, dict[str, object]]:
    heavy_atoms = featurise_smiles(data.smiles).n_atoms[held.molecule]
    return told(compare(held.predicted, held.measured, heavy_atoms, direction))


def told(comparison: Comparison) -> dict[str, dict[str, object]]:
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


def judge_intervals(data: TrainingData, kind: GroupKind, train: Train) -> list[CalibrationMetrics]:
    """Judge error bars in each fold, calibrated on one fifth of the training part that is kept from the proxy."""
    found = []
    for parts in folds(kind, data.smiles, FOLDS, 0):
        known = data.take(parts.train)
        inner = split(kind, known.smiles, 1 / 5, 0)
        proxy = train(known.take(inner.train), 0)
        kept, asked = known.take(inner.test), data.take(parts.test)
        calibrating, judging = proxy.predict(kept.smiles), proxy.predict(asked.smiles)
        calibration = fit_calibration(calibrating.mean, calibrating.spread, kept.values)
        found.append(judge_error_bars(calibration.bars(judging.spread), asked.values - judging.mean))
    return found


def mean_of(parts: list[dict[str, object]]) -> dict[str, object]:
    """Average the repeats of a method, number by number."""
    return {key: np.mean([part[key] for part in parts], axis=0).tolist() for key in parts[0]}  # type: ignore[arg-type]


def from_card(folder: Path, data: TrainingData, kind: GroupKind, direction: Direction) -> dict[str, object]:
    """Judge the proxy by the held-out predictions beside its card."""
    with (folder / "held_out.csv").open(encoding="utf-8", newline="") as file:
        rows = {one["smiles"]: float(one["predicted"]) for one in csv.DictReader(file) if one["split"] == kind}
    predicted = {"proxy": np.array([rows[smiles] for smiles in data.smiles])}
    heavy_atoms = featurise_smiles(data.smiles).n_atoms
    return told(compare(predicted, data.values, heavy_atoms, direction))["proxy"]


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

    methods: Mapping[str, list[dict[str, object]]] = {method: [] for method in ("proxy", *BASELINES)}
    if card is not None:
        methods["proxy"].append(from_card(card, data, kind, direction))
    for seed in range(repeats):
        one = plan(kind, data, FOLDS, 1, seed)
        anew = seed == 0 and card is None
        held = cross_validate(data, one, train=train if anew else None, baselines=BASELINES)
        for method, found in judged(held, data, direction).items():
            methods[method].append(found)
    intervals = judge_intervals(data, kind, train)
    return {
        "set": name,
        "molecules": len(data),
        "split": kind,
        "methods": {method: {"repeats": len(parts), **mean_of(parts)} for method, parts in methods.items()},
        "coverage_90": float(np.mean([fold.coverage_90 for fold in intervals])),
        "intervals": [asdict(fold) for fold in intervals],
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

"""What bounds teach: the likelihood of bounds against leaving them out and against taking them for values.

    python benchmarks/censored.py --json [--set CHEMBL2321810] [--seeds 0 1 2 3 4]

The worst two fifths of the values are replaced by a bound at the threshold; a fifth of the molecules is held out at
random and judged by the values from before. One line of JSON a set.
"""

import argparse
import json
import platform
import sys
import time
from importlib.metadata import version

import numpy as np
import torch
from assay_sets import SETS, load
from made_with import COMMIT
from sklearn.model_selection import train_test_split

from molgfn.proxy.evaluation.bootstrap import bootstrap
from molgfn.proxy.evaluation.metrics import rmse
from molgfn.proxy.settings import ProxySettings
from molgfn.proxy.train import train_proxy

SHARE = 0.4


def row(name: str, seeds: list[int], settings: ProxySettings) -> dict[str, object]:
    data = load(name)
    unit, direction = SETS[name]
    sign = 1.0 if direction == "maximise" else -1.0
    threshold = sign * float(np.quantile(sign * data.values, SHARE))
    is_bound = sign * data.values < sign * threshold
    told = np.where(is_bound, threshold, data.values)
    side = np.where(is_bound, -int(sign), 0)
    found: dict[str, list[float]] = {"likelihood": [], "dropped": [], "clamped": []}
    squares: dict[str, list[np.ndarray]] = {name: [] for name in found}
    started = time.process_time()
    for seed in seeds:
        train, held_out = train_test_split(np.arange(len(data)), test_size=0.2, random_state=seed)
        test = [data.smiles[i] for i in held_out]
        measured_only = train[~is_bound[train]]
        ways = {"likelihood": (train, side), "dropped": (measured_only, side), "clamped": (train, 0 * side)}
        for way, (rows, sides) in ways.items():
            proxy = train_proxy(
                [data.smiles[i] for i in rows],
                told[rows],
                unit=unit,
                direction=direction,
                settings=settings,
                seed=seed,
                sides=sides[rows],
            )
            predicted, truth = proxy.predict(test).mean, data.values[held_out]
            found[way].append(rmse(predicted, truth))
            squares[way].append((predicted - truth) ** 2)
    whole = {way: np.concatenate(parts) for way, parts in squares.items()}
    return {
        "set": name,
        "molecules": len(data),
        "bounds": int(is_bound.sum()),
        "threshold": threshold,
        "seeds": seeds,
        "rmse": {way: {"mean": float(np.mean(values)), "each": values} for way, values in found.items()},
        "better_than": {other: gain_interval(whole[other], whole["likelihood"]) for other in ("dropped", "clamped")},
        "settings": settings.model_dump(),
        "cpu_s": round(time.process_time() - started, 1),
    }


def gain_interval(other: np.ndarray, own: np.ndarray) -> tuple[float, float]:
    """Return the interval of by how much lower the RMSE of one is, from squared errors of the same molecules."""

    def gain(rows: np.ndarray) -> dict[str, float]:
        return {"gain": float(np.sqrt(other[rows].mean()) - np.sqrt(own[rows].mean()))}

    found = bootstrap(gain, len(own))["gain"]
    return found.low, found.high


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one line of JSON a row, with versions")
    parser.add_argument("--set", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--members", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=25)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    settings = ProxySettings(members=arguments.members, epochs=arguments.epochs)
    versions = {n: version(n) for n in ("molgfn", "torch", "rdkit", "numpy")}
    command = "python benchmarks/censored.py " + " ".join(sys.argv[1:])
    for name in arguments.set:
        made = row(name, arguments.seeds, settings)
        facts = {"command": command, "commit": COMMIT, "python": platform.python_version(), "versions": versions}
        print(json.dumps(made | facts if arguments.json else made), flush=True)


if __name__ == "__main__":
    main()

"""What methods find per oracle call, on equal terms.

    python benchmarks/active_learning.py --json --proxy seh_proxy_2021.npz --method "tree search" --seeds 0 1 2

The oracle is the published sEH proxy of 2021 (higher is better), with noise if asked. Every method has the same initial
data (300 random molecules of the default space), the same number of calls, and the constraints of a campaign. With
`--together 100` molecules are asked in rounds of 100; else each method has batches of its own size. Prints one line of
JSON at each checkpoint: best values, the mean of the last batch, and hits (above 7.5, similarity below 0.7), by values
without noise. `--calls-file` keeps every call. `--done FILE` skips the runs that such a file already holds.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from call_methods import METHODS
from made_with import COMMIT
from oracle_calls import Calls, Floats, SpentError, Task, initial_molecules, summary
from published_proxy import PublishedProxy
from rdkit import RDLogger
from realism import library

from molgfn.bundled import bundled
from molgfn.campaign.file.sections import WindowsSection
from molgfn.chem.standardise import standard_smiles
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.prior.prior import LibraryPrior

INITIAL, HIT = 300, 7.5
LISTED = 4_000
"""Molecules of the library that a method may ask about."""
CHECKPOINTS = (100, 200, 400, 1_000)


def run(
    name: str, seed: int, arguments: argparse.Namespace, oracle: Callable[[Sequence[str]], Floats]
) -> Iterator[dict[str, object]]:
    """Yield one row at each checkpoint, after all calls are spent."""
    environment = FragmentEnvironment(
        Vocabulary.load(bundled("data", "vocabulary.json")), 2, 8, limits=WindowsSection().upper()
    )
    start = initial_molecules(environment, INITIAL, seed)
    generator = np.random.default_rng(seed)
    calls = Calls(oracle, arguments.calls, arguments.together, arguments.noise, generator.spawn(1)[0])
    listed = [standard_smiles(smiles) for smiles in random.Random(seed).sample(library(), LISTED)]
    true = oracle(start)
    noise = generator.normal(0, arguments.noise, len(start)) if arguments.noise else np.zeros(len(start))
    data = dict(zip(start, (true + noise).tolist(), strict=True))
    task = Task(environment, LibraryPrior(environment), listed, data, calls, generator)
    method, batch = METHODS[name]
    started = time.process_time()
    with suppress(SpentError):
        method(task, arguments.together if arguments.together > 1 else batch)
    cpu_s = time.process_time() - started
    if arguments.calls_file:
        with arguments.calls_file.open("a", encoding="utf-8") as file:
            for row in calls.rows:
                file.write(json.dumps({"method": name, "seed": seed, **asdict(row)}) + "\n")
    initial = dict(zip(start, true.tolist(), strict=True))
    facts = {"method": name, "seed": seed, "together": arguments.together, "noise": arguments.noise}
    for count in (0, *(count for count in CHECKPOINTS if count <= arguments.calls)):
        yield facts | summary(initial, calls.rows[:count], HIT) | {"planned": arguments.calls, "cpu_s": round(cpu_s)}


def table(path: Path) -> str:
    """Return the rows of a file as a Markdown table: means over seeds."""
    rows = pd.read_json(path, lines=True)
    columns = ["top_1", "top_10", "top_100", "last_batch", "hits", "cpu_s"]
    lines = ["| together | noise | calls | method | seeds | " + " | ".join(columns) + " |", "|---" * 11 + "|"]
    for keys, group in rows.groupby(["together", "noise", "calls", "method"]):
        values = [f"{group[column].mean():.{0 if column in ('hits', 'cpu_s') else 2}f}" for column in columns]
        lines.append("| " + " | ".join([*map(str, keys), str(group["seed"].nunique()), *values]) + " |")
    return "\n".join(lines)


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="with versions")
    parser.add_argument("--proxy", type=Path, metavar="NPZ")
    parser.add_argument("--method", action="append", choices=METHODS)
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--together", type=int, default=1)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--calls-file", type=Path)
    parser.add_argument("--done", type=Path)
    parser.add_argument("--table", type=Path, help="print a file of rows as a table, and do nothing else")
    arguments = parser.parse_args(words)
    if arguments.table is not None:
        print(table(arguments.table))
        return
    if arguments.proxy is None:
        print("skipped: the published proxy is not part of this repository; give --proxy.")
        return
    torch.set_num_threads(1)
    RDLogger.DisableLog("rdApp.*")
    oracle = PublishedProxy(arguments.proxy).scores
    made = {"commit": COMMIT, **{name: version(name) for name in ("molgfn", "torch", "rdkit", "numpy")}}
    lines = arguments.done.read_text().splitlines() if arguments.done and arguments.done.exists() else []
    keys = ("method", "seed", "together", "noise", "planned")
    done = {tuple(json.loads(line)[key] for key in keys) for line in lines}
    for name in arguments.method or METHODS:
        for seed in arguments.seeds:
            if (name, seed, arguments.together, arguments.noise, arguments.calls) not in done:
                for row in run(name, seed, arguments, oracle):
                    print(json.dumps(row | made if arguments.json else row), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

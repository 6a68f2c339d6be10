"""What methods find per oracle call, on equal terms.

    python benchmarks/active_learning.py --json --proxy seh_proxy_2021.npz --method "tree search" --seeds 0 1 2

The oracle is the published sEH proxy of 2021 (higher is better), with noise if asked. Every method has the same initial
data (300 random molecules of the default space), the same number of calls, and the constraints of a campaign. With
`--oracle` it is one of `property_oracles.py`, as in PMO (Gao et al. 2022): without initial data and constraints; the
first 100 molecules are of the library at random, and are counted; areas under the curve in both conventions.

With `--together 100` molecules are asked in rounds of 100; else each method has batches of its own size. Prints one
line of JSON at each checkpoint: best values, the mean of the last batch, and hits (above 7.5, similarity below 0.7),
by values without noise, and at the end how well a forest tells the molecules asked from those of ZINC 250k.
`--calls-file` keeps every call, `--rounds-file` how well each batch was predicted before. `--done FILE` skips the runs
that such a file already holds. `call_report.py` makes tables and plots of the lines.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from call_methods import METHODS
from made_with import COMMIT
from oracle_calls import Call, Calls, SpentError, Task, areas, demo_constraints, initial_molecules, summary
from property_oracles import ORACLES, property_oracle
from published_proxy import PublishedProxy
from rdkit import RDLogger
from realism import auc, library

from molgfn.arrays import FloatArray
from molgfn.bundled import bundled
from molgfn.campaign.file.sections import WindowsSection
from molgfn.campaign.reward.constraints import Constraints
from molgfn.chem.standardise import standard_smiles
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.prior.prior import LibraryPrior

INITIAL, HIT = 300, 7.5
FIRST = 100
"""Molecules of the library that are asked first where there are no initial data."""
NO_CONSTRAINTS = Constraints({})
LISTED = 10_000
"""Molecules of the library that a method may ask about."""
CHECKPOINTS = (*range(20, 400, 20), *range(400, 1_001, 100))
Oracle = Callable[[Sequence[str]], FloatArray]


def run(name: str, seed: int, arguments: argparse.Namespace, oracle: Oracle) -> Iterator[dict[str, object]]:
    """Yield one row at each checkpoint, after all calls are spent."""
    generator = np.random.default_rng(seed)
    calls = Calls(oracle, arguments.calls, arguments.together, arguments.noise, generator.spawn(1)[0])
    task, initial = (
        seh_task(seed, calls, generator) if arguments.oracle is None else property_task(seed, calls, generator)
    )
    method, batch = METHODS[name]
    with suppress(SpentError):
        if not task.data:
            task.ask(task.library[:FIRST])
        method(task, arguments.together if arguments.together > 1 else batch)
    facts = {"oracle": arguments.oracle or "sEH", "method": name, "seed": seed, "together": arguments.together}
    facts |= {"noise": arguments.noise, "planned": arguments.calls}
    append(arguments.calls_file, [facts | asdict(row) for row in calls.rows])
    append(arguments.rounds_file, [facts | row for row in task.predicted])
    # Without initial data nothing is known before the first call.
    for count in [*([0] if initial else []), *(count for count in CHECKPOINTS if count <= arguments.calls)]:
        area = areas(calls.rows[:count], count) if arguments.oracle else {}
        realism = {"auc_zinc": auc_zinc(calls.rows, seed)} if count == arguments.calls else {}
        yield facts | summary(initial, calls.rows[:count], HIT) | area | realism


def append(path: Path | None, rows: Sequence[Mapping[str, object]]) -> None:
    if path is not None:
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


def auc_zinc(rows: Sequence[Call], seed: int) -> float:
    """Return how well a forest tells the molecules asked from as many of the library, see `realism.py`."""
    drawn = random.Random(1_000 + seed).sample(library(), len(rows))
    return round(auc([row.smiles for row in rows], list(map(standard_smiles, drawn)), seed), 4)


def seh_task(seed: int, calls: Calls, generator: np.random.Generator) -> tuple[Task, dict[str, float]]:
    """Return the task on the sEH proxy, and the values of the initial data without noise."""
    environment = space(WindowsSection().upper())
    start = initial_molecules(environment, INITIAL, seed)
    true = calls.oracle(start)
    told = true + generator.normal(0, calls.noise, len(start)) if calls.noise else true
    data = dict(zip(start, told.tolist(), strict=True))
    task = Task(environment, LibraryPrior(environment), listed(seed), data, calls, generator, demo_constraints())
    return task, dict(zip(start, true.tolist(), strict=True))


def property_task(seed: int, calls: Calls, generator: np.random.Generator) -> tuple[Task, dict[str, float]]:
    environment = space({})
    task = Task(environment, LibraryPrior(environment), listed(seed), {}, calls, generator, NO_CONSTRAINTS, (0.0, 1.0))
    return task, {}


def space(limits: Mapping[str, float]) -> FragmentEnvironment:
    return FragmentEnvironment(Vocabulary.load(bundled("data", "vocabulary.json")), 2, 8, limits=limits)


def listed(seed: int) -> list[str]:
    names = (standard_smiles(smiles) for smiles in random.Random(seed).sample(library(), LISTED))
    return list(dict.fromkeys(names))


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="with versions")
    parser.add_argument("--proxy", type=Path, metavar="NPZ", help="of the sEH oracle")
    parser.add_argument("--oracle", choices=ORACLES, help="instead of the sEH proxy")
    parser.add_argument("--method", action="append", choices=METHODS)
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--together", type=int, default=1)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--calls-file", type=Path)
    parser.add_argument("--rounds-file", type=Path, help="how well each batch was predicted")
    parser.add_argument("--done", type=Path)
    arguments = parser.parse_args(words)
    if arguments.proxy is None and arguments.oracle is None:
        print("skipped: the published proxy is not part of this repository; give --proxy, or choose an --oracle.")
        return
    torch.set_num_threads(1)
    RDLogger.DisableLog("rdApp.*")
    oracle = property_oracle(arguments.oracle) if arguments.oracle else PublishedProxy(arguments.proxy).scores
    made = {"commit": COMMIT, **{name: version(name) for name in ("molgfn", "torch", "rdkit", "numpy")}}
    lines = arguments.done.read_text().splitlines() if arguments.done and arguments.done.exists() else []
    keys = ("oracle", "method", "seed", "together", "noise", "planned")
    done = {tuple(json.loads(line)[key] for key in keys) for line in lines}
    for name in arguments.method or METHODS:
        for seed in arguments.seeds:
            key = (arguments.oracle or "sEH", name, seed, arguments.together, arguments.noise, arguments.calls)
            if key not in done:
                for row in run(name, seed, arguments, oracle):
                    print(json.dumps(row | made if arguments.json else row), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

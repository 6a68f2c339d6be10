"""The sEH table of Bengio et al. 2021: the best molecules found against the number of molecules visited.

    python benchmarks/paper.py --json --blocks blocks_PDB_105.json --proxy seh_proxy_2021.npz \
        --reference seh_proxy_2021_reference.csv --method TB --visits 100000 --seeds 0 1 2

2 to 8 of the published blocks, R = (max(s, 0.1) / 8)^exponent with s of the published proxy, which must first reproduce
its reference. A visit is a molecule that a method was told the reward of, repeats included. Printed at 1e4, 1e5 and 1e6
visits: mean s of the 10, 100 and 1,000 best distinct molecules, mean pairwise Tanimoto similarity of the best 1,000
(RDKit path fingerprint, and Morgan radius 2, 2,048 bits), Bemis-Murcko scaffolds with s > 7.5 and > 8, and modes:
of the best 5,000 molecules those with s > 7, from the best down, of which none is more than 0.7 similar (RDKit path
fingerprint) to one before. The 5,000 are the same for every row, since a count among more molecules is larger.
"""

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from made_with import COMMIT
from published_proxy import PublishedProxy, check_reference
from rdkit import Chem, DataStructs, RDLogger
from rdkit.Chem import rdFingerprintGenerator
from rdkit.Chem.Scaffolds import MurckoScaffold

from molgfn.baselines.mars import MARS, MARSSettings
from molgfn.baselines.method import Method
from molgfn.baselines.ppo import PPO, PPOSettings
from molgfn.baselines.random_policy import RandomPolicy
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.trainer import MoleculeSettings, Trainer

MAX_BLOCKS = 8
MODE_SCORE, MODE_SIMILARITY = 7.0, 0.7
# Molecules that modes are looked for in: no option, so that rows can be compared.
MODES_AMONG = 5_000
CHECKPOINTS = (10_000, 100_000, 1_000_000)
BATCH = 64
Reward = Callable[[Sequence[str]], np.ndarray]


def method(
    name: str, environment: FragmentEnvironment, reward: Reward, arguments: argparse.Namespace, seed: int
) -> tuple[Method, object]:
    """Return a method by name, set up for a budget of visits, and its settings."""
    match name:
        case "TB" | "SubTB" | "DB" | "FM":
            flow = MoleculeSettings(
                steps=arguments.visits // arguments.batch_size,
                batch_size=arguments.batch_size,
                learning_rate=arguments.learning_rate,
                replay_fraction=arguments.replay_fraction,
                replay_capacity=arguments.visits,
                epsilon=arguments.epsilon,
                penalty=arguments.penalty,
                objective=name,  # type: ignore[arg-type]
            )
            return Trainer(environment, reward, flow, seed), flow
        case "MARS":
            mars = MARSSettings(steps=arguments.visits // MARSSettings.chains)
            return MARS(environment, reward, mars, seed), mars
        case "PPO":
            ppo = PPOSettings()
            return PPO(environment, reward, ppo, seed), ppo
        case _:
            return RandomPolicy(environment, reward, BATCH, seed), None


class Visits:
    """The molecules that a method has visited, with their scores."""

    def __init__(self, exponent: float) -> None:
        self.exponent = exponent
        self.count = 0
        self.score: dict[str, float] = {}

    def add(self, smiles: str, log_reward: float) -> None:
        self.count += 1
        self.score[smiles] = 8 * float(np.exp(log_reward / self.exponent))

    def best(self, n: int) -> list[tuple[str, float]]:
        return sorted(self.score.items(), key=lambda item: -item[1])[:n]


def mean_similarity(fingerprints: Sequence[DataStructs.ExplicitBitVect]) -> float:
    """Return the mean Tanimoto similarity of all pairs."""
    values = [DataStructs.BulkTanimotoSimilarity(fp, fingerprints[:row]) for row, fp in enumerate(fingerprints) if row]
    return float(np.mean(np.concatenate(values)))


def count_modes(mols: Sequence[Chem.Mol]) -> int:
    """Return how many molecules, in this order, are at most 0.7 similar to every mode before them."""
    modes: list[DataStructs.ExplicitBitVect] = []
    for mol in mols:
        fingerprint = Chem.RDKFingerprint(mol)
        if not modes or max(DataStructs.BulkTanimotoSimilarity(fingerprint, modes)) <= MODE_SIMILARITY:
            modes.append(fingerprint)
    return len(modes)


def scaffolds(smiles: Sequence[str]) -> int:
    return len({MurckoScaffold.MurckoScaffoldSmiles(name) for name in smiles})


def summary(visits: Visits) -> dict[str, float]:
    """Return the columns of the table."""
    top = visits.best(1000)
    scores = np.array([score for _, score in top])
    mols = [Chem.MolFromSmiles(name) for name, _ in top]
    morgan = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    good = [name for name, score in visits.best(len(visits.score)) if score > MODE_SCORE]
    return {
        "visits": visits.count,
        "distinct": len(visits.score),
        "top_10": float(scores[:10].mean()),
        "top_100": float(scores[:100].mean()),
        "top_1000": float(scores.mean()),
        "tanimoto": mean_similarity([Chem.RDKFingerprint(mol) for mol in mols]),
        "tanimoto_morgan": mean_similarity([morgan.GetFingerprint(mol) for mol in mols]),
        "scaffolds_7.5": scaffolds([name for name in good if visits.score[name] > 7.5]),
        "scaffolds_8": scaffolds([name for name in good if visits.score[name] > 8]),
        "above_7": len(good),
        "modes_7": count_modes([Chem.MolFromSmiles(name) for name in good[:MODES_AMONG]]),
        "modes_among": MODES_AMONG,
    }


def run(
    name: str, environment: FragmentEnvironment, proxy: PublishedProxy, arguments: argparse.Namespace, seed: int
) -> Iterator[dict[str, object]]:
    """Yield one row at each checkpoint."""
    exponent = arguments.exponent

    def reward(smiles: Sequence[str]) -> np.ndarray:
        return proxy.log_reward(smiles, exponent)

    started = time.process_time()
    chosen, settings = method(name, environment, reward, arguments, seed)
    visits = Visits(exponent)
    left = [count for count in (*CHECKPOINTS, arguments.visits) if count <= arguments.visits]
    while left := [count for count in left if count > visits.count]:
        while visits.count < min(left):
            # A batch that goes beyond the checkpoint is cut there.
            for scored in chosen.step()[: min(left) - visits.count]:
                visits.add(scored.smiles, scored.log_reward)
        cpu_s = time.process_time() - started
        yield {
            "method": name,
            "seed": seed,
            "exponent": exponent,
            "planned": arguments.visits,
            **summary(visits),
            "cpu_s": round(cpu_s, 1),
            "settings": None if settings is None else asdict(settings),  # type: ignore[call-overload]
        }


def done_before(path: Path | None) -> set[tuple[str, int, float, int]]:
    """Return method, seed, exponent and planned visits of the runs whose last row is in a file; none without a file."""
    if path is None or not path.exists():
        return set()
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {
        (row["method"], row["seed"], row["exponent"], row["planned"]) for row in rows if row["visits"] >= row["planned"]
    }


def table(path: Path) -> str:
    """Return the rows of a file as a Markdown table, one line for each method, exponent and number of visits: means.

    Rows on the way to more visits are left out: annealing and exploration follow the planned number.
    """
    rows = pd.read_json(path, lines=True, precise_float=True)
    rows = rows[rows["visits"] == rows["planned"]]
    keys = ["visits", "method", "exponent"]
    columns = [
        "top_10",
        "top_100",
        "top_1000",
        "tanimoto",
        "tanimoto_morgan",
        "scaffolds_7.5",
        "scaffolds_8",
        "modes_7",
    ]
    groups = rows.groupby(keys, sort=False)
    shown = groups[[*columns, "cpu_s"]].mean().assign(seeds=groups["seed"].nunique())
    lines = [
        "| visits | method | exponent | seeds | " + " | ".join(columns) + " | CPU s |",
        "|---" * (len(columns) + 5) + "|",
    ]
    for (visits, name, exponent), row in shown.sort_index(level="visits", sort_remaining=False).iterrows():
        figures = [
            f"{row[column]:{',.0f' if column.startswith(('scaffolds', 'modes')) else '.2f'}}" for column in columns
        ]
        lines.append(
            f"| {visits:,} | {name} | {exponent:g} | {row['seeds']:.0f} | "
            + " | ".join(figures)
            + f" | {row['cpu_s']:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one line of JSON a row, with versions")
    parser.add_argument("--blocks", type=Path)
    parser.add_argument("--proxy", type=Path, metavar="NPZ")
    parser.add_argument("--reference", type=Path, metavar="CSV")
    parser.add_argument("--method", action="append", choices=("TB", "SubTB", "DB", "FM", "MARS", "PPO", "random"))
    parser.add_argument("--visits", type=int, default=100_000)
    parser.add_argument("--exponent", type=float, default=10.0)
    parser.add_argument("--batch-size", type=int, default=16, help="of TB, SubTB, DB and FM, as the next four")
    parser.add_argument("--penalty", choices=("squared", "huber"), default="squared")
    parser.add_argument("--replay-fraction", type=float, default=3.0)
    parser.add_argument("--learning-rate", type=float, default=4e-3)
    parser.add_argument("--epsilon", type=float, default=0.1)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--done", type=Path, help="file of rows that need not be made again")
    parser.add_argument("--table", type=Path, help="print a file of rows as a table, and do nothing else")
    arguments = parser.parse_args()
    if arguments.table is not None:
        print(table(arguments.table))
        return
    missing = [f"--{key}" for key in ("blocks", "proxy", "reference") if getattr(arguments, key) is None]
    if missing:
        print(f"skipped: the published files are not part of this repository; give {', '.join(missing)}.")
        return
    torch.set_num_threads(1)
    RDLogger.DisableLog("rdApp.*")
    proxy = PublishedProxy(arguments.proxy)
    worst = check_reference(proxy, arguments.reference)
    print(f"the proxy reproduces its reference to {worst:.1e}", file=sys.stderr)
    environment = FragmentEnvironment(Vocabulary.load(arguments.blocks), 2, MAX_BLOCKS)
    command = "python benchmarks/paper.py " + " ".join(
        Path(word).name if word.endswith((".json", ".npz", ".csv")) else word for word in sys.argv[1:]
    )
    versions = {"python": platform.python_version(), **{n: version(n) for n in ("molgfn", "torch", "rdkit", "numpy")}}
    facts = {"command": command, "commit": COMMIT, "versions": versions}
    done = done_before(arguments.done)
    for name in arguments.method or ("TB", "SubTB", "DB", "FM", "MARS", "PPO", "random"):
        for seed in arguments.seeds:
            if (name, seed, arguments.exponent, arguments.visits) in done:
                continue
            for row in run(name, environment, proxy, arguments, seed):
                print(json.dumps(row | facts if arguments.json else row), flush=True)


if __name__ == "__main__":
    main()

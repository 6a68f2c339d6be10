"""Exact distance of the trained law from R/Z on complete spaces.

    python benchmarks/exact.py --json [--case NAME]

R = QED^(4 beta); the default network, trained only on trajectories that it drew itself. Prints one row a case.
"""

import argparse
import json
import platform
import sys
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version

import numpy as np
import torch
from rdkit import Chem
from rdkit.Chem import QED

from molgfn.bundled import bundled
from molgfn.chem.tree import Tree
from molgfn.chem.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.exact import Law, Space, total_variation
from molgfn.flow.trainer import Trainer, TrainerSettings

TWELVE = (
    "c1ccccc1", "C1CCCCC1", "C1CNCCN1", "c1cn[nH]c1", "c1ccncc1", "CC=O", "C=O", "N", "CO", "F", "CC", "O=[SH2]=O",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One training: which space, which reward, how long."""

    blocks: int
    max_blocks: int
    beta: float
    steps: int
    corrected: bool = True
    learning_rate: float = 4e-3


CASES = {
    "12-2": Case(12, 2, 1, 2000),
    "12-2-uncorrected": Case(12, 2, 1, 2000, corrected=False),
    "12-2-beta4": Case(12, 2, 4, 2000),
    "12-3": Case(12, 3, 1, 8000),
    "12-3-beta4": Case(12, 3, 4, 8000),
    "40-2": Case(40, 2, 1, 6000),
    "default-2": Case(250, 2, 1, 10000),
}


class Uncorrected(FragmentEnvironment):
    """The control: symmetry is not minded."""

    def log_build_multiplicity(self, tree: Tree, automorphisms: int) -> float:  # noqa: ARG002
        return 0.0


def chosen_vocabulary(size: int) -> Vocabulary:
    """Return the named twelve blocks, or the most frequent of the default vocabulary."""
    whole = Vocabulary.load(bundled("data", "vocabulary.json"))
    names = TWELVE if size == 12 else [block.smiles for block in whole.blocks[:size]]
    return Vocabulary(f"{size} blocks", tuple(whole.blocks[whole.numbers[name]] for name in names), whole.joins)


def log_qed(smiles: str) -> float:
    return float(np.log(QED.qed(Chem.MolFromSmiles(smiles))))


def compare(law: Law, target: Law) -> dict[str, float]:
    """Return distances between two laws over the same molecules and the fit of log p on log R."""
    order = {name: number for number, name in enumerate(law.smiles)}
    p = law.probability[[order[name] for name in target.smiles]]
    q = target.probability
    middle = (p + q) / 2
    jsd = 0.5 * float((p * np.log(p / middle)).sum() + (q * np.log(q / middle)).sum())
    log_p, log_q = np.log(p), np.log(q)
    slope = float(np.cov(log_p, log_q)[0, 1] / log_q.var(ddof=1))
    return {
        "tv": total_variation(law, target),
        "jsd": jsd,
        "pearson": float(np.corrcoef(log_p, log_q)[0, 1]),
        "slope": slope,
    }


def run(name: str, case: Case, seed: int) -> dict[str, object]:
    vocabulary = chosen_vocabulary(case.blocks)
    environment = FragmentEnvironment(vocabulary, 1, case.max_blocks)
    space = Space(environment)
    known = {smiles: 4 * case.beta * log_qed(smiles) for smiles in space.molecules()}

    def log_reward(smiles: list[str] | tuple[str, ...]) -> np.ndarray:
        return np.array([known[s] for s in smiles])

    def reward(smiles: tuple[str, ...]) -> np.ndarray:
        return np.exp(log_reward(smiles))

    trained = environment if case.corrected else Uncorrected(vocabulary, 1, case.max_blocks)
    settings = TrainerSettings(steps=case.steps, learning_rate=case.learning_rate, replay_fraction=0.0)
    started = time.process_time()
    trainer = Trainer(trained, log_reward, settings, seed)
    trainer.train(case.steps)
    cpu_s = time.process_time() - started
    law = space.policy_law(trainer.network)
    log_z = float(np.log(reward(space.law(reward).smiles).sum()))
    row: dict[str, object] = {
        "case": name,
        "vocabulary": vocabulary.name,
        "max_blocks": case.max_blocks,
        "molecules": len(law.smiles),
        "objective": "trajectory balance",
        "backward_policy": "uniform",
        "beta": case.beta,
        "seed": seed,
        "corrected": case.corrected,
        "trajectories": case.steps * settings.batch_size,
        **compare(law, space.law(reward)),
        "log_z_error": float(trainer.network.log_z.detach()) - log_z,
        "cpu_s": round(cpu_s, 1),
    }
    if not case.corrected:
        row["tv_from_biased_law"] = total_variation(law, space.biased_law(reward))
    return row | {"settings": asdict(settings)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object with rows and versions")
    parser.add_argument("--case", choices=CASES, action="append", help="all if not given; may be repeated")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    for name in arguments.case or CASES:
        for seed in arguments.seeds:
            rows.append(run(name, CASES[name], seed))
            shown = {k: v for k, v in rows[-1].items() if k != "settings"}
            print(json.dumps(shown), file=sys.stderr if arguments.json else sys.stdout, flush=True)
    if arguments.json:
        packages = {name: version(name) for name in ("molgfn", "torch", "rdkit", "numpy")}
        command = "python benchmarks/exact.py " + " ".join(sys.argv[1:])
        print(json.dumps({"command": command, "python": platform.python_version(), **packages, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()

"""Exact distance of the trained law from R/Z on complete spaces.

    python benchmarks/exact.py --json [--case NAME ...] [--seeds 0 1 2] [--blocks blocks_PDB_105.json]

R = QED^(4 beta); the default network, trained only on trajectories that it drew itself. Prints one row a case and seed,
as text or as one line of JSON. `--list` prints the names of all cases. `--done FILE` skips rows that a file of such
lines already holds. The cases named `2021-...` need the published block list of Bengio et al. 2021. In the cases named
`...-prior` the law is p_library R / Z (docs/theory/law.md), and the network is that of campaigns; `...-masks` have
upper limits, `...-core` a core. With 3 blocks and without a core it starts from a network that was trained on the prior
alone, as in campaigns; the trajectories of this training are not counted.
"""

import argparse
import json
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from made_with import COMMIT
from rdkit import Chem
from rdkit.Chem import QED

from molgfn.bundled import bundled
from molgfn.chem.trees.neighbourhoods import count_neighbourhoods
from molgfn.chem.trees.tree import Tree
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.prior_training import PriorTraining
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.fragments.trainer import MoleculeSettings, Trainer, TrainerSettings
from molgfn.flow.fragments.weights import Facts, Weights
from molgfn.flow.laws.comparison import compare
from molgfn.flow.laws.enumeration import Space, total_variation
from molgfn.flow.loss import BackwardName, ObjectiveName
from molgfn.prior.law import Smoothing
from molgfn.prior.prior import LibraryPrior
from molgfn.prior.sizes import with_size_weights

TWELVE = (
    "c1ccccc1", "C1CCCCC1", "C1CNCCN1", "c1cn[nH]c1", "c1ccncc1", "CC=O", "C=O", "N", "CO", "F", "CC", "O=[SH2]=O",
)  # fmt: skip

SMOOTHING = Smoothing(distinct=1.0)
"""Of the law in all rows: the smoothing of campaigns may change, the targets of these cases should not."""


@dataclass(frozen=True)
class Case:
    """One training: which space, which reward, how long."""

    vocabulary: str
    max_blocks: int
    objective: ObjectiveName = "TB"
    beta: float = 1
    steps: int = 1500
    learning_rate: float = 1e-2
    batch_size: int = 128
    backward: BackwardName = "uniform"
    corrected: bool = True
    prior: bool = False
    masks: bool = False
    core: bool = False
    prior_steps: int = 0
    """Of a training on the prior alone, from which the training on the reward starts, as in campaigns."""

    @property
    def name(self) -> str:
        words = [self.vocabulary, str(self.max_blocks), self.objective, f"beta{self.beta:g}"]
        words += [] if self.backward == "uniform" else [self.backward]
        words += [word for word in ("prior", "masks", "core") if getattr(self, word)]
        return "-".join(words + ([] if self.corrected else ["uncorrected"]))

    @property
    def space(self) -> tuple[str, int, bool, bool, bool]:
        """What the space of molecules depends on, and whether it has a prior."""
        return self.vocabulary, self.max_blocks, self.prior, self.masks, self.core

    @property
    def limits(self) -> dict[str, float]:
        return {"mw": 85.0 * self.max_blocks, "aromatic_rings": 1.0} if self.masks else {}


def _cases() -> dict[str, Case]:
    cases: list[Case] = []
    for beta in (1, 4):
        for objective in ("TB", "SubTB", "DB", "FM"):
            cases.append(Case("12", 2, objective, beta, steps=1500 if beta == 1 else 2000))
            steps = 2500 if objective in ("TB", "SubTB") else 1500
            cases.append(Case("12", 3, objective, beta, steps=steps, learning_rate=5e-3))
        cases += [Case("40", 2, name, beta, steps=2500, learning_rate=5e-3) for name in ("TB", "SubTB")]
    cases += [
        Case("12", 2, "TB", 1, corrected=False),
        Case("12", 2, "TB", 16),
        Case("12", 3, "TB", 16, steps=2500, learning_rate=5e-3),
        Case("12", 2, "TB", 1, backward="learned"),
        Case("12", 2, "TB", 1, backward="likelihood"),
        Case("default", 2, "TB", 1, steps=3000, learning_rate=5e-3, batch_size=256),
        Case("2021", 2, "TB", 1, steps=3000, learning_rate=5e-3, batch_size=256),
        Case("2021", 2, "TB", 1, steps=3000, learning_rate=5e-3, batch_size=256, corrected=False),
    ]
    for name in ("TB", "SubTB"):
        for most, steps, rate in ((2, 1500, 1e-2), (3, 2500, 5e-3)):
            plain = Case("12", most, name, steps=steps, learning_rate=rate, prior=True)
            # Each block between two others has a probability of its own for each pair: too much to learn from rewards.
            started = replace(plain, steps=4000, batch_size=256, prior_steps=2000) if most == 3 else plain
            cases += [started, replace(started, masks=True), replace(plain, core=True)]
    return {case.name: case for case in cases}


CASES = _cases()


class Uncorrected(FragmentEnvironment):
    """The control: neither symmetry nor the number of trees is minded."""

    def log_build_multiplicity(self, tree: Tree, automorphisms: int) -> float:  # noqa: ARG002
        return 0.0

    def log_trees(self, smiles: str) -> float:  # noqa: ARG002
        return 0.0


def chosen_vocabulary(name: str, blocks: Path | None) -> Vocabulary:
    """Return the twelve blocks, the most frequent forty, the default vocabulary or the published list."""
    if name == "2021":
        assert blocks is not None
        return Vocabulary.load(blocks)
    whole = Vocabulary.load(bundled("data", "vocabulary.json"))
    if name == "default":
        return whole
    names = TWELVE if name == "12" else [block.smiles for block in whole.blocks[: int(name)]]
    return Vocabulary(f"{name} blocks", tuple(whole.blocks[whole.numbers[n]] for n in names), whole.joins)


def log_qed(smiles: str) -> float:
    return float(np.log(QED.qed(Chem.MolFromSmiles(smiles))))


def with_law(vocabulary: Vocabulary) -> Vocabulary:
    """Return a vocabulary with the counts of 1,200 random molecules; those that hold a piperazine count twice."""
    environment = FragmentEnvironment(vocabulary, 2, 5)
    states = random_states(environment, 1_200, np.random.default_rng(0))
    trees = [environment.tree(states, row) for row in range(len(states))]
    piperazine = vocabulary.numbers["C1CNCCN1"]
    counts = count_neighbourhoods([t for t in trees for _ in range(1 + (piperazine in t.blocks))], vocabulary.blocks)
    return replace(vocabulary, library=with_size_weights(counts, environment.tables))


@dataclass(frozen=True)
class Listed:
    """A complete space, log QED of its molecules, its prior if there is one, and the log prior of its molecules."""

    space: Space
    log_qed: dict[str, float]
    prior: LibraryPrior | None
    log_prior: dict[str, float]

    @classmethod
    def of(cls, case: Case, blocks: Path | None = None) -> "Listed":
        vocabulary = chosen_vocabulary(case.vocabulary, blocks)
        vocabulary = with_law(vocabulary) if case.prior else vocabulary
        core = "c1ccc([*:1])cc1" if case.core else None
        environment = FragmentEnvironment(vocabulary, 1, case.max_blocks, core, case.limits)
        space = Space(environment)
        prior = LibraryPrior(environment, smoothing=SMOOTHING) if case.prior else None
        log_prior: dict[str, float] = {}
        for level in space.levels if prior is not None else ():
            trees = [environment.tree(level.states, row) for row in range(len(level.states))]
            values = prior(level.states, trees, [environment.codes.identity(tree) for tree in trees])
            log_prior |= dict(zip(level.smiles, values.tolist(), strict=True))
        return cls(space, {smiles: log_qed(smiles) for smiles in dict.fromkeys(space.molecules())}, prior, log_prior)


def trained_on_prior(case: Case, listed: Listed, seed: int) -> Weights:
    """Return a network that has learned the prior without a reward."""
    assert listed.prior is not None
    environment = listed.space.environment
    settings = TrainerSettings(steps=case.prior_steps, batch_size=512, learning_rate=1e-2)
    training = PriorTraining(environment, listed.prior, settings, seed)
    training.train(case.prior_steps)
    training.set_log_z(training.log_ratios(training.trajectories(4_000, np.random.default_rng(seed))))
    facts = Facts.of(environment, settings.width, settings.layers, listed.prior.weight, case.prior_steps)
    return Weights.of(training.network, facts)


def run(case: Case, seed: int, listed: Listed) -> dict[str, object]:
    space, environment = listed.space, listed.space.environment

    def log_reward(smiles: Sequence[str]) -> np.ndarray:
        return np.array([4 * case.beta * listed.log_qed[s] for s in smiles])

    def weight(smiles: Sequence[str]) -> np.ndarray:
        """Return what the law is proportional to."""
        return np.exp(log_reward(smiles) + np.array([listed.log_prior.get(s, 0.0) for s in smiles]))

    trained = (
        environment if case.corrected else Uncorrected(environment.vocabulary, environment.min_blocks, case.max_blocks)
    )
    settings = MoleculeSettings(
        steps=case.steps,
        batch_size=case.batch_size,
        learning_rate=case.learning_rate,
        replay_fraction=0.0,
        objective=case.objective,
        backward=case.backward,
        prior_in_policy=case.prior,
        warm_up=20 if case.prior_steps else 0,
    )
    started = time.process_time()
    start = trained_on_prior(case, listed, seed) if case.prior_steps else None
    trainer = Trainer(trained, log_reward, settings, seed, prior=listed.prior, start=start)
    trainer.train(case.steps)
    cpu_s = time.process_time() - started
    law = space.policy_law(trainer.network)
    target = space.law(weight)
    row: dict[str, object] = {
        "case": case.name,
        "vocabulary": environment.vocabulary.name,
        "max_blocks": case.max_blocks,
        "molecules": len(law.smiles),
        "objective": case.objective,
        "backward_policy": case.backward,
        "beta": case.beta,
        "seed": seed,
        "corrected": case.corrected,
        "steps_on_prior": case.prior_steps,
        "trajectories": case.steps * settings.batch_size,
        **asdict(compare(law, target)),
        "log_z_error": float(trainer.network.log_z.detach()) - float(np.log(weight(target.smiles).sum())),
        "cpu_s": round(cpu_s, 1),
    }
    if not case.corrected:
        biased = space.biased_law(weight)
        row["tv_from_biased_law"] = total_variation(law, biased)
        row["tv_of_biased_law"] = total_variation(biased, target)
    return row | {"settings": asdict(settings)}


def done_before(path: Path | None) -> set[tuple[str, int]]:
    if path is None or not path.exists():
        return set()
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {(row["case"], row["seed"]) for row in rows}


def table(path: Path) -> str:
    """Return the rows of a file as a Markdown table, one line a case: the worst of all seeds."""
    cases: dict[str, list[dict[str, float]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        cases.setdefault(row["case"], []).append(row)
    lines = [
        "| case | molecules | seeds | trajectories | total variation | log Z error | Pearson | slope | CPU s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in (name for name in CASES if name in cases):
        rows = cases[name]

        def worst(key: str, rows: list[dict[str, float]] = rows) -> float:
            return max((row[key] for row in rows), key=abs)

        tv = f"{worst('tv'):.4f}"
        if "tv_from_biased_law" in rows[0]:
            tv += f"; {worst('tv_from_biased_law'):.4f} from the predicted law"
        fits = f"{min(row['pearson'] for row in rows):.4f} | {np.median([row['slope'] for row in rows]):.3f}"
        lines.append(
            f"| {name} | {rows[0]['molecules']:,} | {len(rows)} | {rows[0]['trajectories']:,} | {tv} "
            f"| {worst('log_z_error'):+.4f} | {fits} | {np.median([row['cpu_s'] for row in rows]):.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one line of JSON a row, with settings and versions")
    parser.add_argument("--case", choices=CASES, action="append", help="all if not given; may be repeated")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--blocks", type=Path, help="the block list of 2021, for the cases that need it")
    parser.add_argument("--list", action="store_true", help="print the names of all cases, and do nothing else")
    parser.add_argument("--done", type=Path, help="file of rows that need not be made again")
    parser.add_argument("--table", type=Path, help="print such a file as a table, and do nothing else")
    arguments = parser.parse_args()
    if arguments.table is not None:
        print(table(arguments.table))
        return
    if arguments.list:
        print("\n".join(CASES))
        return
    torch.set_num_threads(1)
    versions = {"python": platform.python_version(), **{n: version(n) for n in ("molgfn", "torch", "rdkit", "numpy")}}
    done = done_before(arguments.done)
    spaces: dict[tuple[str, int, bool, bool, bool], Listed] = {}
    for case in (CASES[name] for name in arguments.case or CASES):
        if case.vocabulary == "2021" and arguments.blocks is None:
            print(f"{case.name}: skipped, it needs --blocks", file=sys.stderr)
            continue
        for seed in arguments.seeds:
            if (case.name, seed) in done:
                continue
            if case.space not in spaces:
                spaces[case.space] = Listed.of(case, arguments.blocks)
            row = run(case, seed, spaces[case.space])
            if arguments.json:
                command = f"python benchmarks/exact.py --json --case {case.name} --seeds {seed}"
                command += f" --blocks {arguments.blocks.name}" if case.vocabulary == "2021" else ""
                print(json.dumps(row | {"command": command, "commit": COMMIT, "versions": versions}), flush=True)
            else:
                print({k: v for k, v in row.items() if k != "settings"}, flush=True)


if __name__ == "__main__":
    main()

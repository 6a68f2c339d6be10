"""How many steps of training a flow network saves that starts from the network of the prior.

    python benchmarks/prior_start.py --seeds 0 1 2 > results.jsonl

Reward (without a size correction), windows and proxy are those of the PARP1 demo. For each seed two networks are
trained: an untrained one, and one that starts from the network beside the vocabulary. Prints one line of JSON each: the
mean log reward of the trajectories drawn at each step; the molecules that the network draws at the end; and the Pearson
correlation of log probability and log target over trajectories of 300 molecules of the library's law, which were not
drawn in training.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from made_with import COMMIT
from oracle_calls import demo_constraints
from rdkit import RDLogger

from molgfn.bundled import bundled
from molgfn.campaign.file.network_file import network_of
from molgfn.campaign.file.sections import AcquisitionSection, ObjectiveSection, SamplerSection
from molgfn.campaign.models.flow import LIKELIHOOD, flow_settings
from molgfn.campaign.reward.objective import Objective, acquisition_times_constraints
from molgfn.campaign.reward.scoring import Scoring
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.likelihood_trainer import LikelihoodTrainer
from molgfn.flow.fragments.local_search import in_random_order
from molgfn.flow.fragments.trainer import Trainer
from molgfn.flow.fragments.weights import Weights
from molgfn.prior.prior import LibraryPrior
from molgfn.proxy.proxy import Proxy

HELD_OUT = 300
WINDOW = 20
"""Steps over which the mean log reward is averaged."""


def demo_environment(vocabulary: Path) -> FragmentEnvironment:
    return FragmentEnvironment(Vocabulary.load(vocabulary), 2, 8, limits=ObjectiveSection().windows.upper())


def demo_reward(proxy: Proxy) -> Objective:
    """Return the reward of the demo with a proxy."""
    objective, acquisition = ObjectiveSection(), AcquisitionSection()
    return acquisition_times_constraints(
        proxy,
        Scoring(acquisition.kind, acquisition.kappa, worst=objective.worst, best=objective.best),
        demo_constraints(),
        unit="kcal/mol",
        exponent=objective.exponent,
        floor=objective.floor,
    )


def held_out_pearson(trainer: Trainer, prior: LibraryPrior) -> float:
    generator = np.random.default_rng(77)
    drawn = in_random_order(trainer.environment, LibraryPrior(prior.environment).draw(HELD_OUT, generator), generator)
    log_target = [scored.log_target for scored in trainer.scorer(drawn)]
    log_p = trainer.network.log_probabilities(drawn)[1]
    return float(np.corrcoef(log_p, log_target)[0, 1])


def run(arguments: argparse.Namespace, weights: Weights | None, seed: int, steps: int) -> dict[str, object]:
    environment = demo_environment(arguments.vocabulary)
    reward = demo_reward(Proxy.load(bundled("proxy", "parp1-docking")))
    prior = LibraryPrior(environment, arguments.weight)
    objective = "TB" if weights is None else arguments.objective
    section = SamplerSection(steps=steps, learning_rate=arguments.learning_rate)
    settings = flow_settings(section, objective, in_policy=True, started=weights is not None)
    kind = LikelihoodTrainer if objective == LIKELIHOOD else Trainer
    trainer = kind(environment, reward, settings, seed, arguments.device, prior=prior, start=weights)
    means: list[float] = []
    started = time.monotonic()
    while len(means) < steps and time.monotonic() - started < arguments.seconds:
        trainer.train(1, lambda step: means.append(round(step.mean_log_reward, 3)))
    seconds = time.monotonic() - started
    return {
        "start": "untrained" if weights is None else "network of the prior",
        "objective": objective,
        "seed": seed,
        "prior_weight": arguments.weight,
        "steps": len(means),
        "seconds": round(seconds, 1),
        "pearson": held_out_pearson(trainer, prior),
        "mean_log_reward": means,
        "molecules": [sample.smiles for sample in trainer.sample(400)],
        "settings": asdict(settings),
    }


def steps_to(level: float, means: Sequence[float]) -> int | None:
    """Return the first step at which the mean of the last 20 steps is at that level; None if it never is."""
    averages = np.convolve(means, np.full(WINDOW, 1 / WINDOW), "valid")
    reached = np.flatnonzero(averages >= level)
    return int(reached[0]) + WINDOW if len(reached) else None


def table(lines: Sequence[str]) -> str:
    """Return a Markdown table of printed lines: what both starts reach, and how fast."""
    rows = [json.loads(line) for line in lines]
    untrained = {row["seed"]: row for row in rows if row["start"] == "untrained"}
    text = [
        "| seed | untrained: steps | log R at the end | Pearson | from the network: steps to the same | log R at "
        "the end | Pearson |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        if row["start"] != "untrained" and row["seed"] in untrained:
            fresh = untrained[row["seed"]]
            level, own = (float(np.mean(r["mean_log_reward"][-WINDOW:])) for r in (fresh, row))
            needed = steps_to(level, row["mean_log_reward"])
            text.append(
                f"| {row['seed']} | {fresh['steps']} | {level:.2f} | {fresh['pearson']:.3f} "
                f"| {needed or 'not'} (of {row['steps']}) | {own:.2f} | {row['pearson']:.3f} |"
            )
    return "\n".join(text)


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocabulary", type=Path, default=bundled("data", "vocabulary.json"))
    parser.add_argument("--network", type=Path, help="instead of the one beside the vocabulary")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument(
        "--steps", type=int, nargs=2, default=(1000, 300), help="untrained, and from the network; 0: not"
    )
    parser.add_argument("--weight", type=float, default=1.0, help="of the prior")
    parser.add_argument("--objective", default=LIKELIHOOD, help="from the network; an untrained one has TB")
    parser.add_argument("--learning-rate", type=float, help="instead of the default")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop each training after that many")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--table", type=Path, help="print such lines as a table, and do nothing else")
    arguments = parser.parse_args(words)
    if arguments.table is not None:
        print(table(arguments.table.read_text(encoding="utf-8").splitlines()))
        return
    RDLogger.DisableLog("rdApp.*")
    torch.set_num_threads(1)
    weights = Weights.load(arguments.network or network_of(arguments.vocabulary))
    made = {"commit": COMMIT, "device": arguments.device, "torch": torch.__version__, "rdkit": version("rdkit")}
    for seed in arguments.seeds:
        for steps, start in zip(arguments.steps, (None, weights), strict=True):
            if steps:
                print(json.dumps(run(arguments, start, seed, steps) | made), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Modes found and correlation of log p with log R on bit sequences, against training steps.

    python benchmarks/bit_sequences.py --json --k 1 --steps 50000 --seed 0
    python benchmarks/bit_sequences.py --keep result.json --k 2 4 8 --steps 5000 --seed 0
    python benchmarks/bit_sequences.py --keep result.json --plot result.svg

The test bed of Malkin et al. 2022, section 5.4: 120 bits, 60 modes, words of k bits. A mode counts as found once a
sequence drawn in training is within 28 bits of it. The test set holds every mode with 0 to 119 random bits flipped;
log p is exact. Modes and test set are those of one generator, whatever the seed of training.

Each step draws 16 sequences; `sequences` counts them. Over the first half of the steps the law to learn is R^b with b
rising to 1: a policy that is to learn R at once gathers around the first mode that it comes near.
"""

import argparse
import json
import platform
import sys
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from line_plot import Line, Panel, line_plot
from made_with import COMMIT
from scipy.stats import spearmanr

from molgfn.environments.testbeds.bit_sequences import BitSequences, Sentences, flipped_modes, random_modes
from molgfn.flow.testbeds.bits import BitFlow
from molgfn.flow.training import TrainerSettings, Training

BITS, MODES, NEAR = 120, 60, 28
CHECKPOINTS = 20
SPACE_SEED = 0


class ModeCount:
    """Scores sequences and remembers which modes they came near."""

    def __init__(self, space: BitSequences) -> None:
        self.space = space
        self.found = np.zeros(len(space.modes), dtype=bool)
        self.seen = 0

    def __call__(self, sentences: Sentences) -> tuple[np.ndarray, np.ndarray]:
        distances = self.space.distances(sentences)
        self.found |= (distances <= NEAR).any(axis=0)
        self.seen += len(sentences)
        log_reward = self.space.log_reward(sentences)
        return log_reward, log_reward


def test_bed(word_bits: int, beta: float) -> tuple[BitSequences, Sentences]:
    """Return the space and its test set."""
    generator = np.random.default_rng(SPACE_SEED)
    space = BitSequences(random_modes(BITS, MODES, generator), word_bits, beta)
    return space, space.sentences(flipped_modes(space.modes, generator))


def run(word_bits: int, beta: float, width: int, settings: TrainerSettings, seed: int) -> list[dict[str, object]]:
    space, test = test_bed(word_bits, beta)
    log_reward = space.log_reward(test)
    torch.manual_seed(seed)
    flow, count = BitFlow(space, width), ModeCount(space)
    training = Training(flow, count, settings, seed)
    rows: list[dict[str, object]] = []
    cpu_s = 0.0
    for part in range(CHECKPOINTS):
        started = time.process_time()
        training.train(settings.steps * (part + 1) // CHECKPOINTS - training.done)
        cpu_s += time.process_time() - started
        drawn, _ = flow.draw(1000, torch.Generator().manual_seed(seed))
        row: dict[str, object] = {
            "k": word_bits,
            "objective": settings.objective,
            "seed": seed,
            "step": training.done,
            "sequences": count.seen,
            "modes": int(count.found.sum()),
            "spearman": float(spearmanr(flow.log_probability(test), log_reward).statistic),
            "mean_distance_of_1000_draws": float(space.distances(drawn).min(axis=1).mean()),
            "modes_near_1000_draws": int((space.distances(drawn) <= NEAR).any(axis=0).sum()),
            "log_z": float(flow.log_z.detach()),
            "cpu_s": round(cpu_s, 1),
        }
        print(json.dumps(row), file=sys.stderr, flush=True)
        rows.append(row)
    return rows


def plot(results: list[dict[str, list[dict[str, object]]]]) -> str:
    """Draw modes found and correlation against steps, a line for each training."""
    lines: dict[str, list[Line]] = {"modes": [], "spearman": []}
    for result in results:
        rows = result["rows"]
        for key in dict.fromkeys((row["k"], row["objective"], row["seed"]) for row in rows):
            mine = [row for row in rows if (row["k"], row["objective"], row["seed"]) == key]
            name = f"k = {key[0]}, {key[1]}, seed {key[2]}, {mine[-1]['step']:,} steps"
            for quantity, found in lines.items():
                found.append(Line(name, [row["step"] for row in mine], [row[quantity] for row in mine]))
    return line_plot(
        [
            Panel(f"modes found, of {MODES}", "steps of 16 sequences", lines["modes"]),
            Panel("Spearman, log p with log R", "steps of 16 sequences", lines["spearman"]),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object with rows and versions")
    parser.add_argument("--k", type=int, nargs="+", choices=(1, 2, 4, 8), default=[1])
    parser.add_argument("--beta", type=float, default=1.0, help="log reward that each wrong bit costs")
    parser.add_argument("--steps", type=int, default=50_000)
    parser.add_argument("--objective", choices=("TB", "DB", "SubTB", "FM"), default="TB")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--learning-rate", type=float, default=5e-3)
    parser.add_argument("--epsilon", type=float, default=0.0)
    parser.add_argument("--beta-start", type=float, default=0.2)
    parser.add_argument("--replay-fraction", type=float, default=1.0)
    parser.add_argument("--replay-best", type=float, default=0.0)
    parser.add_argument("--replay-capacity", type=int, default=20_000)
    parser.add_argument("--seed", type=int, nargs="+", default=[0])
    parser.add_argument("--keep", type=Path, metavar="JSON", help="add the result to those in this file")
    parser.add_argument("--plot", type=Path, metavar="SVG", help="train nothing; draw what is kept")
    arguments = parser.parse_args()
    kept = []
    if arguments.keep and arguments.keep.exists():
        kept = json.loads(arguments.keep.read_text(encoding="utf-8"))["results"]
    if arguments.plot:
        arguments.plot.write_text(plot(kept), encoding="utf-8")
        return
    torch.set_num_threads(1)
    settings = TrainerSettings(
        steps=arguments.steps,
        batch_size=16,
        learning_rate=arguments.learning_rate,
        epsilon=arguments.epsilon,
        beta_start=arguments.beta_start,
        replay_fraction=arguments.replay_fraction,
        replay_best=arguments.replay_best,
        replay_capacity=arguments.replay_capacity,
        objective=arguments.objective,
        subtb_lambda=0.9,
    )
    rows = [
        row
        for word_bits in arguments.k
        for seed in arguments.seed
        for row in run(word_bits, arguments.beta, arguments.width, settings, seed)
    ]
    packages = {name: version(name) for name in ("molgfn", "torch", "numpy", "scipy")}
    result = {
        "command": "python benchmarks/bit_sequences.py " + " ".join(sys.argv[1:]),
        "commit": COMMIT,
        "python": platform.python_version(),
        **packages,
        "space": {"bits": BITS, "modes": MODES, "near": NEAR, "beta": arguments.beta, "seed": SPACE_SEED},
        "width": arguments.width,
        "settings": asdict(settings),
        "rows": rows,
    }
    if arguments.keep:
        arguments.keep.write_text(json.dumps({"results": [*kept, result]}, indent=1) + "\n", encoding="utf-8")
    if arguments.json:
        print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()

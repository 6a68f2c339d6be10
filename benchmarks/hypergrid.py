"""L1 distance from R/Z and modes found on hypergrids, against trajectories.

    python benchmarks/hypergrid.py --keep result.json --size 4x8 --r0 0.1 --trajectories 128000 --seeds 0 1 2 3 4
    python benchmarks/hypergrid.py --keep comparison.json --size 2x16 4x8 --r0 0.1 0.01 0.001 \\
        --method TB DB SubTB FM MCMC PPO --backward uniform learned --trajectories 32000 --seeds 0 1 2 3 4
    python benchmarks/hypergrid.py --keep comparison.json --plot comparison.svg

L1 is the sum of |p - pi| over the whole grid. For the flow networks and for PPO p is the exact law of the policy; for
MCMC, which has none, it is the share of all visits so far that each point got, from 64 chains that begin at even
random points. A mode is found once a trajectory ends there. A trajectory is one that was drawn and scored, whether or
not it is replayed later; of MCMC, a visit. FM has no backward policy; with a learned one MCMC and PPO change nothing:
the three are run once.

Runs that the file already has are not repeated.
"""

import argparse
import json
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from line_plot import Line, Panel, line_plot
from made_with import COMMIT

from molgfn.baselines.grid_mcmc import GridMCMC
from molgfn.baselines.ppo import PPOSettings, PPOTraining
from molgfn.environments.testbeds.hypergrid import GridPaths, Hypergrid
from molgfn.flow.testbeds.grids import GridFlow
from molgfn.flow.training import TrainerSettings, Training

CHECKPOINTS = 10
CHAINS = 64
KEY = ("dimensions", "height", "r0", "method", "backward", "seed")


class ModeCount:
    """Scores paths and remembers which modes they ended in."""

    def __init__(self, grid: Hypergrid) -> None:
        self.grid = grid
        self.found: set[int] = set()
        self.all_after: int | None = None
        self.seen = 0

    def __call__(self, paths: GridPaths) -> tuple[np.ndarray, np.ndarray]:
        log_reward = np.log(self.visit(self.grid.ends(paths)))
        return log_reward, log_reward

    def visit(self, points: np.ndarray) -> np.ndarray:
        """Count points and return their rewards."""
        reward = self.grid.reward(points)
        best = reward == self.grid.reward(self.grid.points[self.grid.modes[:1]])[0]
        self.found |= set(self.grid.mode_of(points[best]).tolist())
        self.seen += len(points)
        if self.all_after is None and len(self.found) == 2**self.grid.dimensions:
            self.all_after = self.seen
        return reward


class Learner(Protocol):
    """A method under test."""

    def train(self, trajectories: int) -> None: ...
    def law(self) -> np.ndarray: ...


class Flow:
    """A flow network, trained by an objective."""

    def __init__(self, grid: Hypergrid, count: ModeCount, settings: TrainerSettings, seed: int) -> None:
        self.flow = GridFlow(grid, settings.width, settings.layers)
        self.law = self.flow.law
        self.training = Training(self.flow, count, settings, seed)

    def train(self, trajectories: int) -> None:
        self.training.train(trajectories // self.training.settings.batch_size)


def ppo_settings(settings: TrainerSettings) -> PPOSettings:
    """Return settings of PPO that learn from the same batches: each whole, four times over."""
    size = settings.batch_size
    return PPOSettings(batch_size=size, minibatch_size=size, learning_rate=settings.learning_rate)


class Policy:
    """The same network as a policy, trained by PPO."""

    def __init__(self, grid: Hypergrid, count: ModeCount, settings: TrainerSettings, seed: int) -> None:
        self.flow = GridFlow(grid, settings.width, settings.layers)
        self.law = self.flow.law
        self.training = PPOTraining(self.flow, count, ppo_settings(settings), seed)

    def train(self, trajectories: int) -> None:
        self.training.train(trajectories // self.training.settings.batch_size)


class Chains:
    """Metropolis-Hastings."""

    def __init__(self, grid: Hypergrid, count: ModeCount, seed: int) -> None:
        generator = np.random.default_rng(seed)
        start = grid.points[generator.integers(len(grid.points), size=CHAINS)]
        self.grid, self.count = grid, count
        self.chains = GridMCMC(grid, start, generator)
        self.visits = np.zeros(len(grid.points))

    def train(self, trajectories: int) -> None:
        for _ in range(trajectories // CHAINS):
            reached = self.chains.step()
            self.count.visit(reached)
            np.add.at(self.visits, self.grid.number(reached), 1)

    def law(self) -> np.ndarray:
        return self.visits / self.visits.sum()


@dataclass(frozen=True)
class Run:
    """One training: where, how, from which seed. No backward policy where it makes no difference."""

    grid: Hypergrid
    method: str
    backward: str | None
    seed: int

    def facts(self) -> dict[str, object]:
        grid = self.grid
        return dict(
            zip(KEY, (grid.dimensions, grid.height, grid.r0, self.method, self.backward, self.seed), strict=True)
        )

    def learner(self, count: ModeCount, settings: TrainerSettings) -> Learner:
        torch.manual_seed(self.seed)
        if self.method == "MCMC":
            return Chains(self.grid, count, self.seed)
        if self.method == "PPO":
            return Policy(self.grid, count, settings, self.seed)
        chosen = replace(settings, objective=self.method, backward=self.backward or "uniform")  # type: ignore[arg-type]
        return Flow(self.grid, count, chosen, self.seed)

    def rows(self, settings: TrainerSettings, trajectories: int) -> Iterator[dict[str, object]]:
        """Train and yield a row at each checkpoint."""
        count = ModeCount(self.grid)
        learner = self.learner(count, settings)
        cpu_s = 0.0
        for part in range(1, CHECKPOINTS + 1):
            started = time.process_time()
            learner.train(trajectories * part // CHECKPOINTS - count.seen)
            cpu_s += time.process_time() - started
            yield self.facts() | {
                "trajectories": count.seen,
                "l1": float(np.abs(learner.law() - self.grid.law).sum()),
                "modes": len(count.found),
                "all_modes_after": count.all_after,
                "cpu_s": round(cpu_s, 1),
            }


def planned(arguments: argparse.Namespace) -> list[Run]:
    """Return every run that is asked for, once."""
    runs = [
        Run(Hypergrid(*size, r0=r0), method, None if method in ("FM", "MCMC", "PPO") else backward, seed)
        for seed, size, r0, method, backward in product(
            arguments.seeds, arguments.size, arguments.r0, arguments.method, arguments.backward
        )
    ]
    return list(dict.fromkeys(runs))


def plot(rows: list[dict[str, object]]) -> str:
    """Draw L1 and modes against trajectories on every grid: the median over seeds, and from lowest to highest."""
    panels = []
    for space in sorted({tuple(row[key] for key in KEY[:3]) for row in rows}, key=lambda s: (s[0], s[1], -s[2])):
        here = [row for row in rows if tuple(row[key] for key in KEY[:3]) == space]
        methods = sorted({(row["method"], row["backward"]) for row in here}, key=str)
        title = f"{space[1]}^{space[0]}, R0 = {space[2]:g}"
        for quantity, label in (("l1", "L1"), ("modes", f"modes found, of {2 ** space[0]}")):
            lines = [
                _line([row for row in here if (row["method"], row["backward"]) == m], m, quantity) for m in methods
            ]
            panels.append(Panel(label, "trajectories", lines, title, logarithmic=quantity == "l1"))
    return line_plot(panels)


def _line(rows: list[dict[str, object]], method: tuple[str, str | None], quantity: str) -> Line:
    at = sorted({row["trajectories"] for row in rows})
    values = [[row[quantity] for row in rows if row["trajectories"] == x] for x in at]
    name = f"{method[0]}, {method[1]} P_B" if method[1] else method[0]
    return Line(name, at, [float(np.median(v)) for v in values], [min(v) for v in values], [max(v) for v in values])


def _size(text: str) -> tuple[int, int]:
    dimensions, height = text.split("x")
    return int(dimensions), int(height)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, required=True, metavar="JSON", help="where rows are kept as they come")
    parser.add_argument("--size", type=_size, nargs="+", metavar="NxH", default=[(4, 8)])
    parser.add_argument("--r0", type=float, nargs="+", default=[0.1])
    parser.add_argument("--method", nargs="+", choices=("TB", "DB", "SubTB", "FM", "MCMC", "PPO"), default=["TB"])
    parser.add_argument("--backward", nargs="+", choices=("uniform", "learned", "likelihood"), default=["uniform"])
    parser.add_argument("--trajectories", type=int, default=128_000)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--epsilon", type=float, default=0.0)
    parser.add_argument("--replay-fraction", type=float, default=0.0, help="drawn evenly from the latest 20,000")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--plot", type=Path, metavar="SVG", help="train nothing; draw what is kept")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    kept = json.loads(arguments.keep.read_text(encoding="utf-8")) if arguments.keep.exists() else {"rows": []}
    if arguments.plot:
        arguments.plot.write_text(plot(kept["rows"]), encoding="utf-8")
        return
    torch.set_num_threads(1)
    settings = TrainerSettings(
        steps=arguments.trajectories // arguments.batch_size,
        batch_size=arguments.batch_size,
        learning_rate=arguments.learning_rate,
        epsilon=arguments.epsilon,
        replay_fraction=arguments.replay_fraction,
        replay_best=0.0,
        width=arguments.width,
        layers=2,
        subtb_lambda=0.9,
    )
    facts = {
        "command": "python benchmarks/hypergrid.py " + " ".join(sys.argv[1:]),
        "python": platform.python_version(),
        **{name: version(name) for name in ("molgfn", "torch", "numpy")},
        "chains": CHAINS,
        "ppo": asdict(ppo_settings(settings)),
        "settings": {k: v for k, v in asdict(settings).items() if k not in ("objective", "backward")},
    }
    done = {tuple(row[key] for key in KEY) for row in kept["rows"]}
    for run in planned(arguments):
        if tuple(run.facts().values()) in done:
            continue
        rows = list(run.rows(settings, arguments.trajectories))
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
        kept["rows"] += [row | {"commit": COMMIT} for row in rows]
        arguments.keep.write_text(json.dumps(facts | {"rows": kept["rows"]}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Exact L1 distance from R/Z and modes found on hypergrids, against trajectories.

    python benchmarks/hypergrid.py --json --size 4 8 --r0 0.1 --trajectories 128000 --seeds 0 1 2 3 4

L1 is the sum of |p - pi| over the whole grid, p the exact law of the policy. A mode is found once a trajectory ends
there.
"""

import argparse
import json
import platform
import sys
import time
from dataclasses import asdict
from importlib.metadata import version

import numpy as np
import torch

from molgfn.environments.hypergrid import GridPaths, Hypergrid
from molgfn.flow.grid_flow import GridFlow
from molgfn.flow.training import TrainerSettings, Training

CHECKPOINTS = 10


class ModeCount:
    """Scores paths and remembers which modes they ended in."""

    def __init__(self, grid: Hypergrid) -> None:
        self.grid = grid
        self.found: set[int] = set()
        self.all_after: int | None = None
        self.seen = 0

    def __call__(self, paths: GridPaths) -> tuple[np.ndarray, np.ndarray]:
        ends = self.grid.ends(paths)
        reward = self.grid.reward(ends)
        best = reward == self.grid.reward(self.grid.points[self.grid.modes[:1]])[0]
        self.found |= set(self.grid.mode_of(ends[best]).tolist())
        self.seen += len(paths)
        if self.all_after is None and len(self.found) == 2**self.grid.dimensions:
            self.all_after = self.seen
        return np.log(reward), np.log(reward)


def run(grid: Hypergrid, settings: TrainerSettings, seed: int) -> list[dict[str, object]]:
    torch.manual_seed(seed)
    flow = GridFlow(grid, settings.width, settings.layers)
    count = ModeCount(grid)
    training = Training(flow, count, settings, seed)
    rows: list[dict[str, object]] = []
    cpu_s = 0.0
    for part in range(CHECKPOINTS):
        started = time.process_time()
        training.train(settings.steps * (part + 1) // CHECKPOINTS - training.done)
        cpu_s += time.process_time() - started
        row = {
            "dimensions": grid.dimensions,
            "height": grid.height,
            "r0": grid.r0,
            "objective": settings.objective,
            "backward": settings.backward,
            "seed": seed,
            "trajectories": count.seen,
            "l1": float(np.abs(flow.law() - grid.law).sum()),
            "modes": len(count.found),
            "all_modes_after": count.all_after,
            "log_z_error": float(flow.log_z.detach()) - float(np.log(grid.reward(grid.points).sum())),
            "cpu_s": round(cpu_s, 1),
        }
        print(json.dumps(row), file=sys.stderr, flush=True)
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object with rows and versions")
    parser.add_argument("--size", type=int, nargs=2, metavar=("N", "H"), default=(4, 8))
    parser.add_argument("--r0", type=float, default=0.1)
    parser.add_argument("--objective", choices=("TB", "DB", "SubTB", "FM"), default="TB")
    parser.add_argument("--backward", choices=("uniform", "learned", "likelihood"), default="uniform")
    parser.add_argument("--trajectories", type=int, default=128_000)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--epsilon", type=float, default=0.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    settings = TrainerSettings(
        steps=arguments.trajectories // 64,
        learning_rate=arguments.learning_rate,
        epsilon=arguments.epsilon,
        replay_fraction=0.0,
        width=256,
        layers=2,
        objective=arguments.objective,
        backward=arguments.backward,
        subtb_lambda=0.9,
    )
    grid = Hypergrid(*arguments.size, r0=arguments.r0)
    rows = [row for seed in arguments.seeds for row in run(grid, settings, seed)]
    if arguments.json:
        packages = {name: version(name) for name in ("molgfn", "torch", "numpy")}
        command = "python benchmarks/hypergrid.py " + " ".join(sys.argv[1:])
        facts = {"command": command, "python": platform.python_version(), **packages, "settings": asdict(settings)}
        print(json.dumps(facts | {"rows": rows}, indent=1))


if __name__ == "__main__":
    main()

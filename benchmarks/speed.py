"""Speed and memory on one pinned core.

    taskset -c 0 python benchmarks/speed.py --json [--row NAME ...]

Default vocabulary, 2 to 8 blocks, default settings (each step draws 64 trajectories and replays 32 more, which are not
counted; rows named no_replay are without them), reward from one MPNN-GRU of the bundled proxy; CPU time of the process,
after the policy has learnt to build large molecules. Run it with nothing else running. Rows: name, value, unit, n,
ratio_to_floor; the floor is the network itself, forward and backward on the same states, laid out beforehand, timed in
turns with what is compared. With `--device cuda` the networks run on a GPU, and the seconds are those of the clock.
"""

import argparse
import json
import platform
import resource
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from made_with import COMMIT
from rdkit import RDLogger

from molgfn.bundled import bundled
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.fragments.trainer import Trainer, TrainerSettings
from molgfn.flow.loss import ObjectiveName
from molgfn.flow.replay import Targets
from molgfn.memory import give_back
from molgfn.proxy.networks.ensemble import NetworkEnsemble
from molgfn.proxy.proxy import Proxy

WARM_STEPS, STEPS = 100, 40
BEST, WORST, EXPONENT, FLOOR = -14.0, -6.0, 8, 1e-3
REPLAY = TrainerSettings.replay_fraction
Row = dict[str, object]


def environment() -> FragmentEnvironment:
    return FragmentEnvironment(Vocabulary.load(bundled("data", "vocabulary.json")), 2, 8)


def proxy(members: int, device: str) -> Proxy:
    whole = Proxy.load(bundled("proxy", "parp1-docking"))
    info = whole.info.model_copy(update={"members": members})
    ensemble = NetworkEnsemble.of(whole.ensemble.arrays(), info)
    ensemble.move_to(device)
    return Proxy(info, ensemble)


def log_reward(model: Proxy) -> Callable[[Sequence[str]], np.ndarray]:
    def reward(smiles: Sequence[str]) -> np.ndarray:
        share = (model.predict(smiles).mean - WORST) / (BEST - WORST)
        return np.asarray(EXPONENT * np.log(np.clip(share, FLOOR, 1.0)))

    return reward


def trainer(
    device: str,
    objective: ObjectiveName,
    width: int,
    layers: int,
    warm: int = WARM_STEPS,
    replay_fraction: float = REPLAY,
) -> Trainer:
    settings = TrainerSettings(
        steps=10_000, objective=objective, width=width, layers=layers, replay_fraction=replay_fraction
    )
    made = Trainer(environment(), log_reward(proxy(1, device)), settings, seed=0, device=device)
    made.train(warm)
    return made


def seconds_of(work: Callable[[], object], device: str = "cpu") -> float:
    """Return the CPU time of the process, or on a GPU the time of the clock."""
    clock = time.process_time if device == "cpu" else _clock_of_gpu
    started = clock()
    work()
    return clock() - started


def _clock_of_gpu() -> float:
    torch.cuda.synchronize()
    return time.perf_counter()


def row(name: str, value: float, unit: str, n: int, ratio: float | None = None, **more: object) -> Row:
    return {"name": name, "value": value, "unit": unit, "n": n, "ratio_to_floor": ratio, **more}


class Share:
    """CPU time spent in the environment: stepping, masks, parents, codes, assembly."""

    def __init__(self, made: Trainer) -> None:
        self.seconds = 0.0
        self._inside = False
        env = made.environment
        for owner, names in (
            (env, ("open_stems", "may_stop", "leaves", "without", "putting_back", "tree", "smiles")),
            (env, ("block_smiles", "log_build_multiplicity")),
            (env.codes, ("identity",)),
        ):
            for name in names:
                setattr(owner, name, self._timed(getattr(owner, name)))
        self._states = {name: getattr(States, name) for name in ("append", "take", "cut_to")}
        for name, function in self._states.items():
            setattr(States, name, self._timed(function))

    def _timed(self, function: Callable[..., object]) -> Callable[..., object]:
        def timed(*args: object, **kwargs: object) -> object:
            if self._inside:
                return function(*args, **kwargs)
            self._inside, started = True, time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                self._inside = False
                self.seconds += time.process_time() - started

        return timed

    def stop(self) -> None:
        for name, function in self._states.items():
            setattr(States, name, function)


def training(
    device: str,
    name: str,
    objective: ObjectiveName,
    width: int,
    layers: int,
    steps: int,
    replay_fraction: float = REPLAY,
) -> list[Row]:
    made = trainer(device, objective, width, layers, WARM_STEPS if layers == 1 else 30, replay_fraction)
    seconds = seconds_of(lambda: made.train(steps), device)
    n = steps * made.settings.batch_size
    parameters = sum(p.numel() for p in made.network.parameters())
    blocks = float(made.network.draw(256, made.generator)[0].length.mean())
    return [row(name, n / seconds, "trajectories / CPU s", n, parameters=parameters, mean_blocks=round(blocks, 2))]


def environment_share(device: str) -> list[Row]:
    made = trainer(device, "TB", 128, 1)
    share = Share(made)
    seconds = seconds_of(lambda: made.train(STEPS), device)
    share.stop()
    return [row("environment_share_of_step", 100 * share.seconds / seconds, "%", STEPS)]


def step_against_floor(device: str, objective: ObjectiveName = "TB") -> list[Row]:
    """The training step without sampling and reward, against the network on the same states."""
    made = trainer(device, objective, 128, 1)
    states, _ = made.network.draw(96, made.generator)
    reward, target = made._scores(states)
    targets = Targets(reward, target - reward)
    size = np.arange(states.blocks.shape[1] + 1)
    # The step asks the network nothing of full states.
    asked = (size > 0) & (size <= states.length[:, None]) & (size < made.environment.max_blocks)
    row_of, length = np.nonzero(asked)
    prefixes = states.take(row_of).cut_to(length)
    layout = made.network.lay_out(prefixes)

    def floor() -> None:
        law = made.network.law(layout)
        (law.log_stop.clamp(min=-50).sum() + law.log_stem.sum() + law.log_flow.sum() + law.leaf.sum()).backward()
        made.optimiser.zero_grad()

    spent = {"step": 0.0, "floor": 0.0}
    for _ in range(STEPS):
        spent["step"] += seconds_of(lambda: made._update(states, targets, None), device)
        spent["floor"] += seconds_of(floor, device)
    value = 1000 * spent["step"] / STEPS
    ratio = spent["step"] / spent["floor"]
    return [row(f"step_{objective}_128", value, "CPU ms / step of 96 trajectories", STEPS, ratio, states=len(prefixes))]


def sampling(device: str) -> list[Row]:
    made = trainer(device, "TB", 128, 1)
    n = 4096
    seconds = seconds_of(lambda: made.sample(n), device)
    drawn = seconds_of(lambda: [made.network.draw(256, made.generator) for _ in range(n // 256)], device)
    blocks = float(made.network.draw(256, made.generator)[0].length.mean())
    return [
        row("sample_to_smiles_128", n / seconds, "molecules / CPU s", n, mean_blocks=round(blocks, 2)),
        row("sample_trajectories_128", n / drawn, "molecules / CPU s", n, mean_blocks=round(blocks, 2)),
    ]


def random_to_smiles(_device: str) -> list[Row]:
    # No network is asked.
    env, n = environment(), 8192
    generator = np.random.default_rng(0)
    lengths: list[np.ndarray] = []

    def work() -> None:
        for _ in range(n // 512):
            states = random_states(env, 512, generator)
            lengths.append(states.length)
            for number in range(len(states)):
                env.smiles(env.tree(states, number))

    work()
    seconds = seconds_of(work)
    mean = round(float(np.concatenate(lengths).mean()), 2)
    return [row("random_to_smiles", n / seconds, "molecules / CPU s", n, mean_blocks=mean)]


def proxies(device: str) -> list[Row]:
    env, n = environment(), 2048
    states = random_states(env, n, np.random.default_rng(0))
    smiles = [env.smiles(env.tree(states, number)) for number in range(n)]
    rows = []
    for members in (1, 5):
        model = proxy(members, device)
        model.predict(smiles[:256])
        seconds = seconds_of(lambda model=model: model.predict(smiles), device)
        rows.append(row(f"proxy_{members}", n / seconds, "molecules / CPU s", n))
    return rows


def resident() -> float:
    """Return the memory of this process in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096.0


def memory(device: str, trajectories: int = 100_000, start: int = 25_600) -> list[Row]:
    """Memory over a long training, from where the replay and the memory of rewards are full.

    The most is the peak of the process; the slope is of what is held once the free parts were given back.
    """
    made = trainer(device, "TB", 128, 1, warm=0)
    made.train(start // made.settings.batch_size)
    seen, used = [], []
    while made.done * made.settings.batch_size < start + trajectories:
        made.train(25)
        give_back()
        seen.append(made.done * made.settings.batch_size)
        used.append(resident())
    slope = float(np.polyfit(seen, used, 1)[0])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return [
        row("memory_most", most / 2**20, "MiB", trajectories),
        row("memory_slope", slope, "bytes / trajectory", trajectories),
    ]


ROWS: dict[str, Callable[[str], list[Row]]] = {
    "train_TB_128": lambda device: training(device, "train_TB_128", "TB", 128, 1, STEPS),
    "train_FM_128": lambda device: training(device, "train_FM_128", "FM", 128, 1, STEPS),
    "train_TB_256x10": lambda device: training(device, "train_TB_256x10", "TB", 256, 10, 15),
    "train_FM_256x10": lambda device: training(device, "train_FM_256x10", "FM", 256, 10, 10),
    "train_TB_256x10_no_replay": lambda device: training(device, "train_TB_256x10_no_replay", "TB", 256, 10, 15, 0.0),
    "step_TB": step_against_floor,
    "environment": environment_share,
    "sampling": sampling,
    "random": random_to_smiles,
    "proxy": proxies,
    "memory": memory,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object with rows and versions")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="of the networks")
    parser.add_argument("--row", choices=ROWS, action="append", help="all if not given; may be repeated")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    RDLogger.DisableLog("rdApp.*")
    rows: list[Row] = []
    for name in arguments.row or ROWS:
        for made in ROWS[name](arguments.device):
            rows.append(made)
            print(json.dumps(made), file=sys.stderr if arguments.json else sys.stdout, flush=True)
    if arguments.json:
        versions = {n: version(n) for n in ("molgfn", "torch", "rdkit", "numpy")}
        command = "taskset -c 0 python benchmarks/speed.py " + " ".join(sys.argv[1:])
        facts = {
            "command": command,
            "device": arguments.device,
            "commit": COMMIT,
            "python": platform.python_version(),
            **versions,
        }
        print(json.dumps(facts | {"rows": rows}, indent=1))


if __name__ == "__main__":
    main()

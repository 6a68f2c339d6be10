"""A small campaign whose every part is instant and deterministic, to see what the loop does with them."""

import hashlib
import itertools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rdkit import Chem

from molgfn.campaign.file.load import Campaign, load_campaign
from molgfn.campaign.loop import resume_run, start_run
from molgfn.campaign.models.interfaces import FlowStep, ProxyEpoch, Reward
from molgfn.campaign.reward.objective import Predicted
from molgfn.chem.trees.tree import Tree
from molgfn.direction import Direction
from molgfn.oracles.interfaces import Answer, Compound, DockedSpecies, Failure, Measurement
from molgfn.progress import SilentProgress
from molgfn.proxy.uncertainty.limits import Limits

LEFT = ["c1ccccc1", "Cc1ccccc1", "Fc1ccccc1", "Clc1ccccc1", "COc1ccccc1", "c1ccncc1", "C1CCCCC1", "c1ccsc1", "Cn1cccc1"]
LINKERS = ["C(=O)N", "CN", "S(=O)(=O)N", "NC(=O)", "OC", "CC"]
RIGHT = ["c1ccc(F)cc1", "c1ccc(OC)cc1", "Cc1ccccc1", "C1CCCCC1", "c1ccc2[nH]ccc2c1", "CCc1ccncc1", "c1ccc(C#N)cc1"]
TOO_HEAVY = "c1ccc(-c2ccc(-c3ccc(-c4ccc(-c5ccc(-c6ccccc6)cc5)cc4)cc3)cc2)cc1"


@dataclass(frozen=True)
class Molecule:
    smiles: str
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    mean_log_reward: float
    loss: float = 0.0


@dataclass(frozen=True)
class Epoch:
    members: int = 1
    epochs: int = 2


@dataclass(frozen=True)
class Guess:
    mean: np.ndarray
    std: np.ndarray


@dataclass(frozen=True)
class Near:
    similarity: np.ndarray
    smiles: list[str]
    in_domain: list[bool | None]


SPACE = [Molecule(Chem.CanonSmiles("".join(blocks)), blocks) for blocks in itertools.product(LEFT, LINKERS, RIGHT)] + [
    Molecule(TOO_HEAVY, (TOO_HEAVY,))
]


def share(text: str) -> float:
    """A number from 0 to 1 that belongs to a text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little") / 2**32


def heavy_atoms(smiles: str) -> int:
    return int(Chem.MolFromSmiles(smiles).GetNumHeavyAtoms())


def true_value(smiles: str) -> float:
    return -4.0 - 0.2 * heavy_atoms(smiles) - share(smiles)


class TableTrainer:
    """Remembers the rewards it has seen and prefers the molecules with the highest."""

    def __init__(self, reward: Reward, seed: int, pause_s: float) -> None:
        self._reward, self._pause_s = reward, pause_s
        self._generator = np.random.default_rng(seed)
        self._log_rewards = np.full(len(SPACE), -30.0)

    def train(self, steps: int, on_step: Callable[[FlowStep], None] | None = None) -> None:
        for _ in range(steps):
            time.sleep(self._pause_s)
            chosen = self._generator.integers(len(SPACE), size=8)
            self._log_rewards[chosen] = self._reward([SPACE[place].smiles for place in chosen])
            if on_step is not None:
                on_step(Step(float(self._log_rewards.mean())))

    def sample(self, n: int) -> list[Molecule]:
        weights = np.exp((self._log_rewards - self._log_rewards.max()) / 8)
        return [SPACE[place] for place in self._generator.choice(len(SPACE), size=n, p=weights / weights.sum())]

    def prepare(self, count: int = 0) -> None:
        pass

    def drawn(self, steps: int) -> int:  # noqa: ARG002
        return 0

    def resample(self, n: int, draws: int) -> list[Molecule]:
        raise AssertionError(f"{n} of {n * draws} asked, but these campaigns have no prior")

    def save(self, folder: Path) -> None:
        state = {"log_rewards": self._log_rewards.tolist(), "generator": self._generator.bit_generator.state}
        (folder / "table.json").write_text(json.dumps(state))

    def load(self, folder: Path) -> None:
        state = json.loads((folder / "table.json").read_text())
        self._log_rewards = np.array(state["log_rewards"])
        self._generator.bit_generator.state = state["generator"]


@dataclass(frozen=True)
class LineProxy:
    """A straight line through the number of heavy atoms."""

    slope: float
    intercept: float
    unit: str = "kcal/mol"
    direction: Direction = "minimise"
    limits = Limits("", "")
    has_process = False

    def predict(self, smiles: Sequence[str]) -> Predicted:
        # Noise that depends on the place in the batch, as the last digits of a real network's output do.
        noise = np.arange(len(smiles)) * 1e-9
        return Guess(
            np.array([self.slope * heavy_atoms(one) + self.intercept for one in smiles]) + noise,
            np.full(len(smiles), 0.5),
        )

    def process(self, smiles: Sequence[str]) -> None:
        """No training molecules are kept."""

    def neighbours(self, smiles: Sequence[str]) -> Near:
        near = [share(one) for one in smiles]
        return Near(np.array(near), ["CCO"] * len(smiles), [similarity > 0.5 for similarity in near])

    def save(self, folder: Path) -> None:
        (folder / "line.json").write_text(json.dumps([self.slope, self.intercept]))


class InstantOracle:
    """Answers at once and in an order of its own, and writes down what it was asked."""

    unit = "kcal/mol"
    direction: Direction = "minimise"

    def __init__(self, asked: Path, answer: Callable[[Compound], Answer], pause_s: float) -> None:
        self._asked, self._answer, self._pause_s = asked, answer, pause_s
        self._pending: list[Compound] = []
        self._ready: list[Answer] = []
        self.closed = False

    def submit(self, compounds: Sequence[Compound]) -> None:
        self._pending += sorted(compounds, key=lambda compound: share(compound.smiles))

    def wait(self, _seconds: float) -> None:
        compound = self._pending.pop(0)
        with self._asked.open("a") as file:
            file.write(compound.compound_id + "\n")
        time.sleep(self._pause_s)
        self._ready.append(self._answer(compound))

    def poll(self) -> Sequence[Answer]:
        answers, self._ready = self._ready, []
        return answers

    def close(self) -> None:
        self.closed = True


def usual_answer(compound: Compound) -> Answer:
    if share("fails" + compound.smiles) < 0.07:
        return Failure(compound.compound_id, "no_conformer", "no 3D structure", 0.1)
    value = true_value(compound.smiles)
    species = (DockedSpecies(compound.smiles, value), DockedSpecies(compound.smiles, None, "too big"))
    return Measurement(compound.compound_id, value, 0.1, docked_smiles=compound.smiles, species=species)


@dataclass
class Shuffled:
    """A source that knows the whole space."""

    share: float
    name: str = "shuffled"

    def scored(self, wanted: int) -> int:  # noqa: ARG002
        return len(SPACE)

    def exact(self, wanted: int) -> int:  # noqa: ARG002
        return len(SPACE)

    def candidates(
        self,
        score: Reward,
        measured: Sequence[str],
        wanted: int,  # noqa: ARG002
        generator: np.random.Generator,
    ) -> list[Molecule]:
        places = generator.permutation(len(SPACE))
        found = [SPACE[place] for place in places if SPACE[place].smiles not in measured]
        values = score([one.smiles for one in found])
        return [found[place] for place in np.argsort(-values, kind="stable")]


@dataclass
class StandIns:
    """Parts of a campaign for which nothing needs to be installed, trained or docked."""

    asked: Path
    answer: Callable[[Compound], Answer] = usual_answer
    pause_s: float = 0.0
    share: float = 0.0

    def open_oracle(self) -> InstantOracle:
        return InstantOracle(self.asked, self.answer, self.pause_s)

    def library(self, smiles: Sequence[str]) -> list[Tree]:
        return [Tree((0,), ()) for _ in smiles]

    def prior_trainer(self, seed: int) -> None:  # noqa: ARG002
        return None

    def flow_trainer(
        self,
        reward: Reward,
        seed: int,
        library: Sequence[Tree] = (),  # noqa: ARG002
        start: Path | None = None,  # noqa: ARG002
    ) -> TableTrainer:
        return TableTrainer(reward, seed, self.pause_s)

    def sources(self) -> list[Shuffled]:
        return [Shuffled(self.share)] if self.share else []

    def later_steps(self) -> int:
        return 0

    def random_samples(self, n: int, seed: int, start: Path | None = None) -> list[Molecule]:  # noqa: ARG002
        return [SPACE[place] for place in np.random.default_rng(seed).integers(len(SPACE), size=n)]

    def load_proxy(self, folder: Path) -> LineProxy:
        return LineProxy(*json.loads((folder / "line.json").read_text()))

    def train_proxy(
        self,
        smiles: Sequence[str],
        values: Sequence[float],
        *,
        sides: Sequence[int],
        counts: Sequence[float],
        unit: str,
        direction: Direction,
        seed: int,
        initial: Path | None,
        on_epoch: Callable[[ProxyEpoch], None],
    ) -> LineProxy:
        assert (unit, direction) == ("kcal/mol", "minimise")
        for _ in range(2):
            time.sleep(self.pause_s)
            on_epoch(Epoch())
        slope, intercept = np.polyfit([heavy_atoms(one) for one in smiles], values, 1)
        before = self.load_proxy(initial).slope if initial is not None else 0.0
        # Seed, start and order of the data leave their mark, so that a test sees if any of them changes.
        mark = 1e-3 * share(f"{seed} {before!r} {list(smiles)} {list(sides)} {list(counts)}")
        return LineProxy(float(slope) + mark, float(intercept))


# Without the properties that take long to compute.
OBJECTIVE = """best = -12.0
worst = -6.0
alerts = []
windows.clogp = [-inf, inf]
windows.sa_score = [-inf, inf]
"""


def campaign_file(folder: Path, **sections: str) -> Path:
    """Write a campaign that the stand-ins carry out; `sections` replace those of the same name."""
    (folder / "vocabulary.json").write_text("{}")
    tables = {
        "campaign": 'name = "stand-in"\nseed = 7\nrounds = 2\nbatch_size = 8\nproposals = 30\ninitial = 12',
        "vocabulary": 'file = "vocabulary.json"',
        "oracle": f'kind = "python"\nfactory = "nowhere:Nothing"\nfolder = "{folder}"',
        "objective": OBJECTIVE,
        "sampler": "steps = 30",
    } | sections
    file = folder / "campaign.toml"
    file.write_text("\n".join(f"[{name}]\n{text}\n" for name, text in tables.items()))
    return file


def load(folder: Path, **sections: str) -> Campaign:
    return load_campaign(campaign_file(folder, **sections), [])


def start(folder: Path, parts: StandIns, **sections: str) -> Path:
    """Carry out a campaign in `folder/runs`."""
    file = campaign_file(folder, **sections)
    campaign = load_campaign(file, [])
    argv = ["molgfn", "run", "campaign.toml"]
    return start_run(campaign, folder / "runs", argv, SilentProgress(), source=file, assemble=lambda _: parts)


def resume(run: Path, parts: StandIns) -> Path:
    return resume_run(run, SilentProgress(), assemble=lambda _: parts)

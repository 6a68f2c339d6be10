"""A whole campaign as a method of `active_learning.py`: its own loop, with an oracle that counts the calls."""

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from batch_intervals import judged
from oracle_calls import SpentError, Task

from molgfn.campaign.file.fields import ANY
from molgfn.campaign.file.load import Campaign, load_campaign
from molgfn.campaign.file.sections import WindowsSection
from molgfn.campaign.file.write import toml_value
from molgfn.campaign.loop import start_run
from molgfn.campaign.models.build import CampaignParts
from molgfn.campaign.phases.predict import answered
from molgfn.campaign.record.store import Store
from molgfn.direction import Direction
from molgfn.oracles.interfaces import Answer, Compound, Measurement, Oracle
from molgfn.progress import SilentProgress

POOL = 20
_FILE = """[campaign]
name = "benchmark"
seed = {seed}
rounds = {rounds}
batch_size = {batch}
proposals = {proposals}
[oracle]
kind = "python"
factory = "none:None"
[proxy]
data = "data.csv"
value_column = "value"
[objective]
best = {best}
worst = {worst}
alerts = {alerts}
[objective.windows]
"""

NEW_ROUND: dict[str, Any] = {
    "sources.tree_search": 0.5,
    "sources.graph_ga": 0.5,
    "acquisition.second_model": True,
    "acquisition.kappa": 0.2,
    "prior.weight": 0.0,
}
"""Both searches, however unusual the molecules are; two models choose."""
WITH_PRIOR: Mapping[str, Any] = {
    "sources.tree_search": 1.0,
    "acquisition.second_model": True,
    "acquisition.kappa": 0.2,
}
"""The search over trees, without molecules that are unusual in the library."""
ABLATIONS: Mapping[str, Mapping[str, Any]] = {
    "without tree search": NEW_ROUND | {"sources.tree_search": 0.0, "sources.graph_ga": 1.0},
    "without graph GA": NEW_ROUND | {"sources.tree_search": 1.0, "sources.graph_ga": 0.0},
    "without second model": NEW_ROUND | {"acquisition.second_model": False},
    "with flow network": NEW_ROUND | {"sources.tree_search": 0.3, "sources.graph_ga": 0.3, "sampler.steps": 200},
    "flow network alone": NEW_ROUND | {"sources.tree_search": 0.0, "sources.graph_ga": 0.0, "sampler.steps": 400},
    "kappa 0": NEW_ROUND | {"acquisition.kappa": 0.0},
    "similar molecules in a batch": NEW_ROUND | {"selection.max_similarity": 1.0},
}
"""The new round with one part changed or left out."""
LIBRARY: Mapping[str, Any] = {
    "sources.tree_search": 0.0,
    "sources.library": 1.0,
    "sources.library_file": "library.smi",
    "acquisition.second_model": True,
    "acquisition.kappa": 0.2,
}
"""The molecules of the library that the same models rank best."""
RECIPE_2021: Mapping[str, Any] = {
    "sources.tree_search": 0.0,
    "acquisition.second_model": False,
    "acquisition.kappa": 0.1,
    "prior.weight": 0.0,
    "objective.exponent": 8.0,
    "sampler.objective": "FM",
    "sampler.steps": 400,
}
"""Flow matching on a proxy, reward exponent 8 (Bengio et al. 2021, section 4.3); a new network in each round."""
BEFORE: Mapping[str, Any] = {
    "sources.tree_search": 0.0,
    "acquisition.second_model": False,
    "acquisition.kappa": 1.0,
    "sampler.steps": 400,
}
"""What the loop did before it had other sources than the flow network."""


class CallsOracle:
    """Answers at once from the calls of a task, in the order in which compounds are submitted."""

    unit = ""
    direction: Direction = "maximise"

    def __init__(self, task: Task) -> None:
        self._task, self._ready = task, list[Answer]()

    def submit(self, compounds: Sequence[Compound]) -> None:
        names = [compound.smiles for compound in compounds]
        self._task.ask(names)
        if not all(name in self._task.data for name in names):
            self._task.ask(names)  # all calls are spent, which it says
        self._ready += [
            Measurement(compound.compound_id, self._task.data[compound.smiles], 0.0) for compound in compounds
        ]

    def wait(self, seconds: float) -> None:
        """Do nothing: every answer is there."""

    def poll(self) -> Sequence[Answer]:
        ready, self._ready = self._ready, []
        return ready

    def close(self) -> None:
        """Do nothing."""


class _Parts(CampaignParts):
    def __init__(self, campaign: Campaign, task: Task) -> None:
        super().__init__(campaign)
        self._task = task

    def open_oracle(self) -> Oracle:
        return CallsOracle(self._task)


class CampaignMethod:
    """Runs a campaign from the initial data until all calls are spent.

    Parameters
    ----------
    changes : mapping of str to object
        Keys of the campaign file that are not left at their defaults, such as ``sampler.steps``.
    pool : int
        Candidates of a round for each molecule that is asked.
    """

    def __init__(self, changes: Mapping[str, Any], pool: int = POOL) -> None:
        self._changes, self._pool = changes, pool

    def __call__(self, task: Task, batch: int) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with (folder / "data.csv").open("w", newline="") as file:
                csv.writer(file).writerows([("smiles", "value"), *task.data.items()])
            (folder / "library.smi").write_text("\n".join(["smiles", *task.library]))
            numbers = {"seed": int(task.generator.integers(2**31)), "batch": batch, "proposals": self._pool * batch}
            rounds = -(-task.calls.left // batch)
            worst, best = task.limits
            text = _FILE.format(rounds=rounds, worst=worst, best=best, alerts=[*task.constraints.alerts], **numbers)
            text += "".join(f"{key} = [{low}, {high}]\n" for key, (low, high) in _windows(task).items())
            (folder / "campaign.toml").write_text(text)
            overrides = [f"{key}={toml_value(value)}" for key, value in self._changes.items()]
            campaign = load_campaign(folder / "campaign.toml", overrides)
            start_run(campaign, folder / "runs", [], SilentProgress(), assemble=lambda one: _Parts(one, task))
            [run] = (folder / "runs").iterdir()
            task.predicted += predicted_rounds(run)
        raise SpentError


def _windows(task: Task) -> dict[str, tuple[float, float]]:
    """Return every window of a campaign file as the task has it; no limit where it has none."""
    return {name: task.constraints.windows.get(name, ANY) for name in WindowsSection.model_fields}


def predicted_rounds(run: Path) -> Iterator[dict[str, float]]:
    """Yield for each round how well the answers were predicted: root mean square error, and what `judged` returns."""
    with Store.read(run / "campaign.sqlite") as store:
        batches = answered(store, CallsOracle.unit)
    for number, (error, std) in batches.items():
        yield {"round": number, "n": len(error), "rmse": float(np.sqrt(np.mean(error**2)))} | judged(error, std)

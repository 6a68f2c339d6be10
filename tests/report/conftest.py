"""A small run directory as the campaign loop leaves it, made without a campaign."""

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from molgfn.campaign.record.rows import CompoundRow, InitialRow, PhaseName, PredictionRow, RejectedRow
from molgfn.campaign.record.store import Store
from molgfn.oracles.interfaces import Failure, Measurement
from tests.library import blocks_without_counts

SETTINGS = """[campaign]
name = "{name}"
seed = 1
rounds = 2
batch_size = 5

[objective]
best = {best}
worst = {worst}

[oracle]
kind = "docking"
target = "PARP1"

[vocabulary]
file = "vocabulary.json"
"""

_LINKERS = ["C(=O)N", "CC", "NC(=O)", "O", "S(=O)(=O)N"]
_LEFT = ["C1CCN(C)CC1", "Cc1ccccc1", "Fc1ccc(Cl)cc1"]
_RIGHT = ["c1ccccc1", "c1ccncc1", "C1CCOCC1", "C1CCNCC1", "c1cc[nH]c1", "c1ccsc1"]
MOLECULES = [Chem.CanonSmiles(f"{left}{linker}{right}") for linker, left, right in product(_LINKERS, _LEFT, _RIGHT)]


class RunMaker:
    """Makes run directories whose every value follows from the seed 0.

    A round proposes 8 molecules and sends 5: 4 are measured, 1 fails; in the last round of several that one is pending.
    """

    def __init__(self, parents: pytest.TempPathFactory) -> None:
        self._parents = parents

    def __call__(
        self,
        *,
        rounds: int = 2,
        name: str = "parp1-demo",
        best: float = -12.0,
        worst: float = -6.0,
        unit: str = "kcal/mol",
    ) -> Path:
        run = self._parents.mktemp("made") / name
        run.mkdir()
        (run / "vocabulary.json").write_text(blocks_without_counts())
        (run / "campaign.resolved.toml").write_text(SETTINGS.format(name=name, best=best, worst=worst))
        (run / "manifest.json").write_text(json.dumps({"versions": {"molgfn": "0.1.0"}, "seed": 1}))
        self._rng, self._unit, self._molecules = np.random.default_rng(0), unit, iter(MOLECULES)
        with Store.create(run / "campaign.sqlite") as store:
            with store.transaction():
                store.add_initial_data(InitialRow(next(self._molecules), self._rng.normal(-7)) for _ in range(30))
            for number in range(1, rounds + 1):
                self._propose(store, number)
                self._query(store, number, answered=number == 1 or number < rounds)
        return run

    def _propose(self, store: Store, number: int) -> None:
        with store.transaction():
            new = list(self._compounds(number, first=len(store.compounds()) + 1))
            store.add_compounds(new)
            nearest = store.compounds()[0].smiles if number > 1 else "CCO"
            store.add_predictions(
                PredictionRow(
                    row.compound_id,
                    number,
                    mean,
                    0.5,
                    0.5 - mean,
                    -1.25,
                    f"round_{number:03d}",
                    mean < -8,
                    0.5,
                    nearest,
                )
                for row, mean in zip(new, self._rng.normal(-8, 1, len(new)).tolist(), strict=True)
            )
            store.add_rejected(
                [RejectedRow(number, "O=C1C=CC(=O)C=C1", "mw 108.1 is below 200; alert PAINS: quinone_A(370)")]
            )
            store.finish(number, "propose")
            store.send([row.compound_id for row in new[:5]], number)
            store.finish(number, "select")

    def _compounds(self, number: int, first: int) -> Iterator[CompoundRow]:
        for place in range(first, first + 8):
            smiles = next(self._molecules)
            key = Chem.MolToInchiKey(Chem.MolFromSmiles(smiles))
            yield CompoundRow(f"PARP1-{place:06d}", smiles, key, ("c1ccccc1", "C=O"), number, "proposed", None)

    def _query(self, store: Store, number: int, answered: bool) -> None:
        *good, last = store.compounds(batch_round=number)
        for row in good:
            value = self._rng.normal(-8.5)
            store.record(Measurement(row.compound_id, value, 20.5, row.smiles), number, self._unit)
        if answered:
            store.record(Failure(last.compound_id, "timeout", "no answer within 600 s", 600.0), number, self._unit)
            phases: list[PhaseName] = ["query", "learn"]
            with store.transaction():
                for phase in phases:
                    store.finish(number, phase)


@pytest.fixture(scope="session")
def run_maker(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    return cache(RunMaker(tmp_path_factory))


@pytest.fixture
def make_run(run_maker: Callable[..., Path], tmp_path: Path) -> Callable[..., Path]:
    """Each run is made once and copied for the test, since making one waits for the disk often."""

    def copy(**options: object) -> Path:
        made = run_maker(**options)
        folder = Path(tempfile.mkdtemp(dir=tmp_path))  # a test may have several runs of one name
        return Path(shutil.copytree(made, folder / made.name))

    return copy


@pytest.fixture
def run(make_run: Callable[..., Path]) -> Path:
    return make_run()


def _change(run: Path, *statements: str) -> None:
    with closing(sqlite3.connect(run / "campaign.sqlite")) as store, store:
        for statement in statements:
            store.execute(statement)


@pytest.fixture
def change() -> Callable[..., None]:
    """Changes the store of a run with statements of SQL."""
    return _change

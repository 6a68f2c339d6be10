"""A small run directory as the campaign loop leaves it, made without a campaign."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

SCHEMA = """
PRAGMA journal_mode=WAL;
PRAGMA user_version=1;
CREATE TABLE compounds(compound_id TEXT PRIMARY KEY, smiles TEXT NOT NULL, inchikey TEXT UNIQUE NOT NULL,
    blocks TEXT NOT NULL, round INTEGER NOT NULL, status TEXT, batch_round INTEGER);
CREATE TABLE predictions(compound_id TEXT, round INTEGER, pred_mean REAL, pred_std REAL, acquisition REAL,
    log_reward REAL, source_model TEXT, PRIMARY KEY(compound_id, round));
CREATE TABLE measurements(measurement_id INTEGER PRIMARY KEY, compound_id TEXT, round INTEGER, value REAL, unit TEXT,
    docked_smiles TEXT, wall_s REAL, recorded_at TEXT);
CREATE TABLE failures(failure_id INTEGER PRIMARY KEY, compound_id TEXT, round INTEGER, code TEXT, message TEXT,
    wall_s REAL, recorded_at TEXT);
CREATE TABLE rejected(round INTEGER, smiles TEXT, reason TEXT, PRIMARY KEY(round, smiles));
CREATE TABLE phases(round INTEGER, phase TEXT, finished_at TEXT, PRIMARY KEY(round, phase));
CREATE TABLE initial_data(smiles TEXT, value REAL);
"""

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
"""

_RINGS = ["c1ccccc1", "c1ccncc1", "C1CCOCC1", "C1CCNCC1", "c1cc[nH]c1", "c1ccsc1"]
_LINKERS = ["C(=O)N", "CC", "NC(=O)", "O", "S(=O)(=O)N"]
MOLECULES = [
    Chem.CanonSmiles(f"{first}{linker}{second}")
    for linker, first, second in product(_LINKERS, ["C1CCN(C)CC1", "Cc1ccccc1", "Fc1ccc(Cl)cc1"], _RINGS)
]


class RunMaker:
    """Writes run directories; every value follows from the seed."""

    def __init__(self, parent: Path) -> None:
        self.parent = parent

    def __call__(
        self, *, rounds: int = 2, name: str = "parp1-demo", best: float = -12.0, worst: float = -6.0, initial: int = 30
    ) -> Path:
        """Each round proposes 8 molecules and sends 5: 4 are measured and 1 fails, or is pending in the last round."""
        run = self.parent / name.replace("/", "_")
        run.mkdir()
        (run / "campaign.resolved.toml").write_text(SETTINGS.format(name=name, best=best, worst=worst))
        (run / "manifest.json").write_text(json.dumps({"versions": {"molgfn": "0.1.0"}, "seed": 1}))
        rng = np.random.default_rng(0)
        molecules = iter(dict.fromkeys(MOLECULES))
        with closing(sqlite3.connect(run / "campaign.sqlite")) as store, store:
            store.executescript(SCHEMA)
            for _ in range(initial):
                store.execute("INSERT INTO initial_data VALUES(?, ?)", (next(molecules), rng.normal(-7, 1)))
            for round_ in range(1, rounds + 1):
                self._propose(store, round_, [next(molecules) for _ in range(8)], rng)
                last = "pending" if round_ == rounds and rounds > 1 else "failed"
                self._answer(store, round_, last, rng)
        return run

    def _propose(self, store: sqlite3.Connection, round_: int, molecules: list[str], rng: np.random.Generator) -> None:
        for smiles in molecules:
            (count,) = store.execute("SELECT count(*) FROM compounds").fetchone()
            compound = f"PARP1-{count + 1:06d}"
            key = Chem.MolToInchiKey(Chem.MolFromSmiles(smiles))
            blocks = json.dumps(["c1ccccc1", "C=O"])
            row = (compound, smiles, key, blocks, round_, "proposed", None)
            store.execute("INSERT INTO compounds VALUES(?, ?, ?, ?, ?, ?, ?)", row)
            mean = rng.normal(-8, 1)
            prediction = (compound, round_, mean, 0.5, -mean + 0.5, -1.25, f"round_{round_:03d}")
            store.execute("INSERT INTO predictions VALUES(?, ?, ?, ?, ?, ?, ?)", prediction)
        store.execute("INSERT INTO rejected VALUES(?, ?, ?)", (round_, "O=C1C=CC(=O)C=C1", "PAINS: quinone_A(370)"))
        for phase in ("propose", "select"):
            store.execute("INSERT INTO phases VALUES(?, ?, '2026-11-22T10:00:00')", (round_, phase))

    def _answer(self, store: sqlite3.Connection, round_: int, last: str, rng: np.random.Generator) -> None:
        sent = store.execute("SELECT compound_id, smiles FROM compounds WHERE round = ? LIMIT 5", (round_,)).fetchall()
        for place, (compound, smiles) in enumerate(sent):
            status = last if place == 4 else "completed"
            store.execute(
                "UPDATE compounds SET status = ?, batch_round = ? WHERE compound_id = ?", (status, round_, compound)
            )
            if status == "completed":
                store.execute(
                    "INSERT INTO measurements VALUES(NULL, ?, ?, ?, 'kcal/mol', ?, 20.5, '2026-11-22T10:00:00')",
                    (compound, round_, rng.normal(-8.5, 1), smiles),
                )
            elif status == "failed":
                store.execute(
                    "INSERT INTO failures VALUES(NULL, ?, ?, 'timeout', 'no answer within 600 s', 600, '')",
                    (compound, round_),
                )
        for phase in ("query", "learn") if last == "failed" else ():
            store.execute("INSERT INTO phases VALUES(?, ?, '2026-11-22T10:00:00')", (round_, phase))


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Path]:
    return RunMaker(tmp_path)


@pytest.fixture
def run(make_run: Callable[..., Path]) -> Path:
    return make_run()


def execute(run: Path, *statements: str) -> None:
    """Change the store of a run."""
    with closing(sqlite3.connect(run / "campaign.sqlite")) as store, store:
        for statement in statements:
            store.execute(statement)


@pytest.fixture
def change() -> Callable[..., None]:
    return execute

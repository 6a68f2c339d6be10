"""Reads a run directory into tables, also while the run is writing to it."""

import json
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from molgfn.campaign.record.reader import Row
from molgfn.campaign.record.rows import (
    CompoundRow,
    FailureRow,
    InitialRow,
    MeasurementRow,
    PhaseRow,
    PredictionRow,
    RejectedRow,
    RetrainingRow,
)
from molgfn.campaign.record.run_directory import open_run
from molgfn.campaign.record.store import Store
from molgfn.direction import Direction
from molgfn.errors import DataError


@dataclass(frozen=True)
class RunData:
    """The records of a run so far.

    Attributes
    ----------
    folder : Path
    settings : dict
        The resolved campaign file, by section.
    settings_text : str
        The text of this file.
    manifest : dict
        Versions, seeds and inputs; empty if there is none.
    compounds, predictions, measurements, failures, rejected, phases, initial_data, retrainings : DataFrame
        The tables of the store.
    sampling : DataFrame
        Numbers of each round's sampling, from the log: one column for each number, and the round.
    """

    folder: Path
    settings: dict[str, Any]
    settings_text: str
    manifest: dict[str, Any]
    compounds: pd.DataFrame
    predictions: pd.DataFrame
    measurements: pd.DataFrame
    failures: pd.DataFrame
    rejected: pd.DataFrame
    phases: pd.DataFrame
    initial_data: pd.DataFrame
    retrainings: pd.DataFrame
    sampling: pd.DataFrame

    @property
    def name(self) -> str:
        """Name of the campaign."""
        return str(self.settings["campaign"]["name"])

    @property
    def direction(self) -> Direction:
        """Whether lower or higher values are better."""
        objective = self.settings["objective"]
        return "minimise" if objective["best"] < objective["worst"] else "maximise"

    @property
    def unit(self) -> str:
        """Unit of the oracle; empty where nothing recorded tells it yet."""
        for table in (self.measurements, self.predictions):
            units = table.loc[table["unit"] != "", "unit"]
            if len(units):
                return str(units.iloc[-1])
        return "kcal/mol" if self.settings["oracle"]["kind"] == "docking" else ""

    @property
    def initial_unit(self) -> str:
        """Unit of the initial data; that of the oracle where the record does not tell it."""
        units = set(self.initial_data["unit"]) - {""}
        return min(units) if units else self.unit

    @property
    def rounds_finished(self) -> int:
        """Rounds whose last phase is done; round 0, the initial data, does not count."""
        finished = self.phases.loc[self.phases["phase"] == "learn", "round"]
        return int((finished > 0).sum())


def read_run(path: Path) -> RunData:
    """Read all data for a report or an export.

    Raises
    ------
    ConfigError
        If the folder is no run directory.
    DataError
        If one of its files cannot be read.
    """
    run = open_run(path)
    settings_text = run.resolved.read_text(encoding="utf-8")
    try:
        settings = tomllib.loads(settings_text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{run.resolved}: {error}") from None
    # All from one moment: later records of the run are read the next time.
    with Store.read(run.database) as store, store.snapshot():
        phases = store.phases()
        return RunData(
            folder=path,
            settings=settings,
            settings_text=settings_text,
            manifest=_manifest(path / "manifest.json"),
            phases=_table(PhaseRow, phases),
            compounds=_compounds(store.compounds()),
            predictions=_table(PredictionRow, store.predictions()),
            measurements=_table(MeasurementRow, store.measurements()),
            failures=_table(FailureRow, store.failures()),
            rejected=_table(RejectedRow, store.rejected()),
            initial_data=_table(InitialRow, store.initial_data()),
            retrainings=_table(RetrainingRow, store.retrainings()),
            sampling=_sampling(path / "log.jsonl", {row.round for row in phases if row.phase == "propose"}),
        )


def _table(kind: type[Row], rows: Sequence[Row]) -> pd.DataFrame:
    names = [field.name for field in fields(kind)]
    return pd.DataFrame([astuple(row) for row in rows], columns=names)


def _compounds(rows: Sequence[CompoundRow]) -> pd.DataFrame:
    names = [field.name for field in fields(CompoundRow)]
    table = pd.DataFrame([[getattr(row, name) for name in names] for row in rows], columns=names)
    return table.astype({"round": "Int64", "batch_round": "Int64"})


def _manifest(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise DataError(f"{path}: {error}") from None


def _sampling(path: Path, proposed: Collection[int]) -> pd.DataFrame:
    """Return what the log tells of the rounds that are proposed; it may already tell more than was read."""
    events = [] if not path.exists() else [_event(line) for line in path.read_text(encoding="utf-8").splitlines()]
    # A round that was interrupted and done again is in the log twice.
    by_round = {
        event["round"]: event for event in events if event.get("event") == "proposed" and event["round"] in proposed
    }
    table = pd.DataFrame([by_round[number] for number in sorted(by_round)])
    return table.drop(columns=["time", "event", "by_source"], errors="ignore")


def _event(line: str) -> dict[str, Any]:
    try:
        return dict(json.loads(line))
    except ValueError:  # half a line, left by a process that was killed
        return {}

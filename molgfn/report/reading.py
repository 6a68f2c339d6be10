"""Read a run directory, as one consistent snapshot, without disturbing a run that is still writing to it."""

import json
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from molgfn.errors import DataError
from molgfn.oracles.base import Direction

SCHEMA_VERSION = 1

_TABLES = ("compounds", "predictions", "measurements", "failures", "rejected", "phases", "initial_data")


@dataclass(frozen=True)
class RunData:
    """What a run has recorded so far.

    Attributes
    ----------
    folder : Path
    settings : dict
        The resolved campaign file, by section.
    settings_text : str
        The same as it is written.
    manifest : dict
        Versions, seeds and inputs; empty if there is none.
    compounds, predictions, measurements, failures, rejected, phases, initial_data : DataFrame
        The tables of the store.
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

    @property
    def name(self) -> str:
        """Name of the campaign."""
        return str(self.settings.get("campaign", {}).get("name", self.folder.name))

    @property
    def direction(self) -> Direction:
        """Whether lower or higher values are better: from the worst to the best value of the objective."""
        objective = self.settings.get("objective", {})
        return "maximise" if objective.get("best", -1.0) > objective.get("worst", 0.0) else "minimise"

    @property
    def unit(self) -> str:
        """Unit of the measurements; that of docking while nothing is measured."""
        return str(self.measurements["unit"].iloc[-1]) if len(self.measurements) else "kcal/mol"

    @property
    def rounds_finished(self) -> int:
        """Rounds whose last phase is done; round 0, the initial data, does not count."""
        finished = self.phases.loc[self.phases["phase"] == "learn", "round"]
        return int((finished > 0).sum())


def read_run(run: Path) -> RunData:
    """Read everything that a report or an export is made from.

    Raises
    ------
    DataError
        If the folder is no run directory, or its files cannot be read.
    """
    settings_file = run / "campaign.resolved.toml"
    settings_text = _text(settings_file)
    try:
        settings = tomllib.loads(settings_text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{settings_file}: {error}") from None
    with _snapshot(run / "campaign.sqlite") as store:
        tables = {table: pd.read_sql_query(f"SELECT * FROM {table}", store) for table in _TABLES}
    return RunData(run, settings, settings_text, _manifest(run / "manifest.json"), **tables)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        hint = "Give the folder of a run, such as runs/2026-11-22_parp1-demo."
        raise DataError(f"{path.parent} is no run directory: it has no {path.name}", hint) from None


def _manifest(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise DataError(f"{path}: {error}") from None


@contextmanager
def _snapshot(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as store:
            (version,) = store.execute("PRAGMA user_version").fetchone()
            if version != SCHEMA_VERSION:
                raise DataError(f"{path}: store of version {version}; this molgfn reads version {SCHEMA_VERSION}")
            store.execute("BEGIN")
            yield store
    except (sqlite3.Error, pd.errors.DatabaseError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None

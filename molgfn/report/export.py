"""Write the tables of a run as files that a spreadsheet opens safely."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from molgfn.files import write_csv, write_json
from molgfn.report.candidates import candidate_table, rejected_table
from molgfn.report.columns import CANDIDATE_COLUMNS, REJECTED_COLUMNS, Column

# A carriage return alone ends a row for some readers, and a line feed splits a cell for others.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def export_csv(run: Path, top: int | None = None) -> Path:
    """Write exports/candidates.csv, rejected.csv and columns.json of a run; each whole or not at all.

    Parameters
    ----------
    run : Path
        Run directory.
    top : int, optional
        Write only the `top` best candidates.

    Returns
    -------
    Path
        Of candidates.csv.

    Raises
    ------
    ConfigError
        If the folder is no run directory.
    DataError
        If one of its files cannot be read.
    """
    candidates, rejected = candidate_table(run), rejected_table(run)
    exports = run / "exports"
    _write_table(exports / "candidates.csv", candidates if top is None else candidates.head(top), CANDIDATE_COLUMNS)
    _write_table(exports / "rejected.csv", rejected, REJECTED_COLUMNS)
    write_json(exports / "columns.json", explain_columns())
    return exports / "candidates.csv"


def explain_columns() -> dict[str, list[dict[str, Any]]]:
    """Explain every column of the exported tables: name, type, meaning and unit."""
    tables = {"candidates.csv": CANDIDATE_COLUMNS, "rejected.csv": REJECTED_COLUMNS}
    return {
        file: [{key: value for key, value in asdict(column).items() if key != "decimals"} for column in columns]
        for file, columns in tables.items()
    }


def _write_table(path: Path, table: pd.DataFrame, columns: Iterable[Column]) -> None:
    cells = {column.name: list(_cells(table[column.name], column)) for column in columns}
    write_csv(path, list(cells), list(zip(*cells.values(), strict=True)))


def _cells(values: pd.Series, column: Column) -> Iterator[object]:
    for value in values:
        if column.type == "text":
            yield _CONTROL_CHARACTERS.sub(" ", value).strip()
        elif pd.isna(value):
            yield None
        else:
            yield round(float(value), column.decimals) if column.type == "number" else int(value)

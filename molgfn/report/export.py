"""Write the tables of a run as files that a spreadsheet opens safely."""

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from molgfn.report.candidates import candidate_table, rejected_table
from molgfn.report.columns import CANDIDATE_COLUMNS, REJECTED_COLUMNS, Column

# What makes a spreadsheet run a cell as a formula, full-width forms included.
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# Such as tab and carriage return, which some spreadsheets skip before a formula and some readers take for a new row.
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
    DataError
        If the folder is no run directory, or its files cannot be read.
    """
    candidates = candidate_table(run).head(top) if top is not None else candidate_table(run)
    folder = run / "exports"
    folder.mkdir(exist_ok=True)
    write_whole(
        {
            folder / "candidates.csv": csv_text(candidates, CANDIDATE_COLUMNS),
            folder / "rejected.csv": csv_text(rejected_table(run), REJECTED_COLUMNS),
            folder / "columns.json": columns_json(),
        }
    )
    return folder / "candidates.csv"


def csv_text(table: pd.DataFrame, columns: Iterable[Column]) -> str:
    """Write a table as CSV: numbers rounded, text that a spreadsheet would run as a formula made harmless."""
    written = {}
    for column in columns:
        cells = table[column.name]
        if column.type == "text":
            cells = cells.map(harmless)
        elif column.decimals is not None:
            cells = cells.round(column.decimals)
        written[column.name] = cells
    return pd.DataFrame(written).to_csv(index=False, lineterminator="\n")


def harmless(cell: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula, and keep a cell on one line.

    Examples
    --------
    >>> harmless("=1+1"), harmless("CC(=O)O")
    ("'=1+1", 'CC(=O)O')
    """
    line = _CONTROL_CHARACTERS.sub(" ", cell).strip()
    return f"'{line}" if line.startswith(_FORMULA_STARTS) else line


def columns_json() -> str:
    """Explain every column of the exported tables."""
    tables = {"candidates.csv": CANDIDATE_COLUMNS, "rejected.csv": REJECTED_COLUMNS}
    explained = {
        file: [{key: value for key, value in asdict(column).items() if key != "decimals"} for column in columns]
        for file, columns in tables.items()
    }
    return json.dumps(explained, indent=2, ensure_ascii=False) + "\n"


def write_whole(texts: Mapping[Path, str]) -> None:
    """Write files so that nobody ever sees a part of one: all are complete beside their places before any is moved."""
    temporary: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            temporary[path] = Path(name)
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
        for path, whole in temporary.items():
            os.replace(whole, path)
    finally:
        for whole in temporary.values():
            whole.unlink(missing_ok=True)

"""Write the tables of a run as files: CSV that a spreadsheet opens safely, SMILES and SD files."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from molgfn.campaign.record.run_directory import open_run
from molgfn.errors import ConfigError
from molgfn.files import write_csv, write_json
from molgfn.report.candidates import candidate_table, rejected_table
from molgfn.report.columns import CANDIDATE_COLUMNS, REJECTED_COLUMNS, ROUTE_COLUMNS, Column
from molgfn.report.structure_files import write_sdf, write_smiles
from molgfn.report.tree_columns import route_table

Kind = Literal["csv", "smi", "sdf", "routes"]

EXPORTS = "exports"
"""Folder of the tables in a run directory."""
WHOLE_TABLES = ("candidates.csv", "rejected.csv", "columns.json")
"""Files of that folder that hold everything; a part of a table never takes their places."""


def export_run(run: Path) -> Path:
    """Write exports/candidates.csv, rejected.csv and columns.json of a run; each whole or not at all.

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
    exports = run / EXPORTS
    _write_csv(exports / "candidates.csv", candidates, CANDIDATE_COLUMNS)
    _write_csv(exports / "rejected.csv", rejected, REJECTED_COLUMNS)
    write_json(exports / "columns.json", explain_columns())
    return exports / "candidates.csv"


def export_candidates(run: Path, kind: Kind, out: Path | None = None, top: int | None = None) -> Path:
    """Write the candidates of a run into one file, whole or not at all; the files of `export_run` stay.

    Parameters
    ----------
    run : Path
        Run directory.
    kind : {"csv", "smi", "sdf", "routes"}
        csv: every column. smi: SMILES, a tab and the compound id. sdf: a flat drawing with the columns as fields.
        routes: a table of the steps by which each could be made.
    out : Path, optional
        By default exports/candidates.KIND, or exports/candidates_top_N.KIND, of the run; exports/routes.csv for routes.
    top : int, optional
        Write only the `top` first candidates of the table.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    ConfigError
        If the folder is no run directory, or `out` is a folder or a file that belongs to the run.
    DataError
        If one of the files of the run cannot be read.
    """
    open_run(run)
    name, ending = ("routes", "csv") if kind == "routes" else ("candidates", kind)
    path = out or run / EXPORTS / f"{name}{'' if top is None else f'_top_{top}'}.{ending}"
    if out is not None:
        _refuse_files_of_the_run(out, run)
    candidates = candidate_table(run)
    candidates = candidates if top is None else candidates.head(top)
    match kind:
        case "csv":
            _write_csv(path, candidates, CANDIDATE_COLUMNS)
        case "smi":
            write_smiles(path, candidates)
        case "sdf":
            write_sdf(path, candidates)
        case "routes":
            _write_csv(path, route_table(run, candidates), ROUTE_COLUMNS)
    return path


def _refuse_files_of_the_run(out: Path, run: Path) -> None:
    """See that a file named by the user replaces nothing that the run needs or promises to be complete."""
    if out.is_dir():
        raise ConfigError(f"-o {out}: this is a folder.", f"Name a file in it, such as {out / 'candidates.csv'}.")
    inside = out.resolve()
    if not inside.is_relative_to(run.resolve()):
        return
    exports = (run / EXPORTS).resolve()
    if inside.parent != exports or inside.name in WHOLE_TABLES:
        raise ConfigError(
            f"-o {out}: this place belongs to the run, and the file could replace one of its own.",
            "Name a file outside the run, or another name in its folder exports/.",
        )


def explain_columns() -> dict[str, list[dict[str, Any]]]:
    """Explain every column of the exported tables: name, type, meaning and unit."""
    tables = {"candidates.csv": CANDIDATE_COLUMNS, "rejected.csv": REJECTED_COLUMNS, "routes.csv": ROUTE_COLUMNS}
    return {
        file: [{key: value for key, value in asdict(column).items() if key != "decimals"} for column in columns]
        for file, columns in tables.items()
    }


def _write_csv(path: Path, table: pd.DataFrame, columns: Iterable[Column]) -> None:
    cells = {column.name: list(column.cells(table[column.name])) for column in columns}
    write_csv(path, list(cells), list(zip(*cells.values(), strict=True)))

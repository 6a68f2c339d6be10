"""The candidate table: one row for each compound a run proposed, best first."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rdkit import Chem

from molgfn.campaign.phases.predict import bring_up_to_date
from molgfn.chem.alerts import find_alerts
from molgfn.chem.properties import properties, undefined_stereo
from molgfn.chem.scaffolds import murcko_scaffold
from molgfn.chem.standardise import MoleculeError, parse_smiles
from molgfn.report.columns import CANDIDATE_COLUMNS, REJECTED_COLUMNS, Column
from molgfn.report.reading import RunData, read_run
from molgfn.report.tree_columns import CandidateTrees

# The rule sets of the catalog CHEMBL flag half of all drugs: no help in a column that people read.
_ALERT_CATALOGS = ("PAINS", "BRENK", "NIH")


def candidate_table(run: Path) -> pd.DataFrame:
    """Return the candidates of a run with the columns of `CANDIDATE_COLUMNS`, in the order of `rank_compounds`.

    Predictions of an earlier proxy than the one in use are made again first.

    A cell without a value is empty: NaN in a column of numbers, <NA> of integers, "" of text.

    Raises
    ------
    ConfigError
        If the folder is no run directory.
    DataError
        If one of its files cannot be read.
    """
    bring_up_to_date(run)
    table = describe(rank_compounds(read_run(run)))
    table = pd.concat([table, CandidateTrees.of(run, table["smiles"].tolist()).columns()], axis=1)
    return _typed(table, CANDIDATE_COLUMNS)


def rejected_table(run: Path) -> pd.DataFrame:
    """Return the molecules that were sampled but not proposed, with the columns of `REJECTED_COLUMNS`.

    Raises
    ------
    ConfigError, DataError
        As `candidate_table`.
    """
    rejected = read_run(run).rejected.rename(columns={"reason": "reasons"})
    return _typed(rejected.sort_values(["round", "smiles"], ignore_index=True), REJECTED_COLUMNS)


def rank_compounds(data: RunData) -> pd.DataFrame:
    """Join each compound with its latest prediction and measurement, and rank the measured and the others apart.

    Returns
    -------
    DataFrame
        Those that are measured first, by value; then the others by predicted mean, and those that failed last. Ties are
        in the order of the ids. `rank` counts the measured, `rank_predicted` the others; the failed have none.
    """
    predictions = _latest(data.predictions, "round").drop(columns=["round", "property", "unit"])
    ids = dict(zip(data.compounds["smiles"], data.compounds["compound_id"], strict=True))
    predictions["nn_compound_id"] = predictions["nn_smiles"].map(ids)
    predictions["in_domain"] = predictions["in_domain"].map({True: "yes", False: "no"})
    table = data.compounds.merge(predictions, how="left", on="compound_id")
    table = table.merge(_values(data), how="left", on="compound_id")
    measured, failed = table["oracle_value"].notna(), table["status"] == "failed"
    value = table["oracle_value"].where(measured, table["pred_mean"]).astype(float)
    group = np.select([measured, failed], [0, 2], default=1)
    loss = value if data.direction == "minimise" else -value
    order = pd.DataFrame({"group": group, "loss": loss, "compound_id": table["compound_id"]})
    order = order.sort_values(["group", "loss", "compound_id"], na_position="last")
    table = table.loc[order.index].reset_index(drop=True)
    groups = order["group"].to_numpy()
    table["rank"] = _counted(groups == 0)
    table["rank_predicted"] = _counted(groups == 1)
    return table


def _counted(chosen: NDArray[np.bool_]) -> pd.Series:
    """Return 1, 2, 3, ... where `chosen`, and nothing elsewhere."""
    return pd.Series(np.cumsum(chosen)).where(chosen).astype("Int64")


def _values(data: RunData) -> pd.DataFrame:
    """Return the latest measurement of each compound that is completed: a failure is never a number."""
    completed = data.compounds.loc[data.compounds["status"] == "completed", "compound_id"]
    values = _latest(data.measurements, "measurement_id")[["compound_id", "value", "unit", "docked_smiles"]]
    values = values[values["compound_id"].isin(completed)]
    values["charge"] = [_charge(smiles) for smiles in values["docked_smiles"]]
    return values.rename(columns={"value": "oracle_value", "unit": "oracle_unit"})


def _charge(docked_smiles: str) -> int | None:
    try:
        return Chem.GetFormalCharge(parse_smiles(docked_smiles))
    except MoleculeError:  # nothing was docked
        return None


def describe(table: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that follow from the structure, and the ligand efficiency."""
    structure = pd.DataFrame([_structure_columns(smiles) for smiles in table["smiles"]], index=table.index)
    table = pd.concat([table, structure], axis=1)
    table["ligand_efficiency"] = ligand_efficiency(table)
    table["blocks"] = [" | ".join(blocks) for blocks in table["blocks"]]
    return table


def ligand_efficiency(table: pd.DataFrame) -> pd.Series:
    """Return -value / heavy atoms where the value is an energy in kcal/mol, else NaN.

    Parameters
    ----------
    table : DataFrame
        With columns oracle_value, oracle_unit and heavy_atoms.
    """
    if table.empty:
        return pd.Series(dtype=float)
    energy = table["oracle_value"].where(table["oracle_unit"] == "kcal/mol").astype(float)
    return -energy / table["heavy_atoms"].astype(float)


def _latest(table: pd.DataFrame, order: str) -> pd.DataFrame:
    return table.sort_values(order).drop_duplicates("compound_id", keep="last")


def _structure_columns(smiles: str) -> dict[str, Any]:
    try:
        mol = parse_smiles(smiles)
    except MoleculeError:
        return {}
    return asdict(properties(mol)) | {
        "undefined_stereo": undefined_stereo(mol),
        "alerts": "; ".join(find_alerts(mol, _ALERT_CATALOGS)),
        "scaffold": murcko_scaffold(mol),
    }


def _typed(table: pd.DataFrame, columns: Iterable[Column]) -> pd.DataFrame:
    """Keep just these columns, each of its type."""
    return pd.DataFrame({column.name: _cells(table, column) for column in columns}, index=table.index)


def _cells(table: pd.DataFrame, column: Column) -> pd.Series:
    values = table[column.name] if column.name in table else pd.Series(index=table.index, dtype=object)
    match column.type:
        case "text":
            return values.astype(object).where(values.notna(), "")
        case "integer":
            return values.astype("Int64")
        case "number":
            return values.astype(float)

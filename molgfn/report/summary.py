"""The results of a run in numbers: each round compared with the initial data."""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from molgfn.campaign.phases.predict import source_name
from molgfn.chem.standardise import MoleculeError, parse_smiles
from molgfn.proxy.evaluation.metrics import spearman
from molgfn.report.candidates import ligand_efficiency
from molgfn.report.reading import RunData

MIN_POINTS_FOR_FIT = 10
"""Initial molecules below which no line through value and size is drawn."""


class Spread(NamedTuple):
    """Mean and standard deviation (n - 1) of `n` numbers; NaN where there are too few."""

    n: int
    mean: float
    sd: float


class Agreement(NamedTuple):
    """Predictions against measurements: `bias` is the mean of prediction - measurement."""

    n: int
    rmse: float
    bias: float
    spearman: float


@dataclass(frozen=True)
class RoundSummary:
    """The values of one round.

    Attributes
    ----------
    round : int
        0 is D0, the data that the first proxy was trained on.
    sent, failed : int
        Compounds sent to the oracle, and those among them that failed.
    value, heavy_atoms, efficiency : Spread
        Of the measured compounds: oracle value, number of heavy atoms, ligand efficiency.
    best : float
        Best value of the round; NaN where nothing is measured.
    beyond_size : float
        Mean of the measured value - the value that D0 lets expect at the same number of heavy atoms (least-squares
        line); NaN where D0 is too small for a line.
    agreement : Agreement
        Predictions made before measuring.
    sources : dict
        How many of the compounds sent came from each source, such as "tree search", most first; empty in D0.
    """

    round: int
    sent: int
    failed: int
    value: Spread
    heavy_atoms: Spread
    efficiency: Spread
    best: float
    beyond_size: float
    agreement: Agreement
    sources: dict[str, int]


def measured_compounds(data: RunData) -> pd.DataFrame:
    """Return one row for each value in the unit of the oracle, D0 first: a D0 in another unit is left out.

    Returns
    -------
    DataFrame
        compound_id ("" in D0 where it was given), smiles, round, oracle_value, oracle_unit, heavy_atoms, efficiency,
        pred_mean and pred_std (the last prediction made before measuring; NaN in D0).
    """
    initial = data.initial_data if data.initial_unit == data.unit else data.initial_data.head(0)
    given = pd.DataFrame({"smiles": initial["smiles"], "oracle_value": initial["value"]})
    given = given.assign(compound_id="", round=0, oracle_unit=data.unit, pred_mean=np.nan, pred_std=np.nan)
    sent = data.compounds[data.compounds["status"] == "completed"].drop(columns="round")
    sent = sent.rename(columns={"batch_round": "round"})
    values = data.measurements.sort_values("measurement_id").drop_duplicates("compound_id", keep="last")
    values = values.rename(columns={"value": "oracle_value", "unit": "oracle_unit"})
    sent = sent.merge(values[["compound_id", "oracle_value", "oracle_unit"]], on="compound_id")
    sent = sent.merge(_predictions_before(data), how="left", on="compound_id")
    table = pd.concat([given, sent[list(given.columns)]], ignore_index=True) if len(sent) else given
    table = table.astype({"round": int, "oracle_value": float, "pred_mean": float, "pred_std": float})
    table["heavy_atoms"] = [_heavy_atoms(smiles) for smiles in table["smiles"]]
    table["efficiency"] = ligand_efficiency(table)
    return table.sort_values(["round", "compound_id"], kind="stable", ignore_index=True)


def _predictions_before(data: RunData) -> pd.DataFrame:
    sent_in = data.compounds.set_index("compound_id")["batch_round"]
    before = data.predictions[data.predictions["round"] <= data.predictions["compound_id"].map(sent_in)]
    latest = before.sort_values("round").drop_duplicates("compound_id", keep="last")
    return latest[["compound_id", "pred_mean", "pred_std"]]


def _heavy_atoms(smiles: str) -> float:
    try:
        return float(parse_smiles(smiles).GetNumHeavyAtoms())
    except MoleculeError:
        return np.nan


def summarise_rounds(data: RunData, measured: pd.DataFrame) -> list[RoundSummary]:
    """Summarise D0 and each round that sent anything to the oracle.

    Parameters
    ----------
    data : RunData
    measured : DataFrame
        From `measured_compounds`.
    """
    sent = data.compounds["batch_round"].dropna()
    expected = _expected_from_size(measured[measured["round"] == 0])
    return [
        _summarise(number, measured[measured["round"] == number], data, expected)
        for number in sorted({0, *(int(number) for number in sent)})
    ]


def _summarise(number: int, rows: pd.DataFrame, data: RunData, expected: np.poly1d | None) -> RoundSummary:
    batch = data.compounds[data.compounds["batch_round"] == number]
    values = rows["oracle_value"]
    best = values.min() if data.direction == "minimise" else values.max()
    surplus = np.nan if expected is None else (values - expected(rows["heavy_atoms"])).mean()
    return RoundSummary(
        round=number,
        sent=len(batch),
        failed=int((batch["status"] == "failed").sum()),
        value=spread(values),
        heavy_atoms=spread(rows["heavy_atoms"]),
        efficiency=spread(rows["efficiency"]),
        best=float(best),
        beyond_size=float(surplus),
        agreement=agreement(rows["pred_mean"], values),
        sources=_sources(batch, data.predictions),
    )


def _sources(batch: pd.DataFrame, predictions: pd.DataFrame) -> dict[str, int]:
    """Count what first proposed the compounds of a batch; random molecules have no prediction."""
    first = predictions.sort_values("round").drop_duplicates("compound_id").set_index("compound_id")["source_model"]
    samplers = batch["compound_id"].map(first).fillna("random")
    counts = Counter(source_name(sampler.partition("; ")[0]) for sampler in samplers)
    return dict(counts.most_common())


def _expected_from_size(start: pd.DataFrame) -> np.poly1d | None:
    start = start.dropna(subset=["oracle_value", "heavy_atoms"])
    if len(start) < MIN_POINTS_FOR_FIT or start["heavy_atoms"].nunique() < 3:
        return None
    return np.poly1d(np.polyfit(start["heavy_atoms"], start["oracle_value"], deg=1))


def spread(values: pd.Series) -> Spread:
    """Return number, mean and standard deviation of the values that are there."""
    return Spread(int(values.count()), float(values.mean()), float(values.std()))


def agreement(predicted: pd.Series, measured: pd.Series) -> Agreement:
    """Compare predictions with measurements where both are there; Spearman's rho needs three pairs that differ."""
    both = pd.DataFrame({"predicted": predicted, "measured": measured}).dropna()
    error = both["predicted"] - both["measured"]
    pairs = both.to_numpy(dtype=np.float64)
    rank_correlation = spearman(*pairs.T) if len(pairs) >= 3 else np.nan
    rmse = np.sqrt((error**2).mean()) if len(both) else np.nan
    return Agreement(len(both), float(rmse), float(error.mean()), float(rank_correlation))

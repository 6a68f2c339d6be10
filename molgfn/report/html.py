"""The report of a run: one HTML file without external files and scripts; all text in it is escaped."""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from molgfn.campaign.phases.predict import bring_up_to_date
from molgfn.campaign.record.status import proxy_limits
from molgfn.files import write_text
from molgfn.report.candidates import describe, rank_compounds
from molgfn.report.headline import found_by, headline, value_name
from molgfn.report.pictures import structure_picture
from molgfn.report.plots import Series, distribution_plot, parity_plot, trend_plot
from molgfn.report.reading import RunData, read_run
from molgfn.report.retrainings import retrainings
from molgfn.report.summary import RoundSummary, Spread, agreement, measured_compounds, summarise_rounds
from molgfn.report.tree_columns import CandidateTrees

BEST_SHOWN = 50
REASONS_SHOWN = 15

_SAMPLING_TITLES = {"candidates": "may be proposed", "merged_by_inchikey": "merged by InChIKey"}
_TEMPLATES = Path(__file__).parent / "templates"
# "mw 512.3 is above 500" and "sent to the oracle before, as PARP1-000012" are one reason each, whatever the molecule.
_PARTICULARS = re.compile(r"(?<=\w) -?[\d.]+(?:e[+-]?\d+)? is(?= (?:above|below) )|, as .*$")


def write_report(run: Path) -> Path:
    """Write report.html of a run, whole or not at all; it works with any number of finished rounds, also none.

    Returns
    -------
    Path
        Of the report.

    Raises
    ------
    ConfigError
        If the folder is no run directory.
    DataError
        If one of its files cannot be read.
    """
    bring_up_to_date(run)
    write_text(run / "report.html", render_report(read_run(run)))
    return run / "report.html"


def render_report(data: RunData) -> str:
    """Return the page."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = _number
    return environment.get_template("report.html.j2").render(_content(data))


def _content(data: RunData) -> dict[str, Any]:
    ranked = rank_compounds(data)
    measured = measured_compounds(data)
    measured = measured.join(CandidateTrees.of(data.folder, measured["smiles"].tolist()).log_priors())
    rounds = summarise_rounds(data, measured)
    compared = measured.dropna(subset=["pred_mean", "oracle_value"])
    return {
        "data": data,
        "unit": data.unit,
        "value_name": value_name(data),
        "found_by": found_by(data),
        "better": "lower" if data.direction == "minimise" else "higher",
        "headline": headline(data, ranked, rounds),
        "rounds": rounds,
        "plots": {name: Markup(plot) for name, plot in _plots(data, rounds, measured, compared).items()},
        "overall": agreement(compared["pred_mean"], compared["oracle_value"]),
        "proxy_limits": proxy_limits(data.folder),
        "best": list(_cards(describe(_shown(ranked)))),
        "retrainings": list(retrainings(data)),
        "failures": _failures(data),
        "sampling": data.sampling.rename(columns=_SAMPLING_TITLES),
        "reasons": _reasons(data.rejected["reason"]).head(REASONS_SHOWN),
        "manifest": list(_flat(data.manifest)),
    }


def _shown(ranked: pd.DataFrame) -> pd.DataFrame:
    """Return the best measured compounds and the best predicted ones, half of each if there are enough.

    Failed compounds follow if there is room.
    """
    has_value, is_predicted = ranked["rank"].notna(), ranked["rank_predicted"].notna()
    measured, predicted = ranked.index[has_value], ranked.index[is_predicted]
    first = measured[: max(BEST_SHOWN // 2, BEST_SHOWN - len(predicted))]
    others = [*predicted, *ranked.index[~has_value & ~is_predicted]]
    return ranked.loc[[*first, *others[: BEST_SHOWN - len(first)]]].reset_index(drop=True)


def _plots(
    data: RunData, rounds: Sequence[RoundSummary], measured: pd.DataFrame, compared: pd.DataFrame
) -> dict[str, str]:
    """Draw the plots for which there are enough data."""
    labels = [round_label(summary.round) for summary in rounds]
    plots: dict[str, str] = {}
    if len(measured):
        label = f"{value_name(data)}, {data.unit or 'unit not known yet'}"
        best = Series("best", [summary.best for summary in rounds], kind="second")
        plots["progress"] = trend_plot(labels, [_mean_and_sd([summary.value for summary in rounds]), best], label)
        groups = [measured.loc[measured["round"] == summary.round, "oracle_value"] for summary in rounds]
        plots["distribution"] = distribution_plot(labels, groups, label)
        sizes = _mean_and_sd([summary.heavy_atoms for summary in rounds])
        plots["heavy_atoms"] = trend_plot(labels, [sizes], "heavy atoms")
    if measured["efficiency"].notna().any():
        efficiency = _mean_and_sd([summary.efficiency for summary in rounds])
        plots["efficiency"] = trend_plot(labels, [efficiency], "ligand efficiency")
    log_prior = measured["log_prior_per_block"].dropna()
    if len(log_prior):
        groups = [log_prior[measured.loc[log_prior.index, "round"] == summary.round] for summary in rounds]
        plots["log_prior"] = distribution_plot(labels, groups, "log prior for each block")
    if len(compared):
        plots["parity"] = parity_plot(compared, data.unit, found_by(data))
    return plots


def _mean_and_sd(spreads: Sequence[Spread]) -> Series:
    return Series("mean and sd", [values.mean for values in spreads], [values.sd for values in spreads])


def round_label(number: int) -> str:
    """Return the name of a round: round 0 is the initial data."""
    return "D0" if number == 0 else str(number)


def _cards(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in table.to_dict("records"):
        yield {**{str(key): value for key, value in row.items()}, "picture": Markup(structure_picture(row["smiles"]))}


def _failures(data: RunData) -> list[dict[str, Any]]:
    """Count the failures by code; those that were asked again and answered are counted apart."""
    status = data.compounds.set_index("compound_id")["status"]
    failures = data.failures.assign(still=data.failures["compound_id"].map(status) == "failed")
    return [
        {
            "code": code,
            "compounds": sorted(set(group.loc[group["still"], "compound_id"])),
            "answered_later": group.loc[~group["still"], "compound_id"].nunique(),
            "message": group["message"].iloc[0],
        }
        for code, group in failures.groupby("code")
    ]


def _reasons(reasons: pd.Series) -> pd.Series:
    """Count how many rejected molecules each reason applies to, most frequent first."""
    single = reasons.str.split("; ").explode().str.replace(_PARTICULARS, "", regex=True)
    return single.value_counts()


def _flat(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _number(value: float | None, decimals: int = 2, signed: bool = False) -> str:
    """Write a number, or a dash if there is none."""
    if value is None or pd.isna(value) or not isfinite(value):
        return "–"
    rounded = round(value, decimals) + 0.0  # -0.0 + 0.0 is 0.0
    return f"{rounded:+.{decimals}f}" if signed else f"{rounded:.{decimals}f}"

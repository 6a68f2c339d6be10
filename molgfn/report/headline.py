"""The results of a run, in sentences for a chemist."""

from collections.abc import Sequence
from math import isfinite

import pandas as pd

from molgfn.report.reading import RunData
from molgfn.report.summary import RoundSummary, Spread

LARGER_BY = 0.5
"""Mean number of heavy atoms above that of D0 from which size is named as a reason for better scores."""


def headline(data: RunData, ranked: pd.DataFrame, rounds: Sequence[RoundSummary]) -> list[str]:
    """Summarise the task, the numbers of compounds, the best ones, the failures, and whether D0 was beaten.

    Parameters
    ----------
    data : RunData
    ranked : DataFrame
        From `rank_compounds`.
    rounds : sequence of RoundSummary
        D0 first.
    """
    sentences = [_asked(data), *_counted(data, ranked), *_best(data, ranked)]
    answered = [summary for summary in rounds if summary.round > 0 and summary.value.n]
    if answered:
        sentences += _compared(rounds[0], answered, data)
    return sentences


def _asked(data: RunData) -> str:
    oracle, campaign = data.settings["oracle"], data.settings["campaign"]
    lower = "lower" if data.direction == "minimise" else "higher"
    what = f"docking to {oracle.get('target') or 'the given receptor'}" if oracle["kind"] == "docking" else "its oracle"
    unit = f" in {data.unit}" if data.unit else ""
    return (
        f"The campaign {data.name} designs molecules and scores them by {what}{unit}, {lower} being better. "
        f"{data.rounds_finished} of {campaign['rounds']} rounds are finished."
    )


def _counted(data: RunData, ranked: pd.DataFrame) -> list[str]:
    counts = ranked["status"].value_counts()
    if ranked.empty:
        return ["No molecule is proposed yet."]
    sent = len(ranked) - counts.get("proposed", 0)
    status_words = {"completed": found_by(data), **_STATUS_WORDS}
    words = [f"{counts[status]} {word}" for status, word in status_words.items() if status in counts]
    tally = f": {_listed(words)}" if words else ""
    sentences = [f"{_many(len(ranked), 'molecule')} were proposed and {sent} of them sent to the oracle{tally}."]
    failed = data.compounds.loc[data.compounds["status"] == "failed", "compound_id"]
    codes = data.failures[data.failures["compound_id"].isin(failed)].drop_duplicates("compound_id", keep="last")
    if len(codes):
        reasons = [f"{code} ({count})" for code, count in codes["code"].value_counts().items()]
        sentences.append(f"Reasons for failing: {_listed(reasons)}. A failure never counts as a number.")
    return sentences


_STATUS_WORDS = {"failed": "failed", "pending": "not answered yet", "abandoned": "given up"}


def _best(data: RunData, ranked: pd.DataFrame) -> list[str]:
    completed = ranked[ranked["status"] == "completed"]
    if completed.empty:
        return []
    row = completed.iloc[0]
    value = f"{row['oracle_value']:.2f} {row['oracle_unit']}"
    return [f"The best {found_by(data)} is {row['compound_id']} with {value}."]


def _compared(start: RoundSummary, answered: Sequence[RoundSummary], data: RunData) -> list[str]:
    last = answered[-1]
    batch = f"Mean {value_name(data)}: {_with_n(last.value, data.unit)} in round {last.round}'s batch"
    if not start.value.n and len(data.initial_data):
        return [f"{batch}. D0, the initial data, is in {data.initial_unit}: the two are not compared."]
    if not start.value.n:
        return [f"{batch}; there is no D0 (initial data) to compare it with."]
    gain = _gain(last.value.mean, start.value.mean, data)
    verdict = f"{abs(gain):.2f} {data.unit} {'better' if gain > 0 else 'worse'}"
    sentence = f"{batch}, {_with_n(start.value)} in D0, the data that the proxy started from: {verdict}."
    return [_beaten(start, answered, data), sentence, *_sized(start, last, data)]


def _gain(value: float, other: float, data: RunData) -> float:
    """Return how much better a value is than another, in the digits that are shown; below 0 if it is worse."""
    return round(other - value if data.direction == "minimise" else value - other, 2)


def _beaten(start: RoundSummary, answered: Sequence[RoundSummary], data: RunData) -> str:
    """Compare the campaign with its initial data."""
    last, name = answered[-1], value_name(data)
    best = max((summary.best for summary in answered), key=lambda value: _gain(value, start.best, data))
    compared = {
        f"its best {name} is {best:.2f} against {start.best:.2f}": _gain(best, start.best, data),
        f"the mean of its last batch is {last.value.mean:.2f} against {start.value.mean:.2f}": _gain(
            last.value.mean, start.value.mean, data
        ),
    }
    if data.settings["oracle"]["kind"] == "docking" and isfinite(last.beyond_size):
        gain = _gain(last.beyond_size, 0.0, data)
        verdict = f"{abs(gain):.2f} {data.unit} {'better' if gain > 0 else 'worse'}" if gain else "no better"
        compared[f"at equal size its last batch is {verdict}"] = gain
    better = [words for words, gain in compared.items() if gain > 0]
    others = [words for words, gain in compared.items() if not gain > 0]
    if not others:
        return f"The campaign beat its initial data (D0): {_listed(better)}."
    if not better:
        return f"The campaign did NOT beat its initial data (D0): {_listed(others)}."
    return (
        f"The campaign did NOT beat its initial data (D0) in every respect. Not better: {_listed(others)}. "
        f"Better: {_listed(better)}."
    )


def _sized(start: RoundSummary, last: RoundSummary, data: RunData) -> list[str]:
    """Estimate which part of a difference in docking score comes from size."""
    if data.settings["oracle"]["kind"] != "docking" or not isfinite(start.heavy_atoms.mean):
        return []
    sizes = f"{last.heavy_atoms.mean:.1f} heavy atoms on average against {start.heavy_atoms.mean:.1f} in D0"
    if last.heavy_atoms.mean - start.heavy_atoms.mean > LARGER_BY:
        text = f"Docking rewards size, and the batch is larger ({sizes}): part of its score comes from that."
    else:
        text = f"Docking rewards size; the batch is not larger ({sizes})."
    if isfinite(last.efficiency.mean) and isfinite(start.efficiency.mean):
        text += f" Its ligand efficiency is {last.efficiency.mean:.3f} against {start.efficiency.mean:.3f}."
    return [text]


def found_by(data: RunData) -> str:
    """Return "docked" or "measured": a docking score is not a measurement."""
    return "docked" if data.settings["oracle"]["kind"] == "docking" else "measured"


def value_name(data: RunData) -> str:
    """Return the name of the oracle's value."""
    return "docking score" if data.settings["oracle"]["kind"] == "docking" else "measured value"


def _with_n(values: Spread, unit: str = "") -> str:
    sd = f", sd {values.sd:.2f}" if isfinite(values.sd) else ""
    return f"{values.mean:.2f}{' ' * bool(unit)}{unit} (n = {values.n}{sd})"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

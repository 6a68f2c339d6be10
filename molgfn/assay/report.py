"""The report on a table: as text, as numbers, and as tables of compounds and of unused rows."""

import math
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from molgfn.assay.columns import Columns
from molgfn.assay.compounds import MeasuredCompound, replicate_noise
from molgfn.assay.quantities import KCAL
from molgfn.assay.rejected_rows import counted, line_list, reasons
from molgfn.assay.table_import import Assay
from molgfn.chem.standardise import Stereo
from molgfn.files import write_csv
from molgfn.tables.table import DELIMITERS

_POLICY = (
    "Counter-ions and solvents are stripped, charges neutralised. {stereo} Tautomers by a mobile hydrogen (InChI) are "
    "one compound. Replicates are averaged on the scale above. A bound counts only where no value was measured."
)
_STEREO: dict[Stereo, str] = {
    "merge": "Stereoisomers are one compound, as for designs, which have no configuration (--stereo merge).",
    "keep": "Stereoisomers are compounds of their own, and so is a drawing without configuration (--stereo keep).",
}
_BINS, _BAR = 10, 40


def summary(assay: Assay) -> dict[str, Any]:
    """Return the report as numbers, for programs."""
    compounds, readings = assay.compounds, assay.readings
    noise = replicate_noise(compounds)
    exact = np.array([compound.value for compound in compounds if compound.relation == "="])
    changes = Counter(change for reading in readings for change in reading.structure.changes)
    return {
        "file": assay.text.path.name,
        "encoding": assay.text.encoding,
        "columns": {role: assay.columns.header[number] for role, number in assay.columns.numbers.items()},
        "unit": assay.quantity.unit,
        "direction": assay.quantity.direction,
        "rows": assay.n_rows,
        "rows_used": len(readings),
        "rows_rejected": len(assay.bad),
        "rows_left_out": len(assay.unused) - len(assay.bad),
        "left_out": dict(Counter(row.reason for row in assay.unused)),
        "compounds": len(compounds),
        "censored_above": sum(compound.relation == ">" for compound in compounds),
        "censored_below": sum(compound.relation == "<" for compound in compounds),
        "merged_rows": len(readings) - len(compounds),
        "contradictory": sum(bool(compound.remarks) for compound in compounds),
        "stereo": assay.stereo,
        "merged_stereoisomers": sum(compound.configurations > 1 for compound in compounds),
        "contradictory_stereoisomers": sum(compound.isomers_differ for compound in compounds),
        "changes": dict(changes),
        "notes": dict(Counter(note for reading in readings for note in reading.notes)),
        "dates_not_read": sum(bool(reading.unread_day) for reading in readings),
        "quantiles": []
        if not len(exact)
        else [round(float(q), 3) for q in np.quantile(exact, [0, 0.25, 0.5, 0.75, 1])],
        "noise": {key: None if value != value else value for key, value in asdict(noise).items()},
    }


def report(assay: Assay) -> str:
    """Return the report as text: the roles of the columns, and how the rows were used."""
    return "\n".join(
        [*_read_from(assay), *_used(assay), *_not_used(assay), *_values(assay), _noise(assay), policy(assay.stereo)]
    )


def policy(stereo: Stereo) -> str:
    """Return the rules by which rows become one compound."""
    return _POLICY.format(stereo=_STEREO[stereo])


def _read_from(assay: Assay) -> list[str]:
    columns, text = assay.columns, assay.text
    roles = ", ".join(f'{role} "{columns.header[number]}"' for role, number in columns.numbers.items())
    better = "lower" if assay.quantity.direction == "minimise" else "higher"
    return [
        f"{text.path}: {counted(assay.n_rows, 'row')}, {DELIMITERS[assay.delimiter]}-separated. {text.remark}".strip(),
        f"columns      {roles}",
        f"unit         {assay.quantity.unit}, {better} is better",
        *_beside(columns),
    ]


def _beside(columns: Columns) -> list[str]:
    """Note that relations belong to the concentration, if logarithms are read and the table has both."""
    if columns.relation_is_of_logarithm or "relation" not in columns.numbers:
        return []
    name = columns.beside or (columns.name("p_value") if "value" not in columns.numbers else "")
    return ["relation     of the concentration: > in the table is < of the logarithm"] if name else []


def _used(assay: Assay) -> list[str]:
    relations = Counter(compound.relation for compound in assay.compounds)
    changes = sorted({change for reading in assay.readings for change in reading.structure.changes})
    return [
        f"used         {counted(len(assay.readings), 'row')}, {counted(len(assay.compounds), 'compound')}",
        f"  bounds     {counted(relations['<'], 'compound')} below the value given, {relations['>']:,} above",
        *_merged(assay),
        *_stereo(assay),
        *(f"  {change}: {_rows(assay, change)}" for change in changes),
        *_notes(assay),
        *_unread_days(assay),
    ]


def _stereo(assay: Assay) -> list[str]:
    """Count the compounds with several stereoisomers, and those whose stereoisomers contradict each other."""
    merged = [compound for compound in assay.compounds if compound.configurations > 1]
    if not merged:
        return []
    differ = sum(compound.isomers_differ for compound in merged)
    hint = "; --stereo keep makes them compounds of their own" if differ else ""
    return [
        f"  stereoisomers merged: {counted(len(merged), 'compound')}, contradictory by more than {_limit(assay)}: "
        f"{differ:,}{hint}"
    ]


def _notes(assay: Assay) -> list[str]:
    lines: dict[str, list[int]] = {}
    for reading in assay.readings:
        for note in reading.notes:
            lines.setdefault(note, []).append(reading.line)
    return [f"  {note}: {len(lines[note]):,} ({line_list(lines[note])})" for note in sorted(lines)]


def _limit(assay: Assay) -> str:
    return "1 log unit" if assay.quantity.unit != KCAL else f"{assay.quantity.conflict_range:g} kcal/mol"


def _unread_days(assay: Assay) -> list[str]:
    unread = [reading for reading in assay.readings if reading.unread_day]
    if not unread:
        return []
    lines, example = line_list([reading.line for reading in unread]), unread[0].unread_day
    return [f"  date not read: {len(unread):,} ({lines}), {example!r}; accepted: 2024-05-31, 31-May-2024, 2024"]


def _not_used(assay: Assay) -> list[str]:
    others = [row for row in assay.unused if not row.is_bad]
    share = 100 * len(assay.bad) / assay.n_rows
    lines = [f"rejected     {counted(len(assay.bad), 'row')} ({share:.1f} %)", *_indented(reasons(assay.bad, 10))]
    return lines + ([f"left out     {counted(len(others), 'row')}", *_indented(reasons(others, 10))] if others else [])


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]


def _merged(assay: Assay) -> list[str]:
    merged = [compound for compound in assay.compounds if len(compound.lines) > 1]
    rows = sum(len(compound.lines) for compound in merged)
    contradictory = [compound for compound in merged if compound.remarks]
    lines = [f"  merged     {counted(rows, 'row')} of {counted(len(merged), 'compound')}"]
    if contradictory:
        lines.append(f"  contradictory: {counted(len(contradictory), 'compound')}, by more than {_limit(assay)}")
    return lines + [
        f"    {line_list(compound.lines)}: {'; '.join(compound.remarks)}" for compound in contradictory[:10]
    ]


def _rows(assay: Assay, change: str) -> str:
    lines = [reading.line for reading in assay.readings if change in reading.structure.changes]
    return f"{len(lines):,} ({line_list(lines)})"


def _values(assay: Assay) -> list[str]:
    exact = np.array([compound.value for compound in assay.compounds if compound.relation == "="])
    if not len(exact):
        return ["values       none, only bounds"]
    quantiles = " ".join(f"{value:.2f}" for value in np.quantile(exact, [0, 0.25, 0.5, 0.75, 1]))
    counts, edges = np.histogram(exact, _BINS)
    bars = [
        f"  {low:8.2f}{count:6}  {'#' * math.ceil(_BAR * count / counts.max())}".rstrip()
        for low, count in zip(edges, counts, strict=False)
    ]
    return [f"values       {len(exact):,} in {assay.quantity.unit}; least, quartiles, most: {quantiles}", *bars]


def _noise(assay: Assay) -> str:
    noise = replicate_noise(assay.compounds)
    if not noise.freedom:
        return "noise floor  not known: no compound was measured twice"
    return (
        f"noise floor  {noise.sd:.2f} {assay.quantity.unit}: standard deviation of one reading, "
        f"from {counted(noise.compounds, 'compound')} with replicates"
    )


@dataclass(frozen=True)
class Written:
    """Where the tables are."""

    clean: Path
    rejected: Path


def write_tables(assay: Assay, folder: Path) -> Written:
    """Write the clean table of compounds and the table of rows left out, with reasons, each whole or not at all."""
    stem = assay.text.path.stem
    written = Written(folder / f"{stem}.clean.csv", folder / f"{stem}.rejected.csv")
    changes = {reading.line: reading.structure.changes for reading in assay.readings if reading.structure.changes}
    header = ("compound_id", "smiles", "relation", "value", "unit", "n", "sd", "date", "changes", "remarks", "lines")
    write_csv(written.clean, header, (_clean(compound, assay.quantity.unit, changes) for compound in assay.compounds))
    rows = (
        (row.line, row.reason, row.found, assay.delimiter.join(row.cells).replace("\n", " ")) for row in assay.unused
    )
    write_csv(written.rejected, ("line", "reason", "found", "row"), rows)
    return written


def _clean(compound: MeasuredCompound, unit: str, changes: dict[int, tuple[str, ...]]) -> tuple[object, ...]:
    changed = dict.fromkeys(change for line in compound.lines for change in changes.get(line, ()))
    return (
        ";".join(compound.ids),
        compound.smiles,
        compound.relation,
        round(compound.value, 4),
        unit,
        compound.n,
        None if math.isnan(compound.sd) else round(compound.sd, 4),
        compound.day,
        "; ".join(changed),
        "; ".join(compound.remarks),
        " ".join(str(line) for line in compound.lines),
    )

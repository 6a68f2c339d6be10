"""Tables, tests and plots of `active_learning.py`.

    python benchmarks/call_report.py active_learning.jsonl
    python benchmarks/call_report.py active_learning.jsonl --plot active_learning.svg
    python benchmarks/call_report.py active_learning.jsonl --against "GP BO" --method molgfn

Prints a Markdown table with means over seeds after the last call. With `--against` a paired t test over the seeds that
both methods have, for each oracle, size of rounds and noise: mean difference, its standard error, and p of both sides;
and after how many calls the method had what the other one had in the end.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from line_plot import Line, Panel, line_plot
from scipy.stats import ttest_rel

TASK = ["oracle", "together", "noise"]
COLUMNS = {"top_1": 2, "top_10": 2, "top_100": 2, "hits": 0, "auc_mean_of_10": 3, "auc_zinc": 4, "cpu_s": 0}
"""Columns of the table, and their decimals."""
PANELS = {"top_1": "best value", "top_10": "mean of the 10 best", "top_100": "mean of the 100 best"}
PANELS |= {"hits": "distinct hits", "cpu_s": "CPU seconds"}


def last(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows after the last call of each run."""
    return rows[rows["calls"] == rows["planned"]]


def table(rows: pd.DataFrame) -> str:
    columns = [column for column in COLUMNS if column in rows]
    names = [*TASK, "calls", "method", "seeds"]
    lines = ["| " + " | ".join([*names, *columns]) + " |", "|---" * (len(names) + len(columns)) + "|"]
    for (*task, calls, method), group in last(rows).groupby([*TASK, "calls", "method"]):
        means = group[columns].mean()
        values = ["" if np.isnan(means[column]) else f"{means[column]:.{COLUMNS[column]}f}" for column in columns]
        lines.append("| " + " | ".join([*map(plain, task), f"{calls}", method, f"{len(group)}", *values]) + " |")
    return "\n".join(lines)


def compared(rows: pd.DataFrame, method: str, rival: str) -> Iterator[dict[str, object]]:
    """Yield the paired comparison of two methods for each task and column."""
    for task, group in rows.groupby(TASK):
        ends = last(group).set_index(["method", "seed"])
        if not {method, rival} <= set(ends.index.get_level_values("method")):
            continue
        ours, theirs = ends.loc[method], ends.loc[rival]
        seeds = ours.index.intersection(theirs.index)
        for column in ("top_10", "top_100", "hits", "auc_zinc"):
            difference = (ours.loc[seeds, column] - theirs.loc[seeds, column]).to_numpy(float)
            several = len(seeds) > 1 and np.ptp(difference) > 0
            p = float(ttest_rel(ours.loc[seeds, column], theirs.loc[seeds, column]).pvalue) if several else np.nan
            error = float(difference.std(ddof=1) / np.sqrt(len(seeds))) if several else np.nan
            made = {"column": column, "seeds": len(seeds), "difference": float(difference.mean()), "error": error}
            yield (
                dict(zip(TASK, task, strict=True)) | made | {"p": p} | reached(group, method, theirs.loc[seeds], column)
            )


def reached(rows: pd.DataFrame, method: str, theirs: pd.DataFrame, column: str) -> dict[str, float]:
    """Return the mean number of calls after which a method had the last value of the other one, and in how many runs.

    Runs that never had it count with all their calls.
    """
    if column == "auc_zinc":
        return {}
    needed, ever = [], 0
    for seed, end in theirs[column].items():
        run = rows[(rows["method"] == method) & (rows["seed"] == seed)].sort_values("calls")
        enough = run[run[column] >= end]
        ever += len(enough) > 0
        needed.append(float((enough if len(enough) else run)["calls"].iloc[0 if len(enough) else -1]))
    return {"calls_for_it": float(np.mean(needed)), "runs_with_it": ever}


def plain(value: object) -> str:
    """Return a number without needless zeros, anything else as it is."""
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def drawing(rows: pd.DataFrame) -> str:
    """Return the figures against calls as an SVG: mean over the seeds, and the lowest and highest."""
    panels = []
    for task, group in rows.groupby(TASK):
        for key, label in PANELS.items():
            lines = []
            for method, part in group.groupby("method"):
                each = part.groupby("calls")[key]
                mean, low, high = each.mean(), each.min(), each.max()
                lines.append(Line(str(method), mean.index.tolist(), mean.tolist(), low.tolist(), high.tolist()))
            title = ", ".join(f"{name} {value}" for name, value in zip(TASK, map(plain, task), strict=True))
            panels.append(Panel(label, "calls", lines, title))
    return line_plot(panels, columns=len(PANELS))


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--method", default="molgfn")
    parser.add_argument("--against", metavar="METHOD")
    arguments = parser.parse_args(words)
    rows = pd.read_json(arguments.rows, lines=True)
    if arguments.plot is not None:
        arguments.plot.write_text(drawing(rows), encoding="utf-8")
    elif arguments.against is not None:
        for row in compared(rows, arguments.method, arguments.against):
            print(
                json.dumps({key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()})
            )
    else:
        print(table(rows))


if __name__ == "__main__":
    main(sys.argv[1:])

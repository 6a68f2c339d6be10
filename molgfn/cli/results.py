"""Commands that show the results of a run."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from molgfn.cli.options import Run
from molgfn.errors import ConfigError

if TYPE_CHECKING:
    from molgfn.campaign.record.status import RunStatus


class Format(StrEnum):
    """File formats of an export."""

    csv = "csv"
    smi = "smi"
    sdf = "sdf"
    routes = "routes"


_ENDING = {Format.routes: "csv"}
"""Endings of files that differ from the name of the format."""


def status(
    run: Run, as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False
) -> None:
    """Show how far a run is, also while it is running."""
    from molgfn.campaign.record.status import run_status

    shown = run_status(run)
    print(json.dumps(asdict(shown), indent=2) if as_json else "\n".join(_status_lines(shown)))


def _status_lines(status: "RunStatus") -> Iterator[str]:
    yield f"campaign   {status.name}"
    now = f", round {status.round}: {status.phase}" if status.phase else ""
    yield f"state      {status.state}{now}"
    yield f"rounds     {status.rounds_done} of {status.rounds_planned} finished"
    if status.batch_size:
        yield f"batch      {status.batch_answered} of {status.batch_size} answered"
    yield f"compounds  {_counts(status.counts)}"
    if status.failures:
        yield f"failures   {_counts(status.failures)}"
    if status.best:
        best = status.best
        before = "" if status.initial_best is None else f" (initial data: {status.initial_best:.2f})"
        yield f"best       {best.value:.2f} {best.unit}{before}  {best.compound_id}  {best.smiles}"
    if status.proxy:
        table = f", retrained on {status.retrained_on}" if status.retrained_on else ""
        yield f"proxy      {status.proxy}{table}"
        for sentence in status.proxy_limits:
            yield f"           {sentence}"
    if status.state == "stopped":
        yield f"next       molgfn resume {status.run}"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "none yet"


def export(
    run: Run,
    kind: Annotated[Format | None, typer.Option("--format", help="Default: the ending of FILE, or csv.")] = None,
    top: Annotated[int | None, typer.Option("--top", metavar="N", min=1, help="Only the N best.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="The file to write.")] = None,
) -> None:
    """Write the candidates of a run into a file, best first.

    Without options it writes three files into exports/ of the run: candidates.csv; columns.json, which explains each
    column; rejected.csv, the molecules that break a constraint. With options it writes one other file and does not
    change these three. Prints the path of the file.
    """
    from molgfn.report.export import export_candidates, export_run

    if kind in (None, Format.csv) and top is None and out is None:
        print(export_run(run))
    else:
        print(export_candidates(run, _format_of(kind, out).value, out, top))


def _format_of(kind: Format | None, out: Path | None) -> Format:
    """Return the format that the user chose by name or by the ending of the file.

    Raises
    ------
    ConfigError
        If the ending is not one of the formats, or does not fit `--format`.
    """
    if out is None:
        return kind or Format.csv
    ending = out.suffix.lower()
    accepted = [f".{name}" for name in ("csv", "smi", "sdf")] if kind is None else [f".{_ENDING.get(kind, kind)}"]
    if ending not in accepted:
        named = "" if kind is None else f", but --format says {kind.value}"
        raise ConfigError(
            f"-o {out}: the name ends with {ending or 'no ending'}{named}.",
            f"Accepted: {', '.join(accepted)}. The ending says how the file is written.",
        )
    return kind or Format(ending[1:])


def report(run: Run) -> None:
    """Write the HTML report of a run, one file for any browser."""
    from molgfn.report.html import write_report

    print(write_report(run))


def leave_results(run: Path) -> None:
    """Export a finished run, write its report, and print the paths of both."""
    from molgfn.report.export import export_run
    from molgfn.report.html import write_report

    print(f"candidates  {export_run(run)}")
    print(f"report      {write_report(run)}")

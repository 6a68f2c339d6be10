"""Commands that show what a run has found."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from molgfn.cli.options import Run

if TYPE_CHECKING:
    from molgfn.campaign.record.status import RunStatus


class Format(StrEnum):
    """File formats of an export."""

    csv = "csv"


def status(run: Run, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Say how far a run is, also while it is running."""
    from molgfn.campaign.record.status import run_status

    found = run_status(run)
    print(json.dumps(asdict(found), indent=2) if as_json else "\n".join(_status_lines(found)))


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
    kind: Annotated[Format, typer.Option("--format", help="File format.")] = Format.csv,  # noqa: ARG001
    top: Annotated[int | None, typer.Option("--top", metavar="N", min=1, help="Only the N best.")] = None,
) -> None:
    """Write the candidates of a run as a table, best first.

    Prints where: exports/ in the run. columns.json beside the table explains every column;
    rejected.csv lists what was sampled but may not be proposed.
    """
    from molgfn.report.export import export_csv

    print(export_csv(run, top=top))


def report(run: Run) -> None:
    """Write the HTML report of a run, one file for any browser."""
    from molgfn.report.html import write_report

    print(write_report(run))


def leave_results(run: Path) -> None:
    """Export a finished run, write its report, and print where both are."""
    from molgfn.report.export import export_csv
    from molgfn.report.html import write_report

    print(f"candidates  {export_csv(run)}")
    print(f"report      {write_report(run)}")

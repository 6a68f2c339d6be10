"""Commands that show what a run has found."""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from molgfn.cli.options import Run


class Format(StrEnum):
    """File formats of an export."""

    csv = "csv"


def status(run: Run, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Say how far a run is; may be asked while it is running."""
    from molgfn.campaign.status import read_status, status_lines

    found = read_status(run)
    print(json.dumps(asdict(found), indent=2) if as_json else "\n".join(status_lines(found)))


def export(
    run: Run,
    kind: Annotated[Format, typer.Option("--format", help="File format.")] = Format.csv,  # noqa: ARG001
    top: Annotated[int | None, typer.Option("--top", metavar="N", min=1, help="Only the N best.")] = None,
) -> None:
    """Write the candidates of a run, best first, into its folder exports/, and print where.

    columns.json beside the table explains every column; rejected.csv lists what was sampled but may not be proposed.
    """
    from molgfn.report.export import export_csv

    print(export_csv(run, top=top))


def report(run: Run) -> None:
    """Write the HTML report of a run, one file to open in any browser, and print where."""
    from molgfn.report.html import write_report

    print(write_report(run))


def leave_results(run: Path) -> None:
    """Export a finished run, write its report, and print where both are."""
    from molgfn.report.export import export_csv
    from molgfn.report.html import write_report

    print(f"candidates  {export_csv(run)}")
    print(f"report      {write_report(run)}")

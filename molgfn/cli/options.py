"""Arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

CampaignFile = Annotated[Path, typer.Argument(metavar="CAMPAIGN.toml", help="The campaign file.", show_default=False)]
Run = Annotated[Path, typer.Argument(metavar="RUN", help="A run directory.", show_default=False)]
Rounds = Annotated[
    int | None, typer.Option("--rounds", metavar="N", min=1, help="Number of rounds, instead of that in the file.")
]
Workers = Annotated[
    int | None, typer.Option("--workers", metavar="N", min=0, help="Docking processes; 0: one for each core.")
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="A.B=C", help="Change a value of the file; can be repeated.")
]
RunsDir = Annotated[Path, typer.Option("--runs-dir", metavar="DIR", help="Where run directories are made.")]


def as_overrides(given: list[str] | None, rounds: int | None = None, workers: int | None = None) -> list[str]:
    """Return all changes to a campaign file in the form that `--set` takes."""
    changes = list(given or ())
    changes += [] if rounds is None else [f"campaign.rounds={rounds}"]
    changes += [] if workers is None else [f"compute.workers={workers}"]
    return changes

"""Learning curves: the losses of every epoch of every member, as a table beside the proxy."""

import csv
from collections.abc import Sequence
from pathlib import Path

from molgfn.files import write_csv
from molgfn.proxy.settings import TrainingEpoch

COLUMNS = ("member", "epoch", "loss", "held_out_loss")


def write_curves(epochs: Sequence[TrainingEpoch], path: Path) -> None:
    """Write every epoch of a training, in order; a member may have stopped before its last planned epoch."""
    write_csv(path, COLUMNS, [(epoch.member, epoch.epoch, epoch.loss, epoch.held_out) for epoch in epochs])


def read_curves(path: Path) -> tuple[TrainingEpoch, ...]:
    """Read the table of `write_curves`; empty if there is no such file."""
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    members, epochs = (max((int(row[name]) for row in rows), default=0) for name in ("member", "epoch"))
    return tuple(
        TrainingEpoch(
            int(row["member"]),
            members,
            int(row["epoch"]),
            epochs,
            float(row["loss"]),
            float(row["held_out_loss"]) if row["held_out_loss"] else None,
        )
        for row in rows
    )

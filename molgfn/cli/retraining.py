"""The command that retrains the proxy of a campaign."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from molgfn.cli.assay import AssayFile, ColumnMap, DecimalMark, Endpoint, StereoOfProxy, Unit, columns_by_role
from molgfn.cli.options import Run
from molgfn.progress import progress_for

if TYPE_CHECKING:
    from molgfn.campaign.lab.retrain import Retrained


def retrain(
    run: Run,
    file: AssayFile,
    column: ColumnMap = None,
    unit: Unit = "",
    type_: Endpoint = "",
    decimal: DecimalMark = None,
    stereo: StereoOfProxy = None,
    transfer: Annotated[
        bool, typer.Option("--transfer", help="FILE may be of another quantity than the campaign.")
    ] = False,
) -> None:
    """Train a campaign's proxy on with a lab's table.

    Says what changed on compounds kept from it; rounds to come use the new proxy. Every earlier one is kept.
    """
    from molgfn.assay.table_import import ReadingOptions
    from molgfn.campaign.lab.retrain import retrain as retrain_run

    options = ReadingOptions(columns_by_role(column), unit, type_, decimal, stereo=stereo)
    made = retrain_run(run, file, options, progress_for(sys.stderr), transfer=transfer)
    print("\n".join([*_learnt(made), *_changed(made), *(_used(made, run) if made.record.used else _beside(made, run))]))


def _learnt(made: "Retrained") -> Iterator[str]:
    record = made.record
    yield f"table      {record.file}: {made.new} new compounds, {made.joined} of the table are compounds of this run"
    before = "all that the proxy knew before" if record.used else "nothing else in that quantity"
    yield f"learnt     {made.learnt} compounds of the lab, with {before}"
    yield f"held out   {made.held_out} compounds that no proxy of this run learns from"


def _changed(made: "Retrained") -> Iterator[str]:
    if made.comparison is None:
        yield "changed    not known: no compound that is held out has a value"
        return
    yield f"changed    on the {made.comparison.n} of them that have a value, not only a bound"
    yield from made.comparison.lines()


def _used(made: "Retrained", run: object) -> Iterator[str]:
    record = made.record
    yield f"proxy      {record.folder}, which went on from {record.base} (kept)"
    if made.next_round > record.round + 1:
        yield f"rounds     round {record.round + 1} was proposed before, and stays as it is"
    if made.next_round > made.rounds:
        yield f"next       molgfn resume {run} --rounds {made.next_round}"
    else:
        yield f"next       molgfn resume {run}, which proposes round {made.next_round} with it"


def _beside(made: "Retrained", run: object) -> Iterator[str]:
    record = made.record
    yield f"proxy      {record.folder} predicts {record.unit}; it went on from {record.base} (kept)"
    yield "rounds     are not changed by it: they go on with the proxy and the objective that they had"
    yield f"next       molgfn proxy score {run}/{record.folder} {run}/exports/candidates.csv -o ranked.csv"

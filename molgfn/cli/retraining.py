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
        bool, typer.Option("--transfer", help="FILE has another quantity: train a separate proxy.")
    ] = False,
) -> None:
    """Train a campaign's proxy further with a lab's table.

    Prints how the errors have changed on compounds that were not used for training. The next rounds use the new proxy.
    Every earlier proxy is kept.
    """
    from molgfn.assay.table_import import ReadingOptions
    from molgfn.campaign.lab.retrain import retrain as retrain_run

    options = ReadingOptions(columns_by_role(column), unit, type_, decimal, stereo=stereo)
    made = retrain_run(run, file, options, progress_for(sys.stderr), transfer=transfer)
    last = _used(made, run) if made.record.used else _not_used(made, run)
    print("\n".join([*_data(made), *_changes(made), *last]))


def _data(made: "Retrained") -> Iterator[str]:
    record = made.record
    yield f"table      {record.file}: {made.new} new compounds, {made.joined} of the table are compounds of this run"
    before = "all earlier training data" if record.used else "nothing else in that quantity"
    yield f"trained on {made.learnt} compounds of the lab, and {before}"
    yield f"held out   {made.held_out} compounds that no proxy of this run is trained on"


def _changes(made: "Retrained") -> Iterator[str]:
    if made.comparison is None:
        yield "changed    not known: no held-out compound has an exact value"
        return
    yield f"changed    on the {made.comparison.n} of them that have an exact value, not only a bound"
    yield from made.comparison.lines()


def _used(made: "Retrained", run: object) -> Iterator[str]:
    record = made.record
    yield f"proxy      {record.folder}, trained further from {record.base} (kept)"
    if made.next_round > record.round + 1:
        yield f"rounds     round {record.round + 1} was already proposed, and does not change"
    if made.next_round > made.rounds:
        yield f"next       molgfn resume {run} --rounds {made.next_round}"
    else:
        yield f"next       molgfn resume {run}, which proposes round {made.next_round} with it"


def _not_used(made: "Retrained", run: object) -> Iterator[str]:
    record = made.record
    yield f"proxy      {record.folder} predicts {record.unit}; it was trained further from {record.base} (kept)"
    yield "rounds     are not changed by it: they continue with the proxy and the objective that they had"
    yield f"next       molgfn proxy score {run}/{record.folder} {run}/exports/candidates.csv -o ranked.csv"

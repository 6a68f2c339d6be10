"""The loop: run the unfinished phases of a campaign, one after the other."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from molgfn.campaign.file.load import Campaign, load_resolved, resolved_toml
from molgfn.campaign.models.agreement import check_proxy_quantity, unit_of_data
from molgfn.campaign.models.history import write_index
from molgfn.campaign.models.interfaces import Parts
from molgfn.campaign.phases.plan import PHASE_FUNCTIONS, planned_phases
from molgfn.campaign.phases.predict import predict_again
from molgfn.campaign.phases.state import Context
from molgfn.campaign.record.inputs import prepare
from molgfn.campaign.record.rows import InitialRow, PhaseName
from molgfn.campaign.record.run_directory import RunDirectory, create_run, open_run
from molgfn.campaign.record.stop import StopRequest, stop_on_signals
from molgfn.campaign.record.store import Store
from molgfn.campaign.record.tables import write_proxy_card, write_round_tables
from molgfn.errors import Stopped
from molgfn.files import is_disk_full, write_text
from molgfn.oracles.interfaces import Oracle, measured_by
from molgfn.progress import Progress
from molgfn.proxy.data.training_data import TrainingData, read_table


def real_parts(campaign: Campaign) -> Parts:
    """Return the parts that a campaign file describes."""
    from molgfn.campaign.models.build import CampaignParts  # loads torch, which takes seconds

    return CampaignParts(campaign)


def start_run(
    campaign: Campaign,
    runs_dir: Path,
    argv: Sequence[str],
    progress: Progress,
    *,
    source: Path | None = None,
    assemble: Callable[[Campaign], Parts] = real_parts,
) -> Path:
    """Run a campaign in a new run directory.

    Parameters
    ----------
    campaign : Campaign
    runs_dir : Path
        Where the run directory is made.
    argv : sequence of str
        The command line, for the manifest.
    progress : Progress
    source : Path, optional
        The campaign file; the run keeps a copy.
    assemble : callable
        Makes the parts of the campaign.

    Returns
    -------
    Path
        The run directory.

    Raises
    ------
    MolgfnError
        ConfigError, DataError or OracleError if an input cannot be used; nothing is written then. Later OracleError,
        NoCandidateError or Stopped; `resume_run` continues the run after these.
    """
    parts = assemble(campaign)
    table = _initial_table(campaign)
    with closing(parts.open_oracle()) as oracle:
        _check_proxy(campaign, parts, oracle)
        initial = list(_initial_rows(campaign, table, oracle))
        left_out = table.bad_rows if table else ()
        run = create_run(runs_dir, campaign.campaign.name, lambda run: prepare(run, campaign, source, argv, initial))
        progress.log(f"run directory: {run.path}")
        for row in left_out:
            progress.log(f"{campaign.proxy.data}, line {row.line}: left out: {row.found}")
        run.log("started", argv=list(argv), initial_molecules=len(initial), rows_left_out=len(left_out))
        _carry_out(run, campaign, parts, oracle, progress)
    return run.path


def resume_run(
    path: Path, progress: Progress, *, rounds: int | None = None, assemble: Callable[[Campaign], Parts] = real_parts
) -> Path:
    """Continue a run that was stopped or killed; finished phases are not done again.

    Parameters
    ----------
    path : Path
        The run directory.
    progress : Progress
    rounds : int, optional
        New number of rounds of the campaign, including the finished ones.
    assemble : callable
        Makes the parts of the campaign.

    Raises
    ------
    MolgfnError
        As `start_run`; ConfigError if `path` is not a run directory, or another process is running it.
    """
    run = open_run(path)
    campaign = load_resolved(run.resolved) if rounds is None else _extended(run, rounds)
    with Store.read(run.database) as store:
        finished = {(row.round, row.phase) for row in store.phases()}
    if set(_plan(campaign)) <= finished and run.was_completed():
        progress.log(f"{path}: all {campaign.campaign.rounds} rounds are done")
        return path
    parts = assemble(campaign)
    with closing(parts.open_oracle()) as oracle:
        run.log("resumed")
        _carry_out(run, campaign, parts, oracle, progress)
    return path


def _extended(run: RunDirectory, rounds: int) -> Campaign:
    """Set another number of rounds, also in the resolved campaign file."""
    with run.lock():
        campaign = load_resolved(run.resolved, [f"campaign.rounds={rounds}"])
        write_text(run.resolved, resolved_toml(campaign, run.path))
    return campaign


def _carry_out(run: RunDirectory, campaign: Campaign, parts: Parts, oracle: Oracle, progress: Progress) -> None:
    hint = f"molgfn resume {run.path}"
    with run.lock(), stop_on_signals(hint) as stop, Store.open(run.database) as store:
        context = Context(campaign, run, store, parts, oracle, progress, stop)
        try:
            _carry_out_phases(context, stop)
        except Exception as error:
            if is_disk_full(error, run.path):
                raise Stopped(
                    f"{run.path}: the disk is full; everything recorded so far is kept",
                    f"Free space, then `molgfn resume {run.path}`.",
                ) from error
            run.log("stopped" if isinstance(error, Stopped) else "error", message=str(error))
            raise
        run.log("finished")


def _carry_out_phases(context: Context, stop: StopRequest) -> None:
    store, run = context.store, context.run
    # Files that are written from the record may be missing if a run was killed just after a phase.
    for number in sorted({row.round for row in store.phases()}):
        write_round_tables(run, store, number)
    if store.retrainings():
        write_proxy_card(run, store)
        write_index(run, store)
    for number, phase in _plan(context.campaign):
        if store.is_finished(number, phase):
            continue
        stop.check()
        run.log("phase", round=number, phase=phase)
        PHASE_FUNCTIONS[phase](context, number)
        write_round_tables(run, store, number)
        if phase == "learn":
            write_proxy_card(run, store)
            write_index(run, store)
    again = predict_again(run, context.campaign, store, context.parts.load_proxy)
    if again:
        context.progress.log(f"{again} candidates predicted again with the last proxy")


def _plan(campaign: Campaign) -> list[tuple[int, PhaseName]]:
    proxy = campaign.proxy
    return planned_phases(campaign.campaign.rounds, proxy=proxy.start is not None, data=proxy.data is not None)


def _initial_table(campaign: Campaign) -> TrainingData | None:
    section = campaign.proxy
    return read_table(section.data, section.value_column) if section.data is not None else None


def _initial_rows(campaign: Campaign, table: TrainingData | None, oracle: Oracle) -> Iterator[InitialRow]:
    """Yield the initial data with their unit; raises as `unit_of_data`."""
    if table is None:
        return
    unit = unit_of_data(campaign, oracle)
    measured = measured_by(oracle) if unit == oracle.unit else ""
    for smiles, value in zip(table.smiles, table.values.tolist(), strict=True):
        yield InitialRow(smiles, value, measured, unit)


def _check_proxy(campaign: Campaign, parts: Parts, oracle: Oracle) -> None:
    if campaign.proxy.start is None:
        return
    check_proxy_quantity(campaign, parts.load_proxy(campaign.proxy.start), oracle)

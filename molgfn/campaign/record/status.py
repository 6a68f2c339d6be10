"""The state of a run, read from its record; the run may be running meanwhile."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from molgfn.campaign.models.history import last_learnt, proxy_after
from molgfn.campaign.phases.plan import planned_phases
from molgfn.campaign.record.rows import STATUSES
from molgfn.campaign.record.run_directory import RunDirectory, open_run
from molgfn.campaign.record.store import Store
from molgfn.proxy.uncertainty.limits import limits_of_folder


@dataclass(frozen=True)
class Best:
    """The best compound so far that has a value of the oracle."""

    compound_id: str
    smiles: str
    value: float
    unit: str


@dataclass(frozen=True)
class RunStatus:
    """The state of a run.

    Attributes
    ----------
    run, name : str
        Folder, and name of the campaign.
    state : str
        "finished", "running", or "stopped" (to be resumed).
    rounds_done, rounds_planned : int
        Round 0 does not count.
    round, phase : int, str, or None
        What is done now, or next; None if the run is finished.
    batch_answered, batch_size : int
        Of the batch that was last sent to the oracle.
    counts : dict of str to int
        Compounds by status.
    best : Best or None
    initial_best : float or None
        Best value of the initial data.
    failures : dict of str to int
        Failed compounds by code.
    proxy : str or None
        Folder of the proxy in use; None if there is none yet.
    retrained_on : str or None
        The lab's table that this proxy was retrained on, if it was.
    proxy_limits : tuple of str
        What this proxy does not give (error bars, domain), one sentence for each limit.
    """

    run: str
    name: str
    state: str
    rounds_done: int
    rounds_planned: int
    round: int | None
    phase: str | None
    batch_answered: int
    batch_size: int
    counts: dict[str, int]
    best: Best | None
    initial_best: float | None
    failures: dict[str, int]
    proxy: str | None
    retrained_on: str | None
    proxy_limits: tuple[str, ...]


def run_status(path: Path) -> RunStatus:
    """Read the state of a run.

    Raises
    ------
    ConfigError, DataError
        If `path` is not a run directory, or its record cannot be read.
    """
    run = open_run(path)
    settings = tomllib.loads(run.resolved.read_text(encoding="utf-8"))
    plan, objective, proxy = settings["campaign"], settings["objective"], settings["proxy"]
    better = min if objective["best"] < objective["worst"] else max
    with Store.read(run.database) as store, store.snapshot():
        finished = {(row.round, row.phase) for row in store.phases()}
        compounds = {row.compound_id: row for row in store.compounds()}
        measured = {row.compound_id: row for row in store.measurements()}
        codes = {row.compound_id: row.code for row in store.failures()}
        initial = [row.value for row in store.initial_data()]
        in_use = _proxy_in_use(run, store)
        tables = {row.folder: row.file for row in store.retrainings()}
    left = [
        phase
        for phase in planned_phases(plan["rounds"], proxy="start" in proxy, data="data" in proxy)
        if phase not in finished
    ]
    sent = max((row.batch_round for row in compounds.values() if row.batch_round is not None), default=None)
    batch = [row.status for row in compounds.values() if sent is not None and row.batch_round == sent]
    top = better(measured.values(), key=lambda row: row.value, default=None)
    by_status = Counter(row.status for row in compounds.values())
    return RunStatus(
        run=str(path),
        name=plan["name"],
        state="finished" if not left else "running" if run.is_locked() else "stopped",
        rounds_done=sum(phase == "learn" and number > 0 for number, phase in finished),
        rounds_planned=plan["rounds"],
        round=left[0][0] if left else None,
        phase=left[0][1] if left else None,
        batch_answered=sum(status in ("completed", "failed") for status in batch),
        batch_size=len(batch),
        counts={status: by_status[status] for status in STATUSES},
        best=Best(top.compound_id, compounds[top.compound_id].smiles, top.value, top.unit) if top else None,
        initial_best=better(initial, default=None),
        failures=dict(
            Counter(
                code for compound_id, code in codes.items() if compounds[compound_id].status == "failed"
            ).most_common()
        ),
        proxy=in_use,
        retrained_on=tables.get(in_use or ""),
        proxy_limits=_limits(run, in_use),
    )


def proxy_limits(path: Path) -> tuple[str, ...]:
    """Return what the proxy in use does not give (error bars, domain), one sentence for each limit."""
    run = RunDirectory(path)
    with Store.read(run.database) as store, store.snapshot():
        return _limits(run, _proxy_in_use(run, store))


def _proxy_in_use(run: RunDirectory, store: Store) -> str | None:
    learnt = last_learnt(run, store)
    return None if learnt is None else run.relative(proxy_after(run, store, learnt))


def _limits(run: RunDirectory, proxy: str | None) -> tuple[str, ...]:
    limits = limits_of_folder(run.path / proxy) if proxy else None
    return limits.sentences if limits else ()

"""How far a run is, read without disturbing it."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from molgfn.campaign.config import load_campaign
from molgfn.campaign.store import DATABASE, PHASES, STATUSES, Store
from molgfn.errors import ConfigError


@dataclass(frozen=True)
class RunStatus:
    """How far a run is.

    Attributes
    ----------
    run, name : str
    rounds, rounds_finished : int
        Round 0, in which random molecules are measured, is not counted.
    round : int
        The round under way, or the last one.
    next_phase : str
        What is done next or now; empty where all rounds are finished.
    compounds : dict of str to int
        Compounds of each status.
    rejected : int
        Molecules that met no constraint.
    best_id, best_smiles, best_value, unit
        The best measured compound; None while nothing is measured.
    """

    run: str
    name: str
    rounds: int
    rounds_finished: int
    round: int
    next_phase: str
    compounds: dict[str, int]
    rejected: int
    best_id: str | None
    best_smiles: str | None
    best_value: float | None
    unit: str | None


def read_status(run: Path) -> RunStatus:
    """Return how far a run is.

    Raises
    ------
    ConfigError
        If the folder is no run directory.
    """
    if not (run / DATABASE).is_file():
        raise ConfigError(f"{run}: no run directory (there is no {DATABASE} in it)", "Runs are made by `molgfn run`.")
    campaign = load_campaign(run / "campaign.resolved.toml")
    with Store.read(run / DATABASE) as store:
        compounds, measurements = store.compounds(), store.measurements()
        finished = [(row.round, row.phase) for row in store.phases()]
        rejected = len(store.rejected())
    lower_is_better = campaign.objective.best < campaign.objective.worst
    best = min(measurements, key=lambda row: row.value if lower_is_better else -row.value, default=None)
    smiles = {row.compound_id: row.smiles for row in compounds}
    counts = Counter(row.status for row in compounds)
    rounds_finished = sum(number > 0 and phase == PHASES[-1] for number, phase in finished)
    current, phase = _next(finished, campaign.campaign.rounds)
    return RunStatus(
        run=str(run),
        name=campaign.campaign.name,
        rounds=campaign.campaign.rounds,
        rounds_finished=rounds_finished,
        round=current,
        next_phase=phase,
        compounds={status: counts[status] for status in STATUSES},
        rejected=rejected,
        best_id=best.compound_id if best else None,
        best_smiles=smiles[best.compound_id] if best else None,
        best_value=best.value if best else None,
        unit=best.unit if best else None,
    )


def _next(finished: list[tuple[int, str]], rounds: int) -> tuple[int, str]:
    """Return the round under way and its first phase that is not finished."""
    if not finished:
        return 0, PHASES[0]
    last, phase = max(finished, key=lambda item: (item[0], PHASES.index(item[1])))
    if phase != PHASES[-1]:
        return last, PHASES[PHASES.index(phase) + 1]
    return (last, "") if last >= rounds else (last + 1, PHASES[0])


def status_lines(status: RunStatus) -> list[str]:
    """Return what a person wants to know, a line each."""
    state = f"round {status.round}, {status.next_phase}" if status.next_phase else "finished"
    lines = [
        f"campaign   {status.name}",
        f"rounds     {status.rounds_finished} of {status.rounds} finished ({state})",
        "compounds  " + ", ".join(f"{count} {name}" for name, count in status.compounds.items() if count),
        f"rejected   {status.rejected} sampled molecules that do not meet the constraints",
    ]
    if status.best_id is not None:
        lines.append(f"best       {status.best_id}  {status.best_value:.2f} {status.unit}  {status.best_smiles}")
    return lines

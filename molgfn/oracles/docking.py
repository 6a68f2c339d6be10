"""The docking oracle: binding energies and poses by AutoDock Vina, many compounds at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from molgfn.oracles.base import Answer, Compound, Direction, Failure, Measurement
from molgfn.oracles.engines import DockingSettings, docking_engine, make_engine
from molgfn.oracles.ligand import Refusal, prepare_ligand
from molgfn.oracles.targets import Receptor
from molgfn.oracles.workers import Done, Job, Lost, Task, WorkerPool

__all__ = ["DockingOracle", "DockingSettings", "docking_engine"]


class DockingOracle:
    """Docks compounds into one receptor.

    A molecule that cannot be docked, or whose docking fails, is a `Failure` with its code, never a number.

    Parameters
    ----------
    receptor : Receptor
    settings : DockingSettings
    workers : int
        Processes, one core each.
    poses : bool
        Whether measurements carry the docked pose.
    """

    unit = "kcal/mol"
    direction: Direction = "minimise"

    def __init__(self, receptor: Receptor, settings: DockingSettings, workers: int, poses: bool) -> None:
        self.engine = docking_engine()
        argument = {
            "receptor": asdict(receptor) | {"pdbqt": str(receptor.pdbqt)},
            "settings": asdict(settings),
            "poses": poses,
        }
        self._pool = WorkerPool("molgfn.oracles.docking:docking_job", argument, workers, settings.time_limit_s)

    def query(self, compounds: Sequence[Compound]) -> Iterator[Answer]:
        """Yield one answer a compound, as they finish.

        Raises
        ------
        OracleError
            If no worker can start.
        """
        tasks = [asdict(compound) for compound in compounds]
        for outcome in self._pool.run(tasks):
            yield _answer(compounds[outcome.index].compound_id, outcome)

    def close(self) -> None:
        """Kill the workers; the oracle may not be asked again."""
        self._pool.close()


def _answer(compound_id: str, outcome: Done | Lost) -> Answer:
    if isinstance(outcome, Lost):
        return Failure(compound_id, outcome.code, outcome.message, outcome.wall_s)
    if "code" in outcome.result:
        return Failure(compound_id, wall_s=outcome.wall_s, **outcome.result)
    return Measurement(compound_id, wall_s=outcome.wall_s, **outcome.result)


def docking_job(argument: Task) -> Job:
    """Return the function that docks one compound; called once in each worker."""
    receptor = Receptor(**argument["receptor"] | {"pdbqt": Path(argument["receptor"]["pdbqt"])})
    engine = make_engine(receptor, DockingSettings(**argument["settings"]))

    def dock(task: Task) -> dict[str, Any]:
        try:
            ligand = prepare_ligand(task["smiles"])
        except Refusal as refusal:
            return {"code": refusal.code, "message": str(refusal)}
        try:
            score, _ = engine.dock(ligand.pdbqt)
        except Exception as error:
            return {"code": "docking_failed", "message": f"{type(error).__name__}: {error}"}
        return {"value": score, "docked_smiles": ligand.smiles}

    return dock

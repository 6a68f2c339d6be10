"""The docking oracle: binding energies and poses by AutoDock Vina, many compounds at a time."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from molgfn.direction import Direction
from molgfn.oracles.docking.engines import DockingSettings, VinaInstallation, docking_engine, find_vina
from molgfn.oracles.docking.receptors import Receptor, read_receptor
from molgfn.oracles.executor import Done, Job, Lost, StartExecutor, Task
from molgfn.oracles.interfaces import Answer, Compound, Failure, Measurement

__all__ = ["DockingOracle", "DockingSettings", "docking_engine"]


class DockingOracle:
    """Docks compounds into one receptor.

    A molecule that cannot be docked, or whose docking fails, is a `Failure` with its code, never a number. The score of
    a compound depends on neither the other compounds nor the number of workers.

    Parameters
    ----------
    receptor : Receptor
    settings : DockingSettings
    executor : StartExecutor
        Where compounds are docked, such as `molgfn.oracles.workers.local_processes(2)`.
    poses : bool
        Whether measurements carry the docked pose.

    Raises
    ------
    ConfigError
        If the receptor is no file that Vina can read.
    OracleError
        If there is no Vina.
    """

    unit = "kcal/mol"
    measures = "docking score"
    direction: Direction = "minimise"

    def __init__(self, receptor: Receptor, settings: DockingSettings, executor: StartExecutor, poses: bool) -> None:
        read_receptor(receptor.pdbqt)
        argument = {
            "vina": asdict(find_vina()),
            "receptor": asdict(receptor) | {"pdbqt": str(receptor.pdbqt.resolve())},
            "settings": asdict(settings),
            "poses": poses,
        }
        job = "molgfn.oracles.docking.oracle:docking_job"
        self._executor = executor(job, argument, time_limit_s=settings.time_limit_s)

    def submit(self, compounds: Sequence[Compound]) -> None:
        """Start docking; compounds wait for a free worker."""
        self._executor.submit({compound.compound_id: asdict(compound) for compound in compounds})

    def wait(self, seconds: float) -> None:
        """Return once a docking has ended, or after about `seconds`."""
        self._executor.wait(seconds)

    def poll(self) -> Sequence[Answer]:
        """Return the answers of the dockings that have ended since the last call.

        Raises
        ------
        OracleError
            If no worker can start.
        """
        return [_answer(outcome) for outcome in self._executor.poll()]

    def close(self) -> None:
        """End the dockings that are under way; the oracle may not be asked again."""
        self._executor.close()


def _answer(outcome: Done | Lost) -> Answer:
    if isinstance(outcome, Lost):
        return Failure(outcome.key, outcome.code, outcome.message, outcome.wall_s)
    if "code" in outcome.result:
        return Failure(outcome.key, wall_s=outcome.wall_s, **outcome.result)
    return Measurement(outcome.key, wall_s=outcome.wall_s, **outcome.result)


def docking_job(argument: Task) -> Job:
    """Return the function that docks one compound; called once in each worker."""
    # Meeko and RDKit's embedding are needed in workers only.
    from molgfn.oracles.docking.ligand import Refusal, prepare_ligand
    from molgfn.oracles.docking.poses import pose_record

    receptor = Receptor(**argument["receptor"] | {"pdbqt": Path(argument["receptor"]["pdbqt"])})
    settings = DockingSettings(**argument["settings"])
    engine = VinaInstallation(**argument["vina"]).start(receptor, settings)

    def dock(task: Task) -> dict[str, Any]:
        try:
            ligand = prepare_ligand(task["smiles"])
        except Refusal as refusal:
            return {"code": refusal.code, "message": str(refusal)}
        try:
            score, docked = engine.dock(ligand.pdbqt)
        except Exception as error:  # Vina raises bare RuntimeError and TypeError; none may stop the worker
            return {"code": "docking_failed", "message": f"{type(error).__name__}: {error}"}
        if not score < 0:
            # Vina answers even where nothing fits, up to millions of kcal/mol; that is no binding energy to learn from.
            return {"code": "does_not_fit", "message": f"the best pose found has {score:+.1f} kcal/mol"}
        measurement = {"value": score, "docked_smiles": ligand.smiles}
        if argument["poses"]:
            properties = {
                "score_kcal_mol": f"{score:.3f}",
                "smiles": ligand.smiles,
                "seed": str(settings.seed),
                "receptor": receptor.name,
            }
            measurement["pose"] = pose_record(ligand, docked, task["compound_id"], properties)
        return measurement

    return dock

"""The docking oracle: binding energies and poses by AutoDock Vina, many compounds at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from molgfn.direction import Direction
from molgfn.oracles.docking.engines import DockingSettings, VinaInstallation, docking_engine, find_vina
from molgfn.oracles.docking.receptors import Receptor, read_receptor
from molgfn.oracles.interfaces import Answer, Compound, Failure, Measurement
from molgfn.oracles.workers import Done, Job, Lost, Task, WorkerPool

__all__ = ["DockingOracle", "DockingSettings", "docking_engine"]


class DockingOracle:
    """Docks compounds into one receptor.

    A molecule that cannot be docked, or whose docking fails, is a `Failure` with its code, never a number. The score of
    a compound depends on neither the other compounds nor the number of workers.

    Parameters
    ----------
    receptor : Receptor
    settings : DockingSettings
    workers : int
        Processes of one core each, started by the first query and kept for the next.
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

    def __init__(self, receptor: Receptor, settings: DockingSettings, workers: int, poses: bool) -> None:
        read_receptor(receptor.pdbqt)
        argument = {
            "vina": asdict(find_vina()),
            "receptor": asdict(receptor) | {"pdbqt": str(receptor.pdbqt.resolve())},
            "settings": asdict(settings),
            "poses": poses,
        }
        self._pool = WorkerPool("molgfn.oracles.docking.oracle:docking_job", argument, workers, settings.time_limit_s)

    def query(self, compounds: Sequence[Compound]) -> Iterator[Answer]:
        """Yield one answer a compound, as they finish; to stop early, close the iterator.

        Raises
        ------
        OracleError
            If no worker can start.
        """
        for outcome in self._pool.run([asdict(compound) for compound in compounds]):
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

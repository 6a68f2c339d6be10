"""What a docking worker does with a compound; meeko and the embedding of RDKit are loaded in workers only."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from molgfn.oracles.docking.engines import DockingSettings, Engine, VinaInstallation
from molgfn.oracles.docking.ligand import Ligand, Refusal, prepare_ligands
from molgfn.oracles.docking.poses import pose_record
from molgfn.oracles.docking.receptors import Receptor
from molgfn.oracles.executor import Job, Task
from molgfn.oracles.interfaces import DockedSpecies


def docking_job(argument: Task) -> Job:
    """Return the function that docks one compound; called once in each worker."""
    receptor = Receptor(**argument["receptor"] | {"pdbqt": Path(argument["receptor"]["pdbqt"])})
    settings = DockingSettings(**argument["settings"])
    engine = VinaInstallation(**argument["vina"]).start(receptor, settings)

    def dock(task: Task) -> dict[str, Any]:
        try:
            ligands = prepare_ligands(task["smiles"], *settings.species)
        except Refusal as refusal:
            return {"code": refusal.code, "message": str(refusal)}
        docked = [_dock_species(engine, ligand) for ligand in ligands]
        fitting = [one for one in docked if isinstance(one, _Pose)]
        if not fitting:
            return asdict(next(one for one in docked if isinstance(one, _NoPose)))
        best = min(fitting, key=lambda one: one.score)
        measurement = {
            "value": best.score,
            "docked_smiles": best.ligand.smiles,
            "species": [_species(ligand, one) for ligand, one in zip(ligands, docked, strict=True)],
        }
        if argument["poses"]:
            properties = {
                "score_kcal_mol": f"{best.score:.3f}",
                "smiles": best.ligand.smiles,
                "seed": str(settings.seed),
                "receptor": receptor.name,
            }
            measurement["pose"] = pose_record(best.ligand, best.pdbqt, task["compound_id"], properties)
        return measurement

    return dock


@dataclass(frozen=True)
class _Pose:
    ligand: Ligand
    score: float
    pdbqt: str


@dataclass(frozen=True)
class _NoPose:
    code: str
    message: str


def _dock_species(engine: Engine, ligand: Ligand) -> _Pose | _NoPose:
    try:
        score, docked = engine.dock(ligand.pdbqt)
    except Exception as error:  # Vina raises bare RuntimeError and TypeError; none may stop the worker
        return _NoPose("docking_failed", f"{type(error).__name__}: {error}")
    if not score < 0:
        # Vina answers even where nothing fits, up to millions of kcal/mol; that is no binding energy to learn from.
        return _NoPose("does_not_fit", f"the best pose found has {score:+.1f} kcal/mol")
    return _Pose(ligand, score, docked)


def _species(ligand: Ligand, docked: _Pose | _NoPose) -> dict[str, Any]:
    if isinstance(docked, _Pose):
        return asdict(DockedSpecies(ligand.smiles, docked.score))
    return asdict(DockedSpecies(ligand.smiles, None, docked.message))

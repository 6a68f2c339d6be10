"""The docking oracle: binding energies and poses by AutoDock Vina, many compounds at a time."""

from collections.abc import Sequence
from dataclasses import asdict

from molgfn.direction import Direction
from molgfn.oracles.docking.engines import DockingSettings, docking_engine, find_vina
from molgfn.oracles.docking.receptors import Receptor, read_receptor
from molgfn.oracles.executor import Done, Lost, StartExecutor
from molgfn.oracles.interfaces import Answer, Compound, DockedSpecies, Failure, Measurement

__all__ = ["DockingOracle", "DockingSettings", "docking_engine"]


class DockingOracle:
    """Docks compounds into one receptor.

    If a compound has several protonation states or stereoisomers, the best score counts, and all are in the answer. A
    molecule that cannot be docked, or whose docking fails, is a `Failure` with its code, never a number. The score of a
    compound depends on neither the other compounds nor the number of workers.

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
        job = "molgfn.oracles.docking.job:docking_job"
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
    species = tuple(DockedSpecies(**one) for one in outcome.result["species"])
    return Measurement(outcome.key, wall_s=outcome.wall_s, **outcome.result | {"species": species})

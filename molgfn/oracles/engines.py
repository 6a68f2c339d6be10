"""The two ways to run AutoDock Vina (Eberhardt et al. 2021): its Python package, or a program on PATH."""

import importlib.util
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from molgfn.errors import OracleError
from molgfn.oracles.targets import Receptor


@dataclass(frozen=True)
class DockingSettings:
    """How thoroughly Vina searches, and how long one compound may take.

    Attributes
    ----------
    exhaustiveness : int
        Independent Monte Carlo runs.
    max_evals : int
        Energy evaluations of each run; 0 lets Vina choose by the size of the ligand.
    seed : int
        Of Vina's search; the same seed gives the same score on the same processor.
    time_limit_s : float
        Wall seconds after which a compound's worker is killed.
    """

    exhaustiveness: int = 8
    max_evals: int = 250_000
    seed: int = 42
    time_limit_s: float = 600.0


class Engine(Protocol):
    """Docks one ligand after another into the receptor it was made for."""

    def dock(self, pdbqt: str) -> tuple[float, str]:
        """Return the energy of the best pose in kcal/mol and that pose as PDBQT.

        Raises
        ------
        RuntimeError
            If Vina finds no pose or stops with an error; the message is Vina's.
        """
        ...


class VinaLibrary:
    """Vina in this process; its grid maps are computed once, when it is made."""

    def __init__(self, receptor: Receptor, settings: DockingSettings) -> None:
        from vina import Vina

        self._settings = settings
        self._vina = Vina(sf_name="vina", cpu=1, seed=settings.seed, verbosity=0)
        self._vina.set_receptor(str(receptor.pdbqt))
        self._vina.compute_vina_maps(center=list(receptor.center), box_size=list(receptor.size))

    def dock(self, pdbqt: str) -> tuple[float, str]:
        self._vina.set_ligand_from_string(pdbqt)
        self._vina.dock(
            exhaustiveness=self._settings.exhaustiveness, n_poses=1, max_evals=self._settings.max_evals
        )
        return float(self._vina.energies(n_poses=1)[0][0]), str(self._vina.poses(n_poses=1))


class VinaProgram:
    """A `vina` program, started anew for each ligand; it computes its grid maps each time."""

    def __init__(self, program: str, receptor: Receptor, settings: DockingSettings) -> None:
        self._command = [
            program,
            *("--receptor", str(receptor.pdbqt), "--scoring", "vina", "--cpu", "1", "--verbosity", "0"),
            *(f"--center_{axis}={value}" for axis, value in zip("xyz", receptor.center, strict=True)),
            *(f"--size_{axis}={value}" for axis, value in zip("xyz", receptor.size, strict=True)),
            *("--seed", str(settings.seed), "--exhaustiveness", str(settings.exhaustiveness)),
            *("--max_evals", str(settings.max_evals), "--num_modes", "1"),
        ]

    def dock(self, pdbqt: str) -> tuple[float, str]:
        with tempfile.TemporaryDirectory(prefix="molgfn-") as folder:
            ligand, pose = Path(folder, "ligand.pdbqt"), Path(folder, "pose.pdbqt")
            ligand.write_text(pdbqt, encoding="utf-8")
            ended = subprocess.run(
                [*self._command, "--ligand", str(ligand), "--out", str(pose)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            docked = pose.read_text(encoding="utf-8") if pose.exists() else ""
        if ended.returncode != 0 or "REMARK VINA RESULT" not in docked:
            words = (ended.stderr or ended.stdout).strip().splitlines()
            raise RuntimeError(words[-1] if words else f"vina ended with code {ended.returncode} and no pose")
        return float(docked.split("REMARK VINA RESULT:", 1)[1].split()[0]), docked


@cache
def _library_version() -> str:
    """Return the version of Vina's Python package, or nothing if it cannot be used here."""
    if importlib.util.find_spec("vina") is None:
        return ""
    try:
        import vina
    except ImportError:
        return ""
    return str(vina.__version__)


def docking_engine() -> str:
    """Say which Vina docks here.

    Raises
    ------
    OracleError
        If there is neither the Python package nor a program.
    """
    version = _library_version()
    if version:
        return f"vina {version} (python)"
    program = shutil.which("vina")
    if program is None:
        raise OracleError(
            "docking needs AutoDock Vina: neither the Python package `vina` nor a program `vina` on PATH was found",
            "Linux on x86-64 with Python 3.11 or 3.12: pip install vina==1.2.7\nelsewhere: apt-get install autodock-vina, "
            "or conda install -c conda-forge vina",
        )
    return f"vina program {program}"


def make_engine(receptor: Receptor, settings: DockingSettings) -> Engine:
    """Return the engine that `docking_engine` names, ready to dock."""
    if _library_version():
        return VinaLibrary(receptor, settings)
    program = shutil.which("vina")
    if program is None:
        docking_engine()
    return VinaProgram(str(program), receptor, settings)

"""The two ways to run AutoDock Vina (Eberhardt et al. 2021): its Python package, or a program on PATH."""

import importlib.util
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from molgfn.errors import OracleError
from molgfn.oracles.docking.receptors import Receptor

_INSTALL_HINT = (
    "Linux on x86-64 with Python 3.11 or 3.12: pip install vina==1.2.7\n"
    "Elsewhere: apt-get install autodock-vina, or conda install -c conda-forge vina"
)
_OLDEST_PROGRAM = (1, 2)  # older ones know no --max_evals


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
        Of Vina's search; the same seed gives the same score on the same kind of processor.
    time_limit_s : float
        Wall seconds after which a compound's worker is killed.
    protonation_states : int
        States at pH 7.4 that are docked at most, the main state first; 0: the neutral form.
    stereo_isomers : int
        Isomers of each state that are docked at most, where stereo is not defined.
    max_rigid_ring : int
        Rings of 7 to so many atoms keep their shape; larger rings may change it.
    """

    exhaustiveness: int = 8
    max_evals: int = 250_000
    seed: int = 42
    time_limit_s: float = 600.0
    protonation_states: int = 1
    stereo_isomers: int = 2
    max_rigid_ring: int = 12

    @property
    def species(self) -> tuple[int, int, int]:
        """What `prepare_ligands` is told, in its order."""
        return self.protonation_states, self.stereo_isomers, self.max_rigid_ring


class Engine(Protocol):
    """Docks one ligand after another into the receptor it was made for."""

    def dock(self, pdbqt: str) -> tuple[float, str]:
        """Return the energy of the best pose in kcal/mol and that pose as PDBQT.

        Raises
        ------
        RuntimeError
            If Vina stops with an error or finds no pose; the message is Vina's.
        """
        ...


@dataclass(frozen=True)
class VinaInstallation:
    """The Vina that docks here; `program` is empty for the Python package."""

    version: str
    program: str = ""

    def __str__(self) -> str:
        return f"vina program {self.program} ({self.version})" if self.program else f"vina {self.version} (python)"

    def start(self, receptor: Receptor, settings: DockingSettings) -> Engine:
        """Return an engine that is ready to dock."""
        if self.program:
            return VinaProgram(self.program, receptor, settings)
        return VinaLibrary(receptor, settings)


def find_vina() -> VinaInstallation:
    """Return the Python package if it can be imported, else the program on PATH.

    Raises
    ------
    OracleError
        If there is neither, or the program is too old.
    """
    version = _package_version()
    if version:
        return VinaInstallation(version)
    program = shutil.which("vina")
    if program is None:
        raise OracleError(
            "docking needs AutoDock Vina: neither the Python package `vina` nor a program `vina` on PATH was found.",
            _INSTALL_HINT,
        )
    return VinaInstallation(_program_version(program), program)


def docking_engine() -> str:
    """Say which Vina docks here; raises as `find_vina`."""
    return str(find_vina())


def _package_version() -> str:
    if importlib.util.find_spec("vina") is None:
        return ""
    try:
        import vina
    except ImportError:  # installed for another platform
        return ""
    return str(vina.__version__)


def _program_version(program: str) -> str:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False)
        words = answer.stdout + answer.stderr
    except (OSError, subprocess.TimeoutExpired) as error:
        words = str(error)
    found = re.search(r"Vina\D{0,3}((\d+)\.(\d+)\S*)", words)
    if found is None:
        answered = f"it answers {words.strip()[:80]!r} to --version"
        raise OracleError(f"{program} is not AutoDock Vina: {answered}.", _INSTALL_HINT)
    if (int(found[2]), int(found[3])) < _OLDEST_PROGRAM:
        raise OracleError(f"{program} is AutoDock Vina {found[1]}; 1.2 or later is needed.", _INSTALL_HINT)
    return found[1]


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
        # With more than one pose asked for, Vina clusters and refines differently and the best score changes.
        self._vina.dock(exhaustiveness=self._settings.exhaustiveness, n_poses=1, max_evals=self._settings.max_evals)
        energies = self._vina.energies(n_poses=1)
        if len(energies) == 0:
            raise RuntimeError("no pose was found inside the box")
        return float(energies[0][0]), str(self._vina.poses(n_poses=1))


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
            command = [*self._command, "--ligand", str(ligand), "--out", str(pose)]
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            docked = pose.read_text(encoding="utf-8") if pose.exists() else ""
        if ended.returncode != 0 or "REMARK VINA RESULT:" not in docked:
            words = (ended.stderr or ended.stdout).strip().splitlines()
            raise RuntimeError(words[-1] if words else f"vina ended with code {ended.returncode} and no pose")
        return float(docked.split("REMARK VINA RESULT:", 1)[1].split()[0]), docked

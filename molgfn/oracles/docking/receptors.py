"""Receptors with their docking boxes: the 58 targets of DOCKSTRING (Garcia-Ortegon et al. 2022), or the user's own."""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.rdBase import BlockLogs

from molgfn.errors import ConfigError, OracleError, did_you_mean

Vector = tuple[float, float, float]

# AutoDock atom types that Vina 1.2 reads in a rigid receptor; upper-case CL, ZN, ... stop it.
_ATOM_TYPES = (
    "A, Br, C, Ca, Cd, Cl, Co, Cu, F, Fe, H, HD, Hg, I, K, Mg, Mn, N, NA, Na, Ni, O, OA, P, S, SA, Se, Si, U, W, Zn"
)
_OTHER_TAGS = ("REMARK", "WARNING", "TER", "END")
_MIN_SIDE, _MAX_SIDE = 10.0, 80.0
_LIGAND_MARGIN, _LIGAND_MIN_SIDE = 10.0, 20.0
_CONVERT_HINT = "Convert a PDB file with: mk_prepare_receptor.py --read_pdb receptor.pdb -o receptor -p"


@dataclass(frozen=True)
class Receptor:
    """A rigid receptor and the box that is searched; `center` and `size` in angstrom."""

    name: str
    pdbqt: Path
    center: Vector
    size: Vector


@cache
def _target_folder() -> Path:
    # Importing dockstring wants Open Babel and an old Vina; only its files are needed.
    spec = find_spec("dockstring")
    if spec is None or spec.origin is None:
        raise OracleError(
            "the bundled targets are files of the package `dockstring`, which is not installed",
            "pip install dockstring==0.3.4, or give a receptor of your own.",
        )
    return Path(spec.origin).parent / "resources" / "targets"


@cache
def target_names() -> tuple[str, ...]:
    """Return the names of the bundled targets in alphabetical order.

    Raises
    ------
    OracleError
        If the package that holds them is not installed.
    """
    return tuple(sorted(path.name.removesuffix("_target.pdbqt") for path in _target_folder().glob("*_target.pdbqt")))


def target_files(name: str, folder: Path | None = None) -> dict[str, Path]:
    """Return the files of a target: its receptor and its box, by their names.

    Parameters
    ----------
    name : str
        As `target_names` spells it.
    folder : Path, optional
        Where they are; by default in the package that brings them.
    """
    folder = folder or _target_folder()
    return {file: folder / file for file in (f"{name}_target.pdbqt", f"{name}_conf.txt")}


def find_target(name: str, folder: Path | None = None) -> Receptor:
    """Return the bundled target of that name, in any case.

    Parameters
    ----------
    name : str
    folder : Path, optional
        Where a copy of its files is.

    Raises
    ------
    ConfigError
        If there is none, or its receptor or box cannot be read from the copy.
    OracleError
        As `target_names`.

    Examples
    --------
    >>> find_target("parp1").center
    (26.835, 11.332, 27.744)
    """
    known = {target.casefold(): target for target in target_names()}.get(name.strip().casefold())
    if known is None:
        message = f'unknown target "{name}". {did_you_mean(name, target_names())}'
        raise ConfigError(message.strip(), f"`molgfn targets` lists all {len(target_names())}.")
    pdbqt, box = target_files(known, folder).values()
    if folder is not None:
        read_receptor(pdbqt)  # a copy may have come to harm
    return Receptor(known, pdbqt, *_read_box(box))


def _read_box(file: Path) -> tuple[Vector, Vector]:
    """Return centre and size of a box from lines such as `center_x = 26.8`."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        box = {key.strip(): float(value) for key, value in (line.split("=") for line in lines if "=" in line)}
        return (box["center_x"], box["center_y"], box["center_z"]), (box["size_x"], box["size_y"], box["size_z"])
    except OSError as error:
        raise ConfigError(f"box {file}: cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError):
        expected = ", ".join(f"{what}_{axis}" for what in ("center", "size") for axis in "xyz")
        raise ConfigError(f"box {file}: expected six lines, each with a number: {expected}.") from None


def receptor_from_files(
    pdbqt: Path, *, center: Vector | None = None, size: Vector | None = None, ligand: Path | None = None
) -> Receptor:
    """Return the user's receptor, its box given by centre and size or around a ligand in the pocket (SDF).

    Around a ligand the box is its extent and 10 angstrom, at least 20 angstrom each way.

    Raises
    ------
    ConfigError
        If a file is missing or no receptor or ligand, or the box is missing, out of bounds, or beside the receptor.
    """
    coordinates = read_receptor(pdbqt)
    if ligand is not None:
        if center is not None or size is not None:
            raise ConfigError("the box is given twice: by `ligand` and by `center` and `size`. Give one of them.")
        center, size = _box_around(ligand)
    if center is None or size is None:
        raise ConfigError(
            f"receptor {pdbqt} has no box to search.",
            "Give `center` and `size` in angstrom, or `ligand`: an SDF file with a ligand in the pocket.",
        )
    _check_box(center, size)
    inside = np.all(np.abs(coordinates - np.array(center)) <= np.array(size) / 2, axis=1)
    if not inside.any():
        low, high = coordinates.min(axis=0), coordinates.max(axis=0)
        spans = ", ".join(f"{axis} {a:.1f} to {b:.1f}" for axis, a, b in zip("xyz", low, high, strict=True))
        raise ConfigError(
            f"the box around {_written(center)} holds no atom of the receptor {pdbqt}, which spans {spans} angstrom.",
            "The box must be in the coordinates of the receptor file.",
        )
    return Receptor(pdbqt.stem, pdbqt, center, size)


def read_receptor(pdbqt: Path) -> NDArray[np.float64]:
    """Return the coordinates of a rigid PDBQT receptor in angstrom, shape (V, 3).

    Raises
    ------
    ConfigError
        If the file is missing or is not a rigid receptor that Vina can read.
    """
    atoms = []
    for number, line in enumerate(_read_lines(pdbqt), 1):
        tag = line[:6].rstrip()
        if tag not in ("ATOM", "HETATM"):
            if line.startswith(_OTHER_TAGS) or not line.strip():
                continue
            raise ConfigError(
                f'{pdbqt}, line {number}: "{tag}" is none of the lines of a rigid receptor.',
                f"Accepted: ATOM, HETATM, {', '.join(_OTHER_TAGS)}.\n{_CONVERT_HINT}",
            )
        atom_type = line[77:].strip()
        if atom_type not in _ATOM_TYPES.split(", "):
            raise ConfigError(
                f'{pdbqt}, line {number}: columns 78-79 hold no AutoDock atom type that Vina knows, but "{atom_type}".',
                f"Accepted: {_ATOM_TYPES}.\n{_CONVERT_HINT}",
            )
        try:
            # The charge is not scored, but a file without it is PDB: its elements would pass for atom types.
            x, y, z, _ = (float(line[start : start + 8]) for start in (30, 38, 46, 68))
        except ValueError:
            message = f"{pdbqt}, line {number}: columns 31-54 and 69-76 do not hold coordinates and a charge."
            raise ConfigError(message, _CONVERT_HINT) from None
        atoms.append([x, y, z])
    if not atoms:
        raise ConfigError(f"{pdbqt}: no ATOM or HETATM line; this is no PDBQT file of a receptor.", _CONVERT_HINT)
    return np.array(atoms)


def _read_lines(path: Path) -> list[str]:
    if path.suffix != ".pdbqt":
        raise ConfigError(f"receptor {path}: the file name must end with .pdbqt.", _CONVERT_HINT)
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise ConfigError(f"receptor {path}: no such file.") from None
    except OSError as error:
        raise ConfigError(f"receptor {path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise ConfigError(f"receptor {path}: not a text file.", _CONVERT_HINT) from None


def _box_around(ligand: Path) -> tuple[Vector, Vector]:
    if not ligand.is_file():
        raise ConfigError(f"ligand {ligand}: no such file.")
    try:
        with BlockLogs():
            mol = next(iter(Chem.SDMolSupplier(str(ligand), sanitize=False)), None)
    except OSError:
        mol = None
    if mol is None or mol.GetNumAtoms() == 0 or mol.GetNumConformers() == 0:
        raise ConfigError(f"ligand {ligand}: no molecule could be read.", "Accepted: an SDF file with one ligand.")
    positions = mol.GetConformer().GetPositions()
    if not mol.GetConformer().Is3D():
        raise ConfigError(f"ligand {ligand}: its coordinates are flat.", "Give the ligand as it lies in the pocket.")
    low, high = positions.min(axis=0), positions.max(axis=0)
    side = np.maximum(high - low + _LIGAND_MARGIN, _LIGAND_MIN_SIDE)
    return _vector((low + high) / 2), _vector(side)


def _check_box(center: Vector, size: Vector) -> None:
    if not np.isfinite(center).all():
        raise ConfigError(f"box center = {_written(center)}: three finite numbers in angstrom are needed.")
    if not all(_MIN_SIDE <= side <= _MAX_SIDE for side in size):
        raise ConfigError(
            f"box size = {_written(size)}: each side must be from {_MIN_SIDE:g} to {_MAX_SIDE:g} angstrom.",
            "20 to 30 angstrom suit most pockets.",
        )


def _vector(values: NDArray[np.float64]) -> Vector:
    x, y, z = (round(float(value), 3) for value in values)
    return x, y, z


def _written(vector: Vector) -> str:
    return "[" + ", ".join(f"{value:g}" for value in vector) + "]"

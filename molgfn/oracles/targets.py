"""Receptors with their docking boxes: the 58 targets of DOCKSTRING (Garcia-Ortegon et al. 2022), or the user's own."""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from molgfn.errors import ConfigError, OracleError, did_you_mean

Vector = tuple[float, float, float]


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
        raise OracleError("the package dockstring, which holds the receptors, is not installed", "pip install dockstring")
    return Path(spec.origin).parent / "resources" / "targets"


@cache
def target_names() -> tuple[str, ...]:
    """Return the names of the bundled targets in alphabetical order."""
    return tuple(sorted(path.name.removesuffix("_target.pdbqt") for path in _target_folder().glob("*_target.pdbqt")))


def find_target(name: str) -> Receptor:
    """Return the bundled target of that name, in any case.

    Raises
    ------
    ConfigError
        If there is none.
    """
    folded = {known.casefold(): known for known in target_names()}
    known = folded.get(name.casefold())
    if known is None:
        suggestion = did_you_mean(name, target_names())
        raise ConfigError(f'unknown target "{name}". {suggestion}'.strip(), "`molgfn targets` lists all that are known.")
    folder = _target_folder()
    box = _read_box(folder / f"{known}_conf.txt")
    return Receptor(
        known,
        folder / f"{known}_target.pdbqt",
        (box["center_x"], box["center_y"], box["center_z"]),
        (box["size_x"], box["size_y"], box["size_z"]),
    )


def _read_box(path: Path) -> dict[str, float]:
    pairs = (line.split("=") for line in path.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {key.strip(): float(value) for key, value in pairs}

"""What the values of a campaign file may be: numbers within limits, paths of files that exist, patterns that parse."""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError
from rdkit import Chem
from rdkit.rdBase import BlockLogs

from molgfn.bundled import bundled
from molgfn.chem.alerts import ALERT_CATALOGS
from molgfn.chem.standardise import MoleculeError, parse_smiles


class Section(BaseModel):
    """Read-only, and strict: a key that no section has is an error, and so is 8 written as a string."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def found_in(
    what: Literal["file", "folder"], kind: Literal["data", "proxy"] | None = None
) -> Callable[[Path, ValidationInfo], Path]:
    """Return a validator that makes a path absolute: beside the campaign file, else the bundled one of that kind."""
    is_there = Path.is_file if what == "file" else Path.is_dir

    def resolve(path: Path, info: ValidationInfo) -> Path:
        folder: Path = (info.context or {}).get("folder", Path.cwd())
        places = [folder / os.path.expanduser(path)]
        if kind and len(path.parts) == 1:
            places.append(bundled(kind, path.name))
        for place in places:
            if is_there(place):
                return place.resolve()
        looked = [str(place) for place in places]
        raise PydanticCustomError("missing_file", "no such file", {"what": what, "looked": looked})

    return resolve


def _smarts(pattern: str) -> str:
    with BlockLogs():
        if not pattern or Chem.MolFromSmarts(pattern) is None:
            raise PydanticCustomError("smarts", "not a valid SMARTS")
    return pattern


def core_smiles(smiles: str) -> str:
    try:
        mol = parse_smiles(smiles)
    except MoleculeError:
        raise PydanticCustomError("core", "not a valid SMILES") from None
    points = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() == 0]
    if not points:
        raise PydanticCustomError("core_points", "a core needs at least one attachment point")
    if any(atom.GetDegree() != 1 or atom.GetBonds()[0].GetBondType() != Chem.BondType.SINGLE for atom in points):
        raise PydanticCustomError("core_bonds", "an attachment point hangs on one single bond")
    if len(points) == mol.GetNumAtoms() or len(Chem.GetMolFrags(mol)) > 1:
        raise PydanticCustomError("core_whole", "a core is one connected molecule")
    return smiles


def _catalog(name: str) -> str:
    if name not in ALERT_CATALOGS:
        raise PydanticCustomError("unknown_alerts", "unknown alert catalog", {"name": name, "names": ALERT_CATALOGS})
    return name


def _window(window: tuple[float, float]) -> tuple[float, float]:
    low, high = window
    if math.isnan(low) or math.isnan(high):
        raise PydanticCustomError("window_nan", "a window has two numbers")
    if low > high:
        raise PydanticCustomError("window", "the low end is above the high end")
    return window


Count = Annotated[int, Field(ge=1)]
NaturalNumber = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(gt=0, le=1)]
ShareOrZero = Annotated[float, Field(ge=0, le=1)]
# A strict tuple or path would refuse the list or string that TOML gives; what is inside stays strict.
Point = Annotated[tuple[float, float, float], Field(strict=False)]
BoxSize = Annotated[tuple[Positive, Positive, Positive], Field(strict=False)]
Catalogs = Annotated[tuple[Annotated[str, AfterValidator(_catalog)], ...], Field(strict=False)]
Smarts = Annotated[tuple[Annotated[str, AfterValidator(_smarts)], ...], Field(strict=False)]
Bound = Annotated[float, Field(allow_inf_nan=True)]
Window = Annotated[tuple[Bound, Bound], Field(strict=False), AfterValidator(_window)]
InputFile = Annotated[Path, Field(strict=False), AfterValidator(found_in("file"))]
InputFolder = Annotated[Path, Field(strict=False), AfterValidator(found_in("folder"))]
DataFile = Annotated[Path, Field(strict=False), AfterValidator(found_in("file", "data"))]
ProxyFolder = Annotated[Path, Field(strict=False), AfterValidator(found_in("folder", "proxy"))]
ANY: tuple[float, float] = (-math.inf, math.inf)

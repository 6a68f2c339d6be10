"""What a proxy must know of itself: the content of `proxy.json`."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    NonNegativeInt,
    PositiveInt,
    ValidationError,
)

from molgfn.chem.standardise import Stereo
from molgfn.direction import Direction
from molgfn.errors import ConfigError
from molgfn.proxy.networks.network import Architecture
from molgfn.proxy.uncertainty.calibration import Calibration
from molgfn.proxy.uncertainty.domain import Domain

ModelKind = Literal["network", "forest"]
MODEL_KINDS: tuple[ModelKind, ...] = get_args(ModelKind)


class ProxyInfo(BaseModel):
    """The description of a proxy.

    Attributes
    ----------
    name : str
    unit, direction : str
        Of the values it was trained on and predicts.
    model : {"network", "forest"}
        What the members are.
    members : int
        M.
    architecture : Architecture or None
        Of every network.
    stereo : "merge" or "keep"
        Whether stereoisomers are one molecule to it, or each its own; proxies of earlier versions merge them.
    process_weight : float
        Weight of a Gaussian process beside networks, from 0 to 1: see `molgfn.proxy.classical.mixture`. Earlier
        versions wrote it as `process_say`.
    target_mean, target_std : float
        The networks work on (value - target_mean) / target_std.
    n_train : int
        Number of distinct molecules of the last training.
    seed : int
        Of the last training.
    data_sha256 : str
        Of the last training data: see `molgfn.proxy.data.training_data.TrainingData.sha256`.
    versions : dict
        Of molgfn and of the libraries that decide the numbers.
    calibration, domain : optional
        Fitted on molecules by members that had not seen them; none where there were too few.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: str
    unit: str
    direction: Direction
    model: ModelKind = "network"
    members: PositiveInt
    architecture: Architecture | None = None
    stereo: Stereo = "merge"
    process_weight: Annotated[
        FiniteFloat, Field(ge=0, le=1, validation_alias=AliasChoices("process_weight", "process_say"))
    ] = 0.0
    target_mean: FiniteFloat = 0.0
    target_std: Annotated[FiniteFloat, Field(gt=0)] = 1.0
    n_train: PositiveInt
    seed: NonNegativeInt
    data_sha256: str
    versions: dict[str, str]
    calibration: Calibration | None = None
    domain: Domain | None = None


def read_info(path: Path) -> ProxyInfo:
    """Read a description.

    Raises
    ------
    ConfigError
        If it is missing, cut short or of another format.
    """
    try:
        return ProxyInfo.model_validate_json(existing(path).read_bytes())
    except ValidationError as error:
        found = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}".removeprefix(": ") for one in error.errors())
        raise ConfigError(f"{path}: not the description of a proxy", "\n".join(found)) from error


def existing(path: Path) -> Path:
    """Return the path of a file of a proxy.

    Raises
    ------
    ConfigError
        If there is none.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: no such file", "A proxy is a folder with proxy.json and weights.safetensors.")
    return path


def versions() -> dict[str, str]:
    """Return the versions of molgfn and of the libraries that decide the numbers."""
    packages = ("molgfn", "torch", "torch-geometric", "scikit-learn", "rdkit", "numpy")
    return {package: version(package) for package in packages}

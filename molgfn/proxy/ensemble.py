"""The proxy: an ensemble of networks that gives a mean and a standard deviation for every molecule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, NonNegativeInt, PositiveInt, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from molgfn.errors import ConfigError
from molgfn.oracles.base import Direction
from molgfn.proxy.featurise import Graphs, featurise_smiles
from molgfn.proxy.model import Architecture, GraphBatch, ProxyNetwork

_CHUNK = 256


@dataclass(frozen=True)
class Prediction:
    """Mean and standard deviation over the members, in the unit of the target, shape (B,) float64."""

    mean: NDArray[np.float64]
    std: NDArray[np.float64]


class ProxyInfo(BaseModel):
    """What a proxy must know of itself: the content of `proxy.json`.

    Attributes
    ----------
    name : str
    unit, direction : str
        Of the values it was trained on and predicts.
    members : int
        M.
    architecture : Architecture
        Of every member.
    target_mean, target_std : float
        The networks work on (value - target_mean) / target_std.
    n_train : int
        Number of distinct molecules of the last training.
    seed : int
        Of the last training.
    data_sha256 : str
        Of the last training data: see `molgfn.proxy.data.TrainingData.sha256`.
    versions : dict
        Of molgfn and of the libraries that decide the numbers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: str
    unit: str
    direction: Direction
    members: PositiveInt
    architecture: Architecture
    target_mean: FiniteFloat
    target_std: Annotated[FiniteFloat, Field(gt=0)]
    n_train: PositiveInt
    seed: NonNegativeInt
    data_sha256: str
    versions: dict[str, str]


class Proxy:
    """A trained ensemble; a function of the standardised molecule alone.

    Parameters
    ----------
    networks : sequence of ProxyNetwork
        The M members, all of one architecture.
    info : ProxyInfo
    """

    def __init__(self, networks: Sequence[ProxyNetwork], info: ProxyInfo) -> None:
        self.networks = [network.eval() for network in networks]
        self.info = info

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def unit(self) -> str:
        return self.info.unit

    @property
    def direction(self) -> Direction:
        return self.info.direction

    @property
    def n_train(self) -> int:
        return self.info.n_train

    def predict(self, smiles: Sequence[str]) -> Prediction:
        """Predict molecules, in order; the spelling of a SMILES, its salts and charges do not matter.

        Raises
        ------
        DataError
            If `smiles` is empty or one of them is no usable molecule; names it and its place.
        """
        return self.predict_graphs(featurise_smiles(smiles))

    def predict_graphs(self, graphs: Graphs) -> Prediction:
        """Predict molecules that are featurised already."""
        values = self.members(graphs)
        return Prediction(values.mean(axis=0), values.std(axis=0))

    def members(self, graphs: Graphs) -> NDArray[np.float64]:
        """Return the prediction of each member, shape (M, B), in the unit of the target."""
        with torch.inference_mode():
            parts = [torch.stack([network(batch) for network in self.networks]) for batch in _chunks(graphs)]
        standardised = torch.cat(parts, dim=1).numpy().astype(np.float64)
        return self.info.target_mean + self.info.target_std * standardised

    def save(self, folder: Path) -> None:
        """Write `weights.safetensors` and `proxy.json`; the folder is made."""
        folder.mkdir(parents=True, exist_ok=True)
        weights = {
            f"{member}.{key}": tensor.contiguous()
            for member, network in enumerate(self.networks)
            for key, tensor in network.state_dict().items()
        }
        (folder / "weights.safetensors").write_bytes(save(weights))
        (folder / "proxy.json").write_text(self.info.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Proxy":
        """Read what `save` wrote.

        Raises
        ------
        ConfigError
            If a file is missing, cut short, of another format, or does not fit the other one.
        """
        info = _read_info(folder / "proxy.json")
        path = _existing(folder / "weights.safetensors")
        try:
            weights = load_file(path)
        except SafetensorError as error:
            raise ConfigError(f"{path}: not a safetensors file, or cut short: {error}") from error
        networks = [ProxyNetwork(info.architecture) for _ in range(info.members)]
        for member, network in enumerate(networks):
            start = f"{member}."
            state = {key.removeprefix(start): value for key, value in weights.items() if key.startswith(start)}
            try:
                network.load_state_dict(state)
            except RuntimeError as error:
                raise ConfigError(f"{path}: does not fit proxy.json beside it", str(error)) from error
        return cls(networks, info)


def _chunks(graphs: Graphs) -> Iterator[GraphBatch]:
    for start in range(0, len(graphs), _CHUNK):
        yield GraphBatch.of(graphs.take(np.arange(start, min(start + _CHUNK, len(graphs)))))


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ConfigError(f"{path}: no such file", "A proxy is a folder with proxy.json and weights.safetensors.")
    return path


def _read_info(path: Path) -> ProxyInfo:
    try:
        return ProxyInfo.model_validate_json(_existing(path).read_bytes())
    except ValidationError as error:
        found = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}".removeprefix(": ") for one in error.errors())
        raise ConfigError(f"{path}: not the description of a proxy", "\n".join(found)) from error

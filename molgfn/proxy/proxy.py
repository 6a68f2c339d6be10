"""The proxy: an ensemble, of networks or of trees, that gives mean and standard deviation of every molecule."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rdkit.DataStructs import ExplicitBitVect
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from molgfn.direction import Direction
from molgfn.errors import ConfigError
from molgfn.proxy.classical.forest import Forest
from molgfn.proxy.classical.min_max_process import MinMaxProcess
from molgfn.proxy.classical.mixture import Mixture, networks_of
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.data.training_molecules import kept_molecules, write_training_molecules
from molgfn.proxy.description import ModelKind, ProxyInfo, existing, read_info
from molgfn.proxy.interfaces import Ensemble, Neighbours, Prediction
from molgfn.proxy.networks.curves import read_curves, write_curves
from molgfn.proxy.plain_description import DESCRIPTION
from molgfn.proxy.settings import TrainingEpoch
from molgfn.proxy.uncertainty.domain import fingerprints, least_tested, nearest
from molgfn.proxy.uncertainty.extrapolation import ValueRange
from molgfn.proxy.uncertainty.limits import Limits, limits

WEIGHTS, CURVES = "weights.safetensors", "curves.csv"

_ENSEMBLES: dict[ModelKind, Callable[[Mapping[str, NDArray[np.generic]], ProxyInfo], Ensemble]] = {
    "network": Mixture.of,
    "forest": Forest.of,
}


class Proxy:
    """A trained ensemble; a function of the standardised molecule alone.

    Parameters
    ----------
    info : ProxyInfo
    ensemble : Ensemble
    training_molecules : TrainingData, optional
        The training molecules; None if they were not kept.
    curves : tuple of TrainingEpoch
        The losses of the training.
    """

    def __init__(
        self,
        info: ProxyInfo,
        ensemble: Ensemble,
        training_molecules: TrainingData | None = None,
        curves: tuple[TrainingEpoch, ...] = (),
    ) -> None:
        self.info, self.ensemble, self.curves = info, ensemble, curves
        self.training_molecules = training_molecules

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

    @property
    def limits(self) -> Limits:
        """What the proxy does not give: error bars, domain."""
        info = self.info
        return limits(info.calibration, info.domain, info.unit, keeps_molecules=self.training_molecules is not None)

    def predict(self, smiles: Sequence[str]) -> Prediction:
        """Predict molecules, in order; the spelling of a SMILES, its salts and charges do not matter.

        Its configuration matters only to a proxy that keeps stereoisomers apart.

        Raises
        ------
        DataError
            If `smiles` is empty or one of them is no usable molecule; names it and its place.
        """
        return Prediction.of(self.ensemble.member_predictions(smiles), self.info.calibration)

    @property
    def has_process(self) -> bool:
        """Whether `process` gives predictions: the training molecules were kept."""
        return self.training_molecules is not None

    def process(self, smiles: Sequence[str]) -> Prediction | None:
        """Return what a Gaussian process on the training molecules predicts; None if these were not kept.

        It is a model of another kind than networks and trees, with standard deviations that grow with the distance to
        the training molecules. See `molgfn.proxy.classical.min_max_process`.
        """
        return None if self._process is None else self._process.predict(smiles)

    def neighbours(self, smiles: Sequence[str]) -> Neighbours:
        """Return the nearest training molecule of each molecule (standard SMILES), and whether it is near enough."""
        if self.training_molecules is None:
            n = len(smiles)
            return Neighbours(np.full(n, np.nan), ("",) * n, (None,) * n)
        similarity, number = nearest(smiles, self._fingerprints, self.info.stereo)
        domain = self.info.domain
        inside = domain.verdicts(similarity, self._least_tested) if domain else (None,) * len(smiles)
        return Neighbours(similarity, tuple(self.training_molecules.smiles[i] for i in number), inside)

    @cached_property
    def _fingerprints(self) -> list[ExplicitBitVect]:
        return fingerprints(self.training_molecules.smiles if self.training_molecules else (), self.info.stereo)

    @cached_property
    def value_range(self) -> ValueRange | None:
        """The measured values of the training molecules; none where these are not kept."""
        return ValueRange.of(self.training_molecules) if self.training_molecules else None

    @cached_property
    def _process(self) -> MinMaxProcess | None:
        data = self.training_molecules
        return MinMaxProcess(data, self.direction == "minimise") if data is not None else None

    @cached_property
    def _least_tested(self) -> float:
        return least_tested(self._fingerprints)

    def save(self, folder: Path) -> None:
        """Write weights, description, training molecules and learning curves; the folder is created."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {key: np.ascontiguousarray(array) for key, array in self.ensemble.arrays().items()}
        (folder / WEIGHTS).write_bytes(save(arrays))
        (folder / DESCRIPTION).write_text(self.info.model_dump_json(indent=2) + "\n", encoding="utf-8")
        if self.training_molecules is not None:
            write_training_molecules(self.training_molecules, folder)
        if self.curves:
            write_curves(self.curves, folder / CURVES)

    @classmethod
    def load(cls, folder: Path, device: str = "cpu") -> "Proxy":
        """Read what `save` wrote; a proxy of an earlier version has no training molecules beside it.

        Parameters
        ----------
        folder : Path
        device : str
            What its networks run on.

        Raises
        ------
        ConfigError
            If a file is missing, cut short, of another format, or does not fit the other one.
        """
        info = read_info(folder / DESCRIPTION)
        path = existing(folder / WEIGHTS)
        try:
            arrays = load_file(path)
        except SafetensorError as error:
            raise ConfigError(f"{path}: not a safetensors file, or cut short: {error}") from error
        try:
            ensemble = _ENSEMBLES[info.model](arrays, info)
        except (RuntimeError, TypeError) as error:
            raise ConfigError(f"{path}: does not fit {DESCRIPTION} beside it", str(error)) from error
        networks = networks_of(ensemble)
        if networks is not None:
            networks.move_to(device)
        return cls(info, ensemble, kept_molecules(folder, info.stereo), read_curves(folder / CURVES))

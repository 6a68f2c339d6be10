"""Networks and a Gaussian process, whose weight is learnt from molecules that neither had seen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from molgfn.arrays import BoolArray, FloatArray
from molgfn.chem.similarity import N_ENVIRONMENTS
from molgfn.proxy.classical.gaussian_process import GaussianProcess, Posterior, fit_process
from molgfn.proxy.data.graphs import featurise_counted
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.description import ProxyInfo
from molgfn.proxy.interfaces import Ensemble, MemberPredictions
from molgfn.proxy.networks.ensemble import NetworkEnsemble
from molgfn.proxy.uncertainty.calibration import LEAST
from molgfn.proxy.uncertainty.out_of_bag import out_of_bag

_PREFIX = "process."
_LEAST_WEIGHT = 0.2
"""A process with less weight would change little, and costs time."""


class Mixture:
    """Networks, each corrected towards a Gaussian process; see `Ensemble`.

    The correction is the weight of the process times the share of variance that it explains for the molecule. A process
    on fingerprints predicts well near its training molecules, networks also far from them: where the process explains
    nothing, the networks are not corrected.

    Parameters
    ----------
    networks : NetworkEnsemble
    process : GaussianProcess
    weight : float
        Of the process, from 0 to 1.
    """

    def __init__(self, networks: NetworkEnsemble, process: GaussianProcess, weight: float) -> None:
        self.networks, self.process, self.weight = networks, process, weight

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]], info: ProxyInfo) -> "Mixture | NetworkEnsemble":
        """Make the ensemble again from what `arrays` gave; there may be no process in it.

        Raises
        ------
        RuntimeError
            If the arrays do not fit the description.
        """
        networks = NetworkEnsemble.of(arrays, info)
        if not info.process_weight:
            return networks
        parts = {key.removeprefix(_PREFIX): array for key, array in arrays.items() if key.startswith(_PREFIX)}
        try:
            return cls(networks, GaussianProcess.of(parts, N_ENVIRONMENTS), info.process_weight)
        except (KeyError, ValueError) as error:
            raise RuntimeError(f"no Gaussian process: {error}") from error

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the weights of every network, and the process."""
        return self.networks.arrays() | {_PREFIX + key: array for key, array in self.process.arrays().items()}

    def member_predictions(self, smiles: Sequence[str]) -> MemberPredictions:
        """Return what each network predicts for molecules, corrected."""
        graphs, counts = featurise_counted(smiles, self.networks.stereo)
        return mixed(self.networks.predictions_of(graphs), self.process(counts), self.weight)


def networks_of(ensemble: Ensemble) -> NetworkEnsemble | None:
    """Return the networks of an ensemble, if it has any."""
    if isinstance(ensemble, Mixture):
        return ensemble.networks
    return ensemble if isinstance(ensemble, NetworkEnsemble) else None


def mixed(member_predictions: MemberPredictions, posterior: Posterior, weight: float) -> MemberPredictions:
    """Return the predictions of networks, corrected towards what a process predicts."""
    share = weight * posterior.explained
    noise = np.hypot((1 - share) * member_predictions.noise, share * posterior.std)
    return MemberPredictions(member_predictions.values + share * (posterior.mean - member_predictions.values), noise)


def add_process(
    networks: NetworkEnsemble, data: TrainingData, seen: BoolArray, seed: int
) -> tuple[Mixture | NetworkEnsemble, MemberPredictions]:
    """Add a process to trained networks, if it makes them better on molecules that neither has learnt from.

    Parameters
    ----------
    networks : NetworkEnsemble
    data : TrainingData
        B molecules.
    seen : (M, B) bool
        Which network has seen which molecule, or was stopped by it.
    seed : int

    Returns
    -------
    Ensemble
    MemberPredictions
        Of the B molecules, the process not having learnt from the molecule in question.
    """
    member_predictions = networks.member_predictions(data.smiles)
    exact = data.sides == 0
    if (exact & ~seen.all(axis=0)).sum() < LEAST:
        return networks, member_predictions
    process, posterior = fit_process(_completed(data, member_predictions.mean()), seed)
    weight = _weight(member_predictions, posterior, data.values, seen | ~exact)
    if weight < _LEAST_WEIGHT:
        return networks, member_predictions
    return Mixture(networks, process, weight), mixed(member_predictions, posterior, weight)


def _completed(data: TrainingData, predicted: FloatArray) -> TrainingData:
    """Return data in which the networks' prediction stands for each bound that it keeps."""
    kept = data.sides * (predicted - data.values) > 0
    return replace(data, values=np.where(kept, predicted, data.values))


def _weight(member_predictions: MemberPredictions, posterior: Posterior, values: FloatArray, seen: BoolArray) -> float:
    """Return the share that makes the squared errors of the whole ensemble least, from 0 to 1."""
    left_out = out_of_bag(member_predictions, seen)
    rows, asked, members = left_out.rows, (~seen).sum(axis=0)[left_out.rows], len(seen)
    explained = posterior.explained[rows]
    towards, error = explained * (posterior.mean[rows] - left_out.mean), values[rows] - left_out.mean
    # One or two members make errors by chance that the mean of all would not make: the process must not get weight for
    # mending those.
    chance = member_predictions.values[:, rows].var(axis=0, ddof=1) * (1 / asked - 1 / members)
    gain, size = float(towards @ error - explained @ chance), float(towards @ towards - explained**2 @ chance)
    return min(gain / size, 1.0) if gain > 0 and size > 0 else 0.0

"""Networks and a Gaussian process that is heard as far as it has proved right."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from molgfn.arrays import BoolArray, FloatArray
from molgfn.proxy.classical.gaussian_process import GaussianProcess, Posterior, fit_process
from molgfn.proxy.data.graphs import N_ENVIRONMENTS, featurise_counted
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.description import ProxyInfo
from molgfn.proxy.interfaces import Ensemble, MemberPredictions
from molgfn.proxy.networks.ensemble import NetworkEnsemble
from molgfn.proxy.uncertainty.calibration import LEAST
from molgfn.proxy.uncertainty.out_of_bag import out_of_bag

_PREFIX = "process."
_LEAST_SAY = 0.2
"""A process with less say would change little, and costs time."""


class Mixture:
    """Networks, each corrected towards the process by its say times what it knows of the molecule; see `Ensemble`.

    A process on fingerprints is right near what it has learnt from, networks also far from it: where the process knows
    nothing they are left alone.

    Parameters
    ----------
    networks : NetworkEnsemble
    process : GaussianProcess
    say : float
        From 0 to 1.
    """

    def __init__(self, networks: NetworkEnsemble, process: GaussianProcess, say: float) -> None:
        self.networks, self.process, self.say = networks, process, say

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]], info: ProxyInfo) -> "Mixture | NetworkEnsemble":
        """Make the ensemble again from what `arrays` gave; there may be no process in it.

        Raises
        ------
        RuntimeError
            If the arrays do not fit the description.
        """
        networks = NetworkEnsemble.of(arrays, info)
        if not info.process_say:
            return networks
        parts = {key.removeprefix(_PREFIX): one for key, one in arrays.items() if key.startswith(_PREFIX)}
        try:
            return cls(networks, GaussianProcess.of(parts, N_ENVIRONMENTS), info.process_say)
        except (KeyError, ValueError) as error:
            raise RuntimeError(f"no Gaussian process: {error}") from error

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the weights of every network, and the process."""
        return self.networks.arrays() | {_PREFIX + key: one for key, one in self.process.arrays().items()}

    def member_predictions(self, smiles: Sequence[str]) -> MemberPredictions:
        """Return what each network thinks of molecules, corrected."""
        graphs, counts = featurise_counted(smiles)
        return mixed(self.networks.opinions_of(graphs), self.process(counts), self.say)


def networks_of(ensemble: Ensemble) -> NetworkEnsemble | None:
    """Return the networks of an ensemble, if it has any."""
    if isinstance(ensemble, Mixture):
        return ensemble.networks
    return ensemble if isinstance(ensemble, NetworkEnsemble) else None


def mixed(member_predictions: MemberPredictions, posterior: Posterior, say: float) -> MemberPredictions:
    """Return the member_predictions of networks, corrected towards what a process thinks."""
    share = say * posterior.known
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
    say = _say(member_predictions, posterior, data.values, seen | ~exact)
    if say < _LEAST_SAY:
        return networks, member_predictions
    return Mixture(networks, process, say), mixed(member_predictions, posterior, say)


def _completed(data: TrainingData, predicted: FloatArray) -> TrainingData:
    """Return data in which the networks' prediction stands for each bound that it keeps."""
    kept = data.sides * (predicted - data.values) > 0
    return replace(data, values=np.where(kept, predicted, data.values))


def _say(member_predictions: MemberPredictions, posterior: Posterior, values: FloatArray, seen: BoolArray) -> float:
    """Return the share that makes the squared errors of the whole ensemble least, from 0 to 1."""
    found = out_of_bag(member_predictions, seen)
    rows, asked, members = found.rows, (~seen).sum(axis=0)[found.rows], len(seen)
    known = posterior.known[rows]
    towards, error = known * (posterior.mean[rows] - found.mean), values[rows] - found.mean
    # One or two members miss by chance what the mean of all would not: that part of their error is no merit of the
    # process.
    chance = member_predictions.values[:, rows].var(axis=0, ddof=1) * (1 / asked - 1 / members)
    gain, size = float(towards @ error - known @ chance), float(towards @ towards - known**2 @ chance)
    return min(gain / size, 1.0) if gain > 0 and size > 0 else 0.0

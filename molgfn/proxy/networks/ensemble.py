"""An ensemble of message-passing networks."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from molgfn.proxy.data.graphs import Graphs, featurise_smiles
from molgfn.proxy.description import ProxyInfo
from molgfn.proxy.interfaces import MemberPredictions
from molgfn.proxy.networks.network import GraphBatch, ProxyNetwork

_CHUNK = 256


class NetworkEnsemble:
    """M networks of one architecture; see `Ensemble`.

    Parameters
    ----------
    networks : sequence of ProxyNetwork
        They predict (value - mean) / std.
    mean, std : float
    """

    def __init__(self, networks: Sequence[ProxyNetwork], mean: float, std: float) -> None:
        self.networks = [network.eval() for network in networks]
        self.stereo = self.networks[0].stereo
        self._mean, self._std = mean, std

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]], info: ProxyInfo) -> "NetworkEnsemble":
        """Make the ensemble again from the result of `arrays`.

        Raises
        ------
        RuntimeError
            If the arrays do not fit the description.
        """
        if info.architecture is None:
            raise RuntimeError("networks need an architecture")
        networks = [ProxyNetwork(info.architecture, info.stereo) for _ in range(info.members)]
        for member, network in enumerate(networks):
            prefix = f"{member}."
            network.load_state_dict(
                {
                    key.removeprefix(prefix): torch.from_numpy(array)
                    for key, array in arrays.items()
                    if key.startswith(prefix)
                }
            )
        return cls(networks, info.target_mean, info.target_std)

    def move_to(self, device: str) -> None:
        """Let the networks run on another device."""
        for network in self.networks:
            network.to(device)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the weights of every member."""
        return {
            f"{member}.{key}": tensor.detach().cpu().numpy()
            for member, network in enumerate(self.networks)
            for key, tensor in network.state_dict().items()
        }

    def member_predictions(self, smiles: Sequence[str]) -> MemberPredictions:
        """Return the predictions of each network for molecules."""
        return self.predictions_of(featurise_smiles(smiles, self.stereo))

    def predictions_of(self, graphs: Graphs) -> MemberPredictions:
        """Return the predictions of each network for molecules that are already featurised."""
        device = self.networks[0].device
        with torch.inference_mode():
            batches = (batch.to(device) for batch in _chunks(graphs))
            parts = [torch.stack([network.outputs(batch) for network in self.networks]).cpu() for batch in batches]
        outputs = torch.cat(parts, dim=1).numpy().astype(np.float64)
        noise = np.exp(outputs[:, :, 1]) if outputs.shape[2] > 1 else np.zeros(outputs.shape[:2])
        return MemberPredictions(self._mean + self._std * outputs[:, :, 0], self._std * noise)


def _chunks(graphs: Graphs) -> Iterator[GraphBatch]:
    for start in range(0, len(graphs), _CHUNK):
        yield GraphBatch.of(graphs.take(np.arange(start, min(start + _CHUNK, len(graphs)))))

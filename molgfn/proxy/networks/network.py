"""Message passing with gated updates and a Set2Set readout (Gilmer et al. 2017; the proxy of Bengio et al. 2021)."""

import warnings
from dataclasses import dataclass
from typing import Annotated, cast

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field, PositiveInt
from torch import Tensor, nn

from molgfn.chem.standardise import Stereo
from molgfn.proxy.classical.ridge import Ridge
from molgfn.proxy.data.graphs import Graphs
from molgfn.proxy.data.layout import LAYOUTS

with warnings.catch_warnings():
    # torch-geometric calls torch.jit.script while it is imported; newer versions of torch give a warning.
    warnings.simplefilter("ignore", DeprecationWarning)
    from torch_geometric.nn.aggr import Set2Set

_BODY = ("embed", "messages", "update", "readout", "pooled")
_LOG_NOISE = (-5.0, 2.0)
"""Limits of the log noise that a network can learn, in standardised units."""


@dataclass(frozen=True)
class GraphBatch:
    """Tensors of B molecules with V atoms and E directed bonds; their columns are those of a `Layout`.

    Attributes
    ----------
    atoms : (V, n_atom_features) float
    molecule : (V,) int64
        Molecule of each atom, in ascending order.
    source, target : (E,) int64
        Directed bonds, ordered by bond type.
    per_type : tuple of int
        Number of directed bonds of each type.
    counts : (B, n_counts) float
    """

    atoms: Tensor
    molecule: Tensor
    source: Tensor
    target: Tensor
    per_type: tuple[int, ...]
    counts: Tensor

    @classmethod
    def of(cls, graphs: Graphs) -> "GraphBatch":
        """Make tensors of molecules."""
        ends = graphs.bond_ends()
        order = np.argsort(np.concatenate([graphs.bond_types, graphs.bond_types]), kind="stable")
        directed = np.concatenate([ends, ends[:, ::-1]])[order]
        return cls(
            torch.from_numpy(graphs.atom_one_hot()),
            torch.from_numpy(graphs.molecule_of_atom()),
            torch.from_numpy(np.ascontiguousarray(directed[:, 0])),
            torch.from_numpy(np.ascontiguousarray(directed[:, 1])),
            tuple((2 * np.bincount(graphs.bond_types, minlength=graphs.layout.n_bond_types)).tolist()),
            torch.from_numpy(graphs.counts()),
        )

    def to(self, device: torch.device) -> "GraphBatch":
        """Return the batch on a device."""
        atoms, molecule, source, target, counts = (
            part.to(device) for part in (self.atoms, self.molecule, self.source, self.target, self.counts)
        )
        return GraphBatch(atoms, molecule, source, target, self.per_type, counts)


class Architecture(BaseModel):
    """Size of the networks.

    Attributes
    ----------
    width : int
        D, of the atom states.
    steps : int
        Rounds of messages; all use the same weights.
    dropout : float
        On the readout, only in training.
    heteroscedastic : bool
        Whether a network also learns the noise of the measurement of each molecule.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: PositiveInt = 64
    steps: PositiveInt = 3
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    heteroscedastic: bool = False


class BondConvolution(nn.Module):
    """Edge-conditioned convolution with one matrix per bond type.

    The input of the edge network of Gilmer et al. is only the one-hot bond type. So it has one output for each type,
    and these outputs are the parameters here. Messages are summed over the bonds of an atom. The result is that of
    `torch_geometric.nn.NNConv` with a linear edge network without bias and `aggr="add"`.
    """

    def __init__(self, width: int, n_types: int) -> None:
        super().__init__()
        bound = width**-0.5
        self.matrices = nn.Parameter(torch.empty(n_types, width, width).uniform_(-bound, bound))
        self.root = nn.Linear(width, width)

    def forward(self, hidden: Tensor, batch: GraphBatch) -> Tensor:
        """Return the message to each atom, shape (V, D), from the states of all atoms, shape (V, D)."""
        sent = [
            states @ matrix
            for states, matrix in zip(
                torch.split(hidden[batch.source], list(batch.per_type)), self.matrices, strict=True
            )
        ]
        received = torch.zeros_like(hidden).index_add_(0, batch.target, torch.cat(sent))
        return cast(Tensor, self.root(hidden)) + received


class ProxyNetwork(nn.Module):
    """One member of the ensemble: molecules to standardised values.

    The prediction is a linear function of the counts of atom and bond kinds, plus a term from the messages. The counts
    are needed because docking scores depend on size, which a mean over atoms cannot express.

    Parameters
    ----------
    architecture : Architecture
    stereo : "merge" or "keep"
        Whether it sees the configuration.
    """

    count_mean: Tensor
    count_scale: Tensor

    def __init__(self, architecture: Architecture, stereo: Stereo = "merge") -> None:
        super().__init__()
        self.architecture, self.stereo = architecture, stereo
        width, layout = architecture.width, LAYOUTS[stereo]
        self.register_buffer("count_mean", torch.zeros(layout.n_counts))
        self.register_buffer("count_scale", torch.ones(layout.n_counts))
        self.linear = nn.Linear(layout.n_counts, 1)
        self.embed = nn.Linear(layout.n_atom_features, width)
        self.messages = BondConvolution(width, layout.n_bond_types)
        self.update = nn.GRUCell(width, width)
        self.readout = Set2Set(width, processing_steps=3)
        self.pooled = nn.Linear(width, width)
        # The molecules of one series are much alike: without this normalisation the head hardly begins to learn.
        self.head = nn.Sequential(
            nn.BatchNorm1d(3 * width),
            nn.Linear(3 * width, width),
            nn.ReLU(),
            nn.Dropout(architecture.dropout),
            nn.Linear(width, 2 if architecture.heteroscedastic else 1),
        )

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.linear.weight.device

    def sibling(self) -> "ProxyNetwork":
        """Return a network with the same body (shared, not copied) and a new head, for another target."""
        other = ProxyNetwork(self.architecture, self.stereo).to(self.device)
        for part in _BODY:
            setattr(other, part, getattr(self, part))
        return other

    def start_from(self, ridge: Ridge) -> None:
        """Start the linear part from a ridge regression; training then changes it."""
        with torch.no_grad():
            self.count_mean.copy_(torch.from_numpy(ridge.mean))
            self.count_scale.copy_(torch.from_numpy(ridge.scale))
            self.linear.weight.copy_(torch.from_numpy(ridge.weights))
            self.linear.bias.fill_(ridge.intercept)

    def forward(self, batch: GraphBatch) -> Tensor:
        """Return one standardised value for each molecule, shape (B,)."""
        return self.outputs(batch)[:, 0]

    def outputs(self, batch: GraphBatch) -> Tensor:
        """Return the standardised value and, if it is learnt, the log of its noise, shape (B, 1 or 2)."""
        counts = (batch.counts - self.count_mean) / self.count_scale
        hidden = torch.relu(self.embed(batch.atoms))
        for _ in range(self.architecture.steps):
            message = torch.relu(self.messages(hidden, batch))
            hidden = self.update(message, hidden)
        n = len(batch.counts)
        total = hidden.new_zeros(n, hidden.shape[1]).index_add_(0, batch.molecule, torch.relu(self.pooled(hidden)))
        both = torch.cat([self.readout(hidden, batch.molecule, dim_size=n), total / 20], dim=1)
        from_messages = self.head(both)
        value = self.linear(counts) + from_messages[:, :1]
        return torch.cat([value, from_messages[:, 1:].clamp(*_LOG_NOISE)], dim=1)

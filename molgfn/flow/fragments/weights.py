"""Weights of a flow network that was trained on a prior, for other trainings to start from."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.tables import BlockTables
from molgfn.errors import DataError
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.training import model_tensors

_FACTS, _REPEATED = "molgfn", "repeated"
_SIZES = "size.weight"
_DESCRIPTORS = ".descriptors"
_BLOCK_ROWS = ("block.own", f"block{_DESCRIPTORS}")


@dataclass(frozen=True)
class Facts:
    """What a network was made for.

    Attributes
    ----------
    vocabulary : str
        Digest of its blocks, stems and joins.
    max_blocks, width, layers : int
    weight : float
        Of the prior.
    steps : int
        Of its training.
    """

    vocabulary: str
    max_blocks: int
    width: int
    layers: int
    weight: float
    steps: int

    @classmethod
    def of(cls, environment: FragmentEnvironment, width: int, layers: int, weight: float, steps: int) -> "Facts":
        return cls(environment.vocabulary.sha256, environment.max_blocks, width, layers, weight, steps)

    def serves(self, wanted: "Facts") -> bool:
        """Return whether the weights can be used where `wanted` is needed; prior weight and steps may be others."""
        same = ("vocabulary", "width", "layers")
        return self.max_blocks >= wanted.max_blocks and all(getattr(self, n) == getattr(wanted, n) for n in same)


@dataclass(frozen=True)
class Weights:
    """Weights by name, and what they were made for: a network without a core."""

    tensors: dict[str, Tensor]
    facts: Facts

    @classmethod
    def of(cls, network: FlowNetwork, facts: Facts) -> "Weights":
        return cls({name: tensor.detach().cpu() for name, tensor in network.state_dict().items()}, facts)

    def save(self, path: Path) -> None:
        """Write them in half precision: they are only a start."""
        halves: dict[str, Tensor] = {}
        repeated: dict[str, str] = {}
        for name, tensor in self.tensors.items():
            # Several embeddings have the same descriptors: one copy is enough.
            half = tensor.half().contiguous()
            first = next((n for n, t in halves.items() if t.dim() > 1 and t.equal(half)), None)
            if first is None:
                halves[name] = half
            else:
                repeated[name] = first
        save_file(halves, path, metadata={_FACTS: json.dumps(vars(self.facts)), _REPEATED: json.dumps(repeated)})

    @classmethod
    def load(cls, path: Path) -> "Weights":
        """Read what `save` wrote.

        Raises
        ------
        DataError
            If the file is something else, or damaged.
        """
        try:
            with safe_open(path, framework="pt") as file:
                facts = Facts(**json.loads(file.metadata()[_FACTS]))
                tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
                repeated = json.loads(file.metadata().get(_REPEATED, "{}"))
                tensors |= {name: tensors[first] for name, first in repeated.items()}
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{path}: not the weights of a flow network: {error}",
                "Delete it, or make it again with `molgfn vocabulary train`.",
            ) from None
        return cls(tensors, facts)

    @classmethod
    def of_checkpoint(cls, folder: Path, facts: Facts) -> "Weights":
        """Read the weights of a training that `Trainer.save` wrote; `facts` say what it was made for."""
        return cls(model_tensors(folder), facts)

    def put_into(self, network: FlowNetwork) -> None:
        """Start a network from these weights; what only the network has stays as it is.

        A network with a core has more rows in its embeddings. A block of the core that is in the vocabulary starts like
        it; of others the descriptors are known.

        Raises
        ------
        DataError
            If they are of another version of the network.
        """
        own = network.state_dict()
        tensors = {name: tensor for name, tensor in self.tensors.items() if name in own}
        # A network for smaller molecules has fewer of these rows.
        tensors[_SIZES] = tensors[_SIZES][: len(own[_SIZES])]
        try:
            if network.environment.core is not None:
                tensors |= _with_core(tensors, own, network.environment.tables)
            with torch.no_grad():
                network.load_state_dict(own | tensors)
        except RuntimeError:
            raise DataError(
                "The weights from which the flow network starts are of another version of molgfn.",
                "Make them again with `molgfn vocabulary train`, or set [prior] network = false.",
            ) from None


def _with_core(tensors: dict[str, Tensor], own: dict[str, Tensor], tables: BlockTables) -> dict[str, Tensor]:
    """Return the tables of embeddings with the rows of a core."""
    longer = {
        name: _with_rows(tensor, own[name], described=name.endswith(_DESCRIPTORS))
        for name, tensor in tensors.items()
        if tensor.dim() == 2 and len(tensor) < len(own[name])
    }
    for row in range(tables.n_vocabulary, len(tables.blocks)):
        if tables.number[row] >= 0:
            for name in _BLOCK_ROWS:
                longer[name][row] = longer[name][tables.number[row]]
    return longer


def _with_rows(tensor: Tensor, own: Tensor, described: bool) -> Tensor:
    """Return the rows of `tensor`, and after them the further rows of the network, shape of `own`.

    Descriptors are principal components, which another computer may turn or mirror: the further rows are turned as the
    others are.
    """
    rows = own.clone()
    if described:
        turn = torch.linalg.lstsq(own[: len(tensor)].cpu().double(), tensor.double(), driver="gelsd").solution
        rows = (own.cpu().double() @ turn).to(own)
    rows[: len(tensor)] = tensor.to(own)
    return rows

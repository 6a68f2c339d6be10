"""The optimiser of a flow model: Muon for its hidden matrices, Adam for all other parameters."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from molgfn.flow.optim.muon import Muon


class FlowOptimiser:
    """Adam (Kingma & Ba 2015), and Muon (Jordan et al. 2024) for matrices that map one hidden vector to another.

    Muon makes the step of a matrix orthogonal, so that rare directions of its input are learned as fast as frequent
    ones.

    Parameters
    ----------
    module : nn.Module
        Parameters whose name starts with `log_z` have their own learning rate.
    matrices : iterable of Parameter
        The parameters that Muon trains; may be empty.
    learning_rate, log_z_learning_rate : float
    """

    def __init__(
        self, module: nn.Module, matrices: Iterable[nn.Parameter], learning_rate: float, log_z_learning_rate: float
    ) -> None:
        chosen = list(matrices)
        taken = {id(matrix) for matrix in chosen}
        named = [(name, p) for name, p in module.named_parameters() if id(p) not in taken]
        self._rates = (learning_rate, log_z_learning_rate)
        self._adam = torch.optim.Adam(
            [
                {"params": [p for name, p in named if not name.startswith("log_z")], "lr": learning_rate},
                {"params": [p for name, p in named if name.startswith("log_z")], "lr": log_z_learning_rate},
            ]
        )
        self._parts: dict[str, torch.optim.Optimizer] = {"adam": self._adam}
        self._muon = None
        if chosen:
            self._muon = Muon(chosen, learning_rate)
            self._parts["muon"] = self._muon

    def zero_grad(self) -> None:
        """Clear all gradients."""
        for part in self._parts.values():
            part.zero_grad(set_to_none=True)

    def step(self, share: float) -> None:
        """Make a step at a share of the learning rates."""
        for group, rate in zip(self._adam.param_groups, self._rates, strict=True):
            group["lr"] = share * rate
        if self._muon is not None:
            self._muon.param_groups[0]["lr"] = share * self._rates[0]
        for part in self._parts.values():
            part.step()

    def state_dict(self) -> dict[str, Tensor]:
        """Return the state that later steps need, without the weights."""
        return {
            f"{name}.{number}.{key}": value
            for name, part in self._parts.items()
            for number, state in part.state_dict()["state"].items()
            for key, value in state.items()
        }

    def load_state_dict(self, tensors: dict[str, Tensor]) -> None:
        """Restore the state that `state_dict` returned.

        Raises
        ------
        RuntimeError
            If it is the state of another kind of optimiser.
        """
        states: dict[str, dict[int, dict[str, Tensor]]] = {name: {} for name in self._parts}
        for full, tensor in tensors.items():
            name, _, rest = full.partition(".")
            number, _, key = rest.partition(".")
            if name not in states or not key:
                raise RuntimeError(f"not a state of this optimiser: {full}")
            states[name].setdefault(int(number), {})[key] = tensor
        for name, part in self._parts.items():
            part.load_state_dict({**part.state_dict(), "state": states[name]})

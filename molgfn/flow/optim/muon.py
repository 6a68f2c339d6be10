"""Muon (Jordan et al. 2024): the step of a matrix is orthogonal, so that all directions are learned equally fast."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import overload

import torch
from torch import Tensor, nn

ROUNDS = 5
# Jordan et al.: after five rounds singular values between 1e-3 and 1 are between 0.7 and 1.2.
_A, _B, _C = 3.4445, -4.7750, 2.0315
_LEAST = 1e-7


class Muon(torch.optim.Optimizer):
    """Momentum (Nesterov) made orthogonal, scaled so that learning rates of Adam fit (Liu et al. 2025, eq. 4).

    The same as `torch.optim.Muon` with `adjust_lr_fn="match_rms_adamw"` and no weight decay, but in single precision,
    and with all matrices of one shape together. The step of `torch.optim.Muon` uses bfloat16; on a processor without
    bfloat16 arithmetic it took 43 % of the time of training.

    Parameters
    ----------
    matrices : iterable of Parameter
    lr : float
    momentum : float
    """

    def __init__(self, matrices: Iterable[nn.Parameter], lr: float, momentum: float = 0.95) -> None:
        super().__init__(list(matrices), {"lr": lr, "momentum": momentum})

    @overload
    def step(self, closure: None = None) -> None: ...
    @overload
    def step(self, closure: Callable[[], float]) -> float: ...
    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Make a step."""
        loss = None if closure is None else torch.enable_grad()(closure)()
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
            for matrix in group["params"]:
                if matrix.grad is not None:
                    by_shape[matrix.shape].append(matrix)
            for shape, matrices in by_shape.items():
                steps = orthogonal(torch.stack([self._momentum(matrix, group["momentum"]) for matrix in matrices]))
                rate = 0.2 * max(shape) ** 0.5 * group["lr"]
                for matrix, move in zip(matrices, steps, strict=True):
                    matrix.sub_(move, alpha=rate)
        return loss

    def _momentum(self, matrix: nn.Parameter, share: float) -> Tensor:
        state = self.state[matrix]
        gradient = matrix.grad
        assert gradient is not None
        if not state:
            state["momentum_buffer"] = torch.zeros_like(matrix)
        average: Tensor = state["momentum_buffer"].lerp_(gradient, 1 - share)
        return gradient.lerp(average, share)


def orthogonal(matrices: Tensor) -> Tensor:
    """Return an approximation of the orthogonal factor U V^T of each matrix U S V^T, shape (n, rows, columns).

    By Newton-Schulz iteration; the singular values become about 1, between 0.7 and 1.2.
    """
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=_LEAST)
    for _ in range(ROUNDS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=_B, alpha=_C), x, beta=_A)
    return x.mT if tall else x

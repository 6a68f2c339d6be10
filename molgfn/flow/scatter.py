"""Sums of rows that have the same index."""

import torch
from torch import Tensor


def scatter_logsumexp(values: Tensor, index: Tensor, size: int) -> Tensor:
    """Return the log-sum-exp of all values with the same index, shape (size,); -inf if there is none.

    Parameters
    ----------
    values : Tensor, shape (N,)
    index : Tensor, shape (N,)
        The place in the result to which each value is added.
    size : int
    """
    top = torch.full((size,), -torch.inf, device=values.device).scatter_reduce(0, index, values.detach(), "amax")
    top = torch.where(torch.isfinite(top), top, 0.0)
    total = torch.zeros(size, device=values.device).index_add(0, index, torch.exp(values - top[index]))
    return top + total.log()

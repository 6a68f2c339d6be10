"""Sums over the rows that belong together."""

import torch
from torch import Tensor


def segment_logsumexp(values: Tensor, segment: Tensor, size: int) -> Tensor:
    """Return log-sum-exp of the values of each segment, shape (size,); -inf for an empty one.

    Parameters
    ----------
    values : Tensor, shape (N,)
    segment : Tensor, shape (N,)
        The number of the segment that each value belongs to.
    size : int
        How many segments there are.
    """
    top = torch.full((size,), -torch.inf, device=values.device).scatter_reduce(0, segment, values.detach(), "amax")
    top = torch.where(torch.isfinite(top), top, 0.0)
    total = torch.zeros(size, device=values.device).index_add(0, segment, torch.exp(values - top[segment]))
    return top + total.log()

"""Sub-trajectory balance, SubTB(lambda) (Madan et al. 2023, eq. 9 and 10)."""

import torch
from torch import Tensor


def subtrajectory_balance(
    log_flow: Tensor, log_pf: Tensor, log_pb: Tensor, log_reward: Tensor, length: Tensor, decay: float
) -> tuple[Tensor, Tensor]:
    r"""Residual of :math:`F(s_i) \prod P_F = F(s_j) \prod P_B` for every piece of each trajectory, and its weight.

    Parameters
    ----------
    log_flow : Tensor, shape (B, T)
        Log flow of the state before each step; the first is log Z.
    log_pf, log_pb : Tensor, shape (B, T)
    log_reward : Tensor, shape (B,)
    length : Tensor, shape (B,)
        Number of steps, including the stop if it is a step.
    decay : float
        lambda: the weight of a piece of j - i steps is proportional to lambda^(j - i); those of a trajectory sum to 1.

    Returns
    -------
    residual, weight : Tensor, shape (B, T + 1, T + 1)
        Of the piece from state i to state j; weight 0 unless i < j <= length.
    """
    steps = log_flow.shape[1]
    done = torch.cat([torch.zeros_like(log_pf[:, :1]), (log_pf - log_pb).cumsum(1)], 1)
    flow = torch.cat([log_flow, torch.zeros_like(log_flow[:, :1])], 1).scatter(1, length[:, None], log_reward[:, None])
    # F(s_i) + sum_{i..j} - F(s_j) is the difference of `level` at i and at j.
    level = flow - done
    place = torch.arange(steps + 1, device=log_flow.device)
    gap = place[None, :] - place[:, None]
    inside = (gap > 0)[None] & (place[None, None, :] <= length[:, None, None])
    weight = torch.where(inside, torch.tensor(decay, device=log_flow.device) ** gap.clamp(min=0), 0.0)
    residual = torch.where(inside, level[:, :, None] - level[:, None, :], 0.0)
    return residual, weight / weight.sum((1, 2), keepdim=True)

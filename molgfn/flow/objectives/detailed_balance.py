"""Detailed balance (Bengio et al. 2023, GFlowNet Foundations, eq. 15)."""

import torch
from torch import Tensor


def detailed_balance(log_flow: Tensor, log_pf: Tensor, log_pb: Tensor, log_reward: Tensor, length: Tensor) -> Tensor:
    r"""Residual of :math:`F(s_t) P_F(s_{t+1}|s_t) = F(s_{t+1}) P_B(s_t|s_{t+1})` for each step.

    Parameters
    ----------
    log_flow : Tensor, shape (B, T)
        Log flow of the state before each step; the first is log Z.
    log_pf, log_pb : Tensor, shape (B, T)
    log_reward : Tensor, shape (B,)
        Log flow of the end of each trajectory.
    length : Tensor, shape (B,)
        Number of steps of each trajectory, including the stop if it is a step.

    Returns
    -------
    Tensor, shape (B, T)
        0 beyond the end of a trajectory.
    """
    after = torch.cat([log_flow[:, 1:], torch.zeros_like(log_flow[:, :1])], 1)
    after = after.scatter(1, (length - 1)[:, None], log_reward[:, None])
    inside = torch.arange(log_flow.shape[1], device=log_flow.device) < length[:, None]
    return torch.where(inside, log_flow + log_pf - after - log_pb, 0.0)

"""Flow matching (Bengio et al. 2021, eq. 12), with flows given by state flows and a policy."""

import torch
from torch import Tensor


def flow_matching(log_flow: Tensor, log_edge: Tensor, edge_state: Tensor) -> Tensor:
    r"""Residual of :math:`\sum_{edges\ s \to s'} F(s) P_F(s'|s) = F(s')` for each state.

    Parameters
    ----------
    log_flow : Tensor, shape (S,)
        Log flow of each state s', which leaves it by the normalised policy.
    log_edge : Tensor, shape (edges,)
        log F(s) + log P_F(s'|s) of each edge that leads to one of these states. Two leaves that can be taken away are
        two edges, also where they lead to one and the same parent.
    edge_state : Tensor, shape (edges,)
        Number of the state that the edge leads to; every state has at least one edge.

    Returns
    -------
    Tensor, shape (S,)
        log inflow - log outflow.
    """
    size = len(log_flow)
    top = torch.full((size,), -torch.inf, device=log_edge.device).scatter_reduce(
        0, edge_state, log_edge.detach(), "amax"
    )
    total = torch.zeros(size, device=log_edge.device).index_add(0, edge_state, torch.exp(log_edge - top[edge_state]))
    return top + total.log() - log_flow

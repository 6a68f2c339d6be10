"""Flow matching (Bengio et al. 2021, eq. 12), with flows given by state flows and a policy."""

from torch import Tensor

from molgfn.flow.scatter import scatter_logsumexp


def flow_matching(log_flow: Tensor, log_edge: Tensor, edge_state: Tensor) -> Tensor:
    r"""Residual of :math:`\sum_{edges\ s \to s'} F(s) P_F(s'|s) = F(s')` for each state.

    Parameters
    ----------
    log_flow : Tensor, shape (S,)
        Log flow of each state s'; it is the outflow, because the policy is normalised.
    log_edge : Tensor, shape (edges,)
        log F(s) + log P_F(s'|s) of each edge that leads to one of these states. Two leaves that can be removed are two
        edges, also if they lead to the same parent.
    edge_state : Tensor, shape (edges,)
        Number of the state that the edge leads to; every state has at least one edge.

    Returns
    -------
    Tensor, shape (S,)
        log inflow - log outflow.
    """
    return scatter_logsumexp(log_edge, edge_state, len(log_flow)) - log_flow

"""Trajectory balance (Malkin et al. 2022, eq. 14)."""

from torch import Tensor


def trajectory_balance(log_z: Tensor, log_pf: Tensor, log_pb: Tensor, log_reward: Tensor) -> Tensor:
    r"""Residual of :math:`Z \prod_t P_F(s_{t+1}|s_t) = R(x) \prod_t P_B(s_t|s_{t+1})` for each trajectory.

    Parameters
    ----------
    log_z : Tensor, shape () or (B,)
        Log of the partition function; one for each trajectory if the policy is conditioned.
    log_pf, log_pb : Tensor, shape (B, T)
        Log probability of each step forward and back; 0 beyond the end of a trajectory.
    log_reward : Tensor, shape (B,)

    Returns
    -------
    Tensor, shape (B,)
        Squared by the trainer, so that the residual itself can be inspected.
    """
    return log_z + log_pf.sum(-1) - log_reward - log_pb.sum(-1)

"""Gaussian likelihood of values of which some are only bounds (Tobin 1958; Amemiya 1984)."""

import torch
from torch import Tensor, nn


def log_likelihood(mean: Tensor, std: Tensor, value: Tensor, side: Tensor) -> Tensor:
    """Return the log likelihood of each value under a normal law, without the constant.

    Parameters
    ----------
    mean, std : Tensor, shape (B,) or ()
    value : Tensor, shape (B,)
        Measured, or the bound.
    side : Tensor, shape (B,)
        0: measured; -1: the true value is below; 1: it is above.

    Returns
    -------
    Tensor, shape (B,)
        For a bound log P(true value on its side), exact however far the mean lies on the wrong side.
    """
    distance = (value - mean) / std
    measured = -0.5 * distance.square() - torch.log(std)
    beyond = torch.special.log_ndtr(-side * distance)
    return torch.where(side == 0, measured, beyond)


class TobitLoss(nn.Module):
    """Squared error of measured values, and what it becomes for bounds, with the standard deviation learned beside it.

    The negative log likelihood is multiplied by twice the variance (Seitzer et al. 2022, beta = 1): measured values
    then pull as in least squares, whatever the variance is; bounds pull only from the wrong side or near it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.log_std = nn.Parameter(torch.tensor(-1.0))

    def forward(
        self, mean: Tensor, value: Tensor, side: Tensor, weight: Tensor, log_std: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the loss that the network learns from and the one that the standard deviation learns from.

        Parameters
        ----------
        mean, value, side, weight : Tensor, shape (B,)
        log_std : Tensor, shape (B,), optional
            Of each molecule, where the network learns it; else there is one standard deviation for all.
        """
        std = (self.log_std if log_std is None else log_std).exp()
        fixed = std.detach()
        bound = -2 * fixed.square() * torch.special.log_ndtr(-side * (value - mean) / fixed)
        fit = torch.where(side == 0, (value - mean).square(), bound)
        return (weight * fit).mean(), -(weight * log_likelihood(mean.detach(), std, value, side)).mean()

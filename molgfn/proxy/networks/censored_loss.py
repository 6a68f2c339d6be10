"""Gaussian likelihood of values and bounds (Tobin 1958; Amemiya 1984)."""

import torch
from torch import Tensor, nn


def log_likelihood(mean: Tensor, std: Tensor, value: Tensor, side: Tensor) -> Tensor:
    """Return the log likelihood of each value under a normal distribution, without the constant.

    Parameters
    ----------
    mean, std : Tensor, shape (B,) or ()
    value : Tensor, shape (B,)
        The exact value, or the bound.
    side : Tensor, shape (B,)
        0: exact; -1: the true value is below; 1: it is above.

    Returns
    -------
    Tensor, shape (B,)
        For a bound it is log P(true value on its side), also accurate if the mean is far on the wrong side.
    """
    distance = (value - mean) / std
    measured = -0.5 * distance.square() - torch.log(std)
    beyond = torch.special.log_ndtr(-side * distance)
    return torch.where(side == 0, measured, beyond)


class TobitLoss(nn.Module):
    """Squared error for exact values, and the corresponding loss for bounds; the standard deviation is learned too.

    The negative log likelihood is multiplied by twice the variance (Seitzer et al. 2022, beta = 1). Then exact values
    have the same gradient as in least squares, whatever the variance is. Bounds have a gradient only if the prediction
    is on their wrong side, or near them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.log_std = nn.Parameter(torch.tensor(-1.0))

    def forward(
        self, mean: Tensor, value: Tensor, side: Tensor, weight: Tensor, log_std: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return two losses: that of the network, and that of the standard deviation.

        Parameters
        ----------
        mean, value, side, weight : Tensor, shape (B,)
        log_std : Tensor, shape (B,), optional
            Of each molecule, if the network learns it; else all molecules share one standard deviation.
        """
        std = (self.log_std if log_std is None else log_std).exp()
        fixed = std.detach()
        bound = -2 * fixed.square() * torch.special.log_ndtr(-side * (value - mean) / fixed)
        fit = torch.where(side == 0, (value - mean).square(), bound)
        return (weight * fit).mean(), -(weight * log_likelihood(mean.detach(), std, value, side)).mean()

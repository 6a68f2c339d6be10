"""Conditioning on temperature: one network for a range of beta."""

from math import log

import torch
from torch import Tensor, nn

KNOTS = 9


class TemperatureEncoding(nn.Module):
    """Inverse temperatures as weights on a few knots, evenly spaced in log beta.

    Parameters
    ----------
    least, most : float
        Range of beta; outside the range the nearest end is used.
    """

    def __init__(self, least: float, most: float) -> None:
        super().__init__()
        self.least, self.most = log(least), log(most)

    @property
    def knots(self) -> Tensor:
        """Beta at each knot, shape (KNOTS,)."""
        return torch.linspace(self.least, self.most, KNOTS).exp()

    def forward(self, beta: Tensor) -> Tensor:
        """Return the weights of the knots for each beta, shape (B,) -> (B, KNOTS); each row sums to 1."""
        place = (beta.log() - self.least) / max(self.most - self.least, 1e-9) * (KNOTS - 1)
        knots = torch.arange(KNOTS, device=beta.device)
        return (1 - (place.clamp(0, KNOTS - 1)[:, None] - knots).abs()).clamp(min=0)

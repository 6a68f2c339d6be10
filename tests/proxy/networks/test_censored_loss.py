"""The censored likelihood: right where it can be computed by hand, and still right in the far tails."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import norm

from molgfn.proxy.networks.censored_loss import TobitLoss, log_likelihood


def of(mean: float, std: float, value: float, side: int) -> float:
    return float(log_likelihood(*(torch.tensor(x, dtype=torch.float64) for x in (mean, std, value, side))))


@pytest.mark.parametrize(("mean", "std", "value"), [(0.0, 1.0, 0.3), (2.0, 0.5, -1.0), (-3.0, 2.0, 4.0)])
def test_it_is_the_normal_law(mean: float, std: float, value: float) -> None:
    assert of(mean, std, value, 0) == pytest.approx(norm.logpdf(value, mean, std) + 0.5 * math.log(2 * math.pi))
    assert of(mean, std, value, -1) == pytest.approx(norm.logcdf(value, mean, std))
    assert of(mean, std, value, 1) == pytest.approx(norm.logsf(value, mean, std))


def test_the_tails_keep_value_and_gradient() -> None:
    for distance in (5.0, 40.0, 1000.0):
        mean = torch.tensor(distance, dtype=torch.float32, requires_grad=True)
        found = log_likelihood(mean, torch.tensor(1.0), torch.tensor(0.0), torch.tensor(-1.0))
        torch.autograd.backward(found)
        assert float(found.detach()) == pytest.approx(norm.logcdf(-distance), rel=1e-4)
        # Far out on the wrong side the pull grows like that of least squares.
        assert mean.grad is not None
        assert float(mean.grad) == pytest.approx(-distance, rel=0.05)
    right = torch.tensor(-50.0, requires_grad=True)
    torch.autograd.backward(log_likelihood(right, torch.tensor(1.0), torch.tensor(0.0), torch.tensor(-1.0)))
    assert right.grad is not None
    assert float(right.grad) == 0.0


def test_measured_values_alone_are_least_squares() -> None:
    generator = torch.Generator().manual_seed(0)
    mean, value = torch.randn(50, generator=generator), torch.randn(50, generator=generator)
    fit, _ = TobitLoss()(mean, value, torch.zeros(50), torch.ones(50))
    assert float(fit.detach()) == pytest.approx(float(torch.nn.functional.mse_loss(mean, value)))


def test_it_finds_the_law_behind_a_sample_of_which_two_fifths_are_bounds() -> None:
    # Quantiles of the law in place of draws: no sampling error, so that a thousand values are enough.
    truth = norm.ppf((np.arange(1000) + 0.5) / 1000, 1.0, 2.0)
    threshold = np.quantile(truth, 0.4)
    side = torch.from_numpy(np.where(truth < threshold, -1.0, 0.0)).float()
    value = torch.from_numpy(np.maximum(truth, threshold)).float()
    mean, loss = torch.zeros((), requires_grad=True), TobitLoss()
    optimiser = torch.optim.Adam([mean, *loss.parameters()], lr=0.05)
    for _ in range(300):
        fit, of_std = loss(mean.expand(len(value)), value, side, torch.ones(len(value)))
        optimiser.zero_grad()
        torch.autograd.backward(fit + of_std)
        optimiser.step()
    assert float(mean.detach()) == pytest.approx(1.0, abs=0.05)
    assert float(loss.log_std.detach().exp()) == pytest.approx(2.0, abs=0.05)
    assert float(value.mean()) > 1.3
    assert float(value[side == 0].mean()) > 2.2

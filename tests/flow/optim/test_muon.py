import pytest
import torch
from torch import nn

from molgfn.flow.optim.muon import Muon, orthogonal


def matrices(*shapes: tuple[int, int]) -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    return [nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]


def give_gradients(parameters: list[nn.Parameter], seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for parameter in parameters:
        parameter.grad = torch.randn(parameter.shape, generator=generator)


@pytest.mark.parametrize("shape", [(20, 20), (12, 40), (40, 12)])
def test_all_singular_values_come_out_near_one_and_directions_stay(shape: tuple[int, int]) -> None:
    found = torch.stack([torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in range(3)])
    for before, after in zip(found, orthogonal(found), strict=True):
        assert after.shape == before.shape
        size = torch.linalg.svdvals(after)
        assert float(size.min()) > 0.6
        assert float(size.max()) < 1.3
        u, _, v = torch.linalg.svd(before, full_matrices=False)
        # In the directions of the matrix itself it is diagonal.
        within = u.mT @ after @ v.mT
        assert torch.allclose(within, torch.diag(within.diagonal()), atol=1e-3)


def test_a_gradient_of_zeros_moves_nothing() -> None:
    (matrix,) = matrices((4, 6))
    before, matrix.grad = matrix.detach().clone(), torch.zeros(4, 6)
    Muon([matrix], 0.1).step()
    assert torch.equal(matrix.detach(), before)


def test_steps_are_those_of_torch_up_to_its_bfloat16() -> None:
    shapes = [(16, 16), (8, 24), (16, 16), (24, 8)]
    ours, theirs = matrices(*shapes), matrices(*shapes)
    one = Muon(ours, 0.02)
    other = torch.optim.Muon(theirs, lr=0.02, weight_decay=0.0, adjust_lr_fn="match_rms_adamw")
    for seed in range(5):
        give_gradients(ours, seed)
        give_gradients(theirs, seed)
        one.step()
        other.step()
    for before, a, b in zip(matrices(*shapes), ours, theirs, strict=True):
        assert float((a - b).detach().norm()) < 0.02 * float((b - before).detach().norm())


def test_what_has_no_gradient_stays() -> None:
    moved, still = matrices((4, 4), (4, 4))
    before = still.detach().clone()
    give_gradients([moved], 1)
    Muon([moved, still], 0.1).step()
    assert torch.equal(still.detach(), before)

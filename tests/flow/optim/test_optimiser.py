import pytest
import torch
from torch import nn

from molgfn.flow.optim.optimiser import FlowOptimiser


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.log_z = nn.Parameter(torch.zeros(()))
        self.hidden = nn.Linear(24, 12)
        self.table = nn.Parameter(torch.zeros(5, 12))

    def matrices(self) -> list[nn.Parameter]:
        return [self.hidden.weight]


def made(rate: float = 1e-2, log_z_rate: float = 0.1) -> tuple[Model, FlowOptimiser]:
    torch.manual_seed(0)
    model = Model()
    return model, FlowOptimiser(model, model.matrices(), rate, log_z_rate)


def stepped(model: Model, optimiser: FlowOptimiser, seed: int, share: float = 1.0) -> dict[str, torch.Tensor]:
    """Make a step along random gradients and return by how much each parameter moved."""
    generator = torch.Generator().manual_seed(seed)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    for p in model.parameters():
        p.grad = torch.randn(p.shape, generator=generator)
    optimiser.step(share)
    return {name: p.detach() - before[name] for name, p in model.named_parameters()}


def test_the_step_of_a_matrix_is_orthogonal_whatever_the_gradient() -> None:
    model, optimiser = made()
    stretched = torch.linalg.svdvals(torch.randn(12, 24))
    moved = torch.linalg.svdvals(stepped(model, optimiser, 1)["hidden.weight"])
    assert stretched.max() / stretched.min() > 3
    assert moved.max() / moved.min() < 2
    # A root mean square of a fifth of the rate.
    assert float(moved.mean()) == pytest.approx(1e-2 * 0.2 * 24**0.5, rel=0.3)


def test_all_else_moves_as_under_adam_and_log_z_at_its_own_rate() -> None:
    model, optimiser = made()
    moved = stepped(model, optimiser, 1)
    for name, rate in (("hidden.bias", 1e-2), ("table", 1e-2), ("log_z", 0.1)):
        assert moved[name].abs().numpy() == pytest.approx(rate, rel=1e-3)


def test_a_share_of_the_rates_makes_that_share_of_the_step() -> None:
    whole, half = (stepped(*made(), 1, share) for share in (1.0, 0.5))
    for name, moved in whole.items():
        assert torch.allclose(half[name], moved / 2, atol=1e-6)


def test_without_matrices_it_is_adam() -> None:
    torch.manual_seed(0)
    model = Model()
    moved = stepped(model, FlowOptimiser(model, [], 1e-2, 0.1), 1)
    assert moved["hidden.weight"].abs().numpy() == pytest.approx(1e-2, rel=1e-3)


def test_zero_grad_forgets_all() -> None:
    model, optimiser = made()
    stepped(model, optimiser, 1)
    optimiser.zero_grad()
    assert all(p.grad is None for p in model.parameters())


def test_goes_on_exactly_from_its_state() -> None:
    model, optimiser = made()
    stepped(model, optimiser, 1)
    other, again = made()
    other.load_state_dict(model.state_dict())
    again.load_state_dict({name: tensor.clone() for name, tensor in optimiser.state_dict().items()})
    stepped(model, optimiser, 2)
    stepped(other, again, 2)
    for one, two in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(one, two)


def test_the_state_of_another_optimiser_is_refused() -> None:
    _, optimiser = made()
    adam_alone = {"0.step": torch.tensor(1.0), "0.exp_avg": torch.zeros(12)}
    with pytest.raises(RuntimeError, match=r"not a state of this optimiser: 0\.step"):
        optimiser.load_state_dict(adam_alone)

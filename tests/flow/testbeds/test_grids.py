import numpy as np
import pytest
import torch

from molgfn.environments.testbeds.hypergrid import GridPaths, Hypergrid
from molgfn.flow.testbeds.grids import GridFlow
from molgfn.flow.training import TrainerSettings, Training


def model(grid: Hypergrid) -> GridFlow:
    torch.manual_seed(0)
    return GridFlow(grid, width=32)


@pytest.mark.parametrize("learned", [False, True])
def test_drawing_and_evaluating_agree(learned: bool) -> None:
    grid = Hypergrid(3, 4)
    flow = model(grid)
    paths, log_pf = flow.draw(50, torch.Generator().manual_seed(0), epsilon=0.2)
    along = flow.evaluate(paths, learned)
    assert torch.allclose(along.log_pf.sum(1), log_pf, atol=1e-4)
    assert (along.length == torch.from_numpy(paths.length) + 1).all()
    assert (along.log_pb <= 1e-6).all()


@pytest.mark.parametrize("learned", [False, True])
def test_backward_probabilities_of_all_paths_to_a_point_sum_to_one(learned: bool) -> None:
    """The three ways to (2, 1)."""
    grid = Hypergrid(2, 4)
    moves = np.full((3, 6), -1)
    moves[:, :3] = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    along = model(grid).evaluate(GridPaths(moves), learned)
    assert float(along.log_pb.sum(1).exp().sum().detach()) == pytest.approx(1, abs=1e-5)


def test_the_exact_law_is_that_of_draws() -> None:
    grid = Hypergrid(2, 4)
    flow = model(grid)
    law = flow.law()
    assert law.sum() == pytest.approx(1, abs=1e-5)
    paths, _ = flow.draw(20_000, torch.Generator().manual_seed(0))
    seen = np.bincount(grid.number(grid.ends(paths)), minlength=16) / 20_000
    assert np.abs(seen - law).max() < 0.02


@pytest.mark.parametrize(
    ("objective", "backward"),
    [
        ("TB", "uniform"),
        ("DB", "learned"),
        ("SubTB", "uniform"),
        ("FM", "uniform"),
        pytest.param("TB", "learned", marks=pytest.mark.slow),
    ],
)
def test_every_objective_finds_the_law(objective: str, backward: str) -> None:
    grid = Hypergrid(2, 6)

    def score(paths: GridPaths) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
        log_reward = np.log(grid.reward(grid.ends(paths)))
        return log_reward, log_reward

    settings = TrainerSettings(
        steps=400, learning_rate=1e-2, replay_fraction=0.0, objective=objective, backward=backward
    )  # type: ignore[arg-type]
    flow = model(grid)
    Training(flow, score, settings, seed=0).train(400)
    assert np.abs(flow.law() - grid.law).sum() < 0.1


@pytest.mark.slow  # test_behaviour replays molecules
def test_replayed_paths_do_not_change_the_law() -> None:
    grid = Hypergrid(2, 6)

    def score(paths: GridPaths) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
        log_reward = np.log(grid.reward(grid.ends(paths)))
        return log_reward, log_reward

    flow = model(grid)
    settings = TrainerSettings(steps=400, learning_rate=1e-2, replay_fraction=1.0, epsilon=0.3)
    Training(flow, score, settings, seed=0).train(400)
    assert np.abs(flow.law() - grid.law).sum() < 0.05

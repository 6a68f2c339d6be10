import numpy as np
import pytest
import torch
from torch import Tensor

from molgfn.baselines.ppo import PPO, PPOSettings, PPOTraining, entropy_estimate, policy_loss
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.testbeds.hypergrid import GridPaths, Hypergrid
from molgfn.flow.testbeds.grids import GridFlow
from tests.flow.rewards import log_qed4, qed4
from tests.library import small_vocabulary

GRID = Hypergrid(2, 8, r0=1e-2)


def grid_training(scale: float = 1.0, entropy: float = 0.01) -> PPOTraining[GridPaths]:
    torch.manual_seed(0)

    def score(paths: GridPaths) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
        log_reward = np.log(scale * GRID.reward(GRID.ends(paths)))
        return log_reward, log_reward

    return PPOTraining(GridFlow(GRID, width=32), score, PPOSettings(entropy=entropy), seed=0)


def mean_reward(training: PPOTraining[GridPaths]) -> float:
    assert isinstance(training.model, GridFlow)
    return float((training.model.law() * GRID.reward(GRID.points)).sum())


@pytest.mark.parametrize("scale", [1.0, 1e-30])
def test_the_mean_reward_on_a_grid_comes_close_to_the_largest_whatever_its_unit(scale: float) -> None:
    training = grid_training(scale)
    before = mean_reward(training)
    training.train(25)
    assert before < 0.7
    assert mean_reward(training) > 2.0  # of 2.51


def test_the_entropy_bonus_keeps_the_policy_wide() -> None:
    entropy = []
    for weight in (0.0, 1.0):
        training = grid_training(entropy=weight)
        training.train(25)
        assert isinstance(training.model, GridFlow)
        law = training.model.law()
        entropy.append(float(-(law * np.log(law + 1e-30)).sum()))
    assert entropy[1] > entropy[0] + 1


def test_the_mean_reward_of_molecules_rises_far_above_random() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 1, 3)
    settings = PPOSettings(minibatch_size=32, learning_rate=5e-3)
    ppo = PPO(environment, log_qed4, settings, seed=0, width=32, layers=2)
    means = []
    for _ in range(20):
        visited = ppo.step()
        assert len(visited) == 64
        means.append(np.mean(qed4([scored.smiles for scored in visited])))
    assert np.mean(means[-3:]) > 2 * np.mean(means[:2])


def test_same_seed_same_visits() -> None:
    def visits(seed: int) -> list[str]:
        settings = PPOSettings(batch_size=16)
        ppo = PPO(FragmentEnvironment(small_vocabulary(), 1, 3), log_qed4, settings, seed, width=8, layers=1)
        return [scored.smiles for _ in range(3) for scored in ppo.step()]

    assert visits(0) == visits(0) != visits(1)


def law_and_actions() -> tuple[Tensor, Tensor]:
    """A policy of five actions as logits, and each action as often as it is taken, of a thousand."""
    logits = torch.log(torch.tensor([0.4, 0.3, 0.2, 0.05, 0.05])).requires_grad_()
    return logits, torch.repeat_interleave(torch.arange(5), torch.tensor([400, 300, 200, 50, 50]))


def test_the_entropy_estimate_has_the_gradient_of_the_entropy() -> None:
    logits, actions = law_and_actions()
    law = torch.log_softmax(logits, 0)
    (exact,) = torch.autograd.grad(-(law.exp() * law).sum(), logits, retain_graph=True)
    (estimate,) = torch.autograd.grad(entropy_estimate(law[actions], law[actions].detach()).mean(), logits)
    assert torch.allclose(exact, estimate, atol=1e-5)


def test_the_policy_loss_has_the_policy_gradient_at_first_and_none_beyond_the_clip() -> None:
    logits, actions = law_and_actions()
    law = torch.log_softmax(logits, 0)
    advantage = torch.tensor([1.0, -2.0, 0.5, 3.0, 0.0])
    (exact,) = torch.autograd.grad((law.exp() * advantage).sum(), logits, retain_graph=True)
    (found,) = torch.autograd.grad(
        -policy_loss(law[actions], law[actions].detach(), advantage[actions], 0.2).mean(), logits
    )
    assert torch.allclose(exact, found, atol=1e-5)
    log_pf = torch.tensor([0.5, -0.5, 0.5, -0.5], requires_grad=True)
    gain = torch.tensor([1.0, 1.0, -1.0, -1.0])
    (slope,) = torch.autograd.grad(policy_loss(log_pf, torch.zeros(4), gain, 0.2).sum(), log_pf)
    assert (slope != 0).tolist() == [False, True, True, False]

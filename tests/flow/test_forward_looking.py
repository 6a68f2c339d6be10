"""A network that knows the reward of the state itself."""

from pathlib import Path

import numpy as np
import pytest
import torch

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.condition import UNCONDITIONED
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.fragments.reward import TreeScorer, targets_of
from molgfn.flow.fragments.trainer import MoleculeSettings, Trainer
from molgfn.flow.laws.enumeration import Space, total_variation
from tests.flow.rewards import log_qed4, qed4
from tests.library import small_vocabulary

FOUR = ("c1ccccc1", "C1CNCCN1", "C=O", "CO")


def trainer(environment: FragmentEnvironment, *, steps: int = 500, **settings: object) -> Trainer:
    common = {"batch_size": 32, "learning_rate": 1e-2, "replay_fraction": 0.0, "width": 64, **settings}
    return Trainer(environment, log_qed4, MoleculeSettings(steps=steps, forward_looking=True, **common), seed=0)


def test_what_flows_out_of_a_stop_is_the_reward() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 2, 5)
    states = random_states(environment, 40, np.random.default_rng(0))
    states = states.cut_to(np.maximum(states.length - np.arange(40) % 3, 1))
    law = trainer(environment).network(states)
    may_stop = environment.may_stop(states)
    assert 0 < may_stop.sum() < len(states)
    rewards = targets_of(TreeScorer(environment, log_qed4)(states)).at(UNCONDITIONED)
    stopping = (law.log_flow + law.log_stop).detach().numpy()
    assert stopping[may_stop] == pytest.approx(rewards[may_stop], abs=1e-4)
    assert np.isinf(stopping[~may_stop]).all()


def test_a_better_molecule_is_a_likelier_end() -> None:
    """Two rewards and the same weights: the odds of stopping are in the ratio of the rewards."""
    environment = FragmentEnvironment(small_vocabulary(), 1, 5)
    states = random_states(environment, 20, np.random.default_rng(1))
    states = states.take(states.length < environment.max_blocks)
    once, twice = (
        Trainer(
            environment,
            lambda smiles, n=n: n * log_qed4(smiles),
            MoleculeSettings(width=16, forward_looking=True),
            seed=0,
        ).network(states)
        for n in (1, 2)
    )
    odds = [(law.log_stop - law.log_go).detach().numpy() for law in (once, twice)]
    smiles = [environment.smiles(environment.tree(states, row)) for row in range(len(states))]
    assert odds[1] - odds[0] == pytest.approx(log_qed4(smiles), abs=1e-4)


@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "DB"},
        # Run by hand: test_trainer has these objectives with a network that does not look forward.
        pytest.param({"objective": "SubTB"}, marks=pytest.mark.slow),
        pytest.param({"objective": "TB"}, marks=pytest.mark.slow),
        pytest.param({"objective": "FM"}, marks=pytest.mark.slow),
        pytest.param({"beta_start": 0.2}, marks=pytest.mark.slow),
    ],
    ids=lambda settings: "-".join(map(str, settings.values())),
)
def test_the_law_is_proportional_to_the_reward(settings: dict[str, object]) -> None:
    environment = FragmentEnvironment(small_vocabulary(FOUR), 1, 2)
    space = Space(environment)
    trained = trainer(environment, steps=200, **({"learning_rate": 2e-2} | settings))
    trained.train(200)
    assert total_variation(space.policy_law(trained.network), space.law(qed4)) <= 0.03


def test_one_network_for_all_temperatures() -> None:
    environment = FragmentEnvironment(small_vocabulary(FOUR), 1, 2)
    space = Space(environment)
    trained = trainer(environment, steps=300, learning_rate=2e-2, betas=(0.5, 4.0))
    trained.train(300)
    for beta in (0.5, 1.5, 4.0):
        target = space.law(lambda smiles, beta=beta: qed4(smiles) ** beta)
        assert total_variation(space.policy_law(trained.network, beta), target) <= 0.06


def test_training_goes_on_exactly_from_a_checkpoint(tmp_path: Path) -> None:
    environment = FragmentEnvironment(small_vocabulary(), 2, 4)
    whole, first, second = (trainer(environment, steps=6, width=16) for _ in range(3))
    whole.train(6)
    first.train(3)
    first.save(tmp_path)
    second.load(tmp_path)
    second.train(3)
    assert torch.equal(whole.network.reward_level, second.network.reward_level)
    assert [s.smiles for s in whole.sample(20)] == [s.smiles for s in second.sample(20)]

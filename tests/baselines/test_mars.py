from collections import Counter

import numpy as np
import pytest
import torch

from molgfn.baselines.mars import MARS, MARSSettings
from molgfn.baselines.moves import log_probability
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.laws.enumeration import Law, Space, total_variation
from tests.flow.rewards import log_qed4, qed4
from tests.library import default_vocabulary, small_vocabulary

SETTINGS = MARSSettings(steps=20, chains=16, width=16, layers=1, batch_size=32, updates=2)


@pytest.mark.parametrize("least", [1, 2])
def test_chains_with_the_proposal_at_rest_sample_the_right_law(least: int) -> None:
    """The proposal is that of a network that knows nothing; the pass below the minimum leaves the law as it is."""
    environment = FragmentEnvironment(small_vocabulary(("c1ccccc1", "C1CNCCN1", "C=O", "CO")), least, 2)
    settings = MARSSettings(sampler="hastings", chains=250, updates=0, width=8, layers=1)
    mars, space, seen = MARS(environment, log_qed4, settings, seed=0), Space(environment), Counter[str]()
    for step in range(50):
        mars.step()
        if step >= 15:
            finished = np.flatnonzero(environment.may_stop(mars.chains))
            seen.update(environment.smiles(environment.tree(mars.chains, row)) for row in finished)
    law, biased = space.law(qed4), space.biased_law(qed4)
    found = Law(law.smiles, np.array([seen[smiles] for smiles in law.smiles]) / seen.total())
    assert set(seen) <= set(law.smiles)
    assert total_variation(found, law) < 0.12
    assert total_variation(found, biased) > 0.2


def test_annealing_raises_the_reward_of_the_chains_far_above_random() -> None:
    mars = MARS(FragmentEnvironment(small_vocabulary(), 2, 4), log_qed4, SETTINGS, seed=0)
    first = qed4([scored.smiles for scored in mars.step()]).mean()
    for _ in range(30):
        visited = mars.step()
    assert 0 < len(visited) <= SETTINGS.chains
    assert mars.temperature == pytest.approx(SETTINGS.final_temperature)
    environment = mars.environment
    last = qed4([environment.smiles(environment.tree(mars.chains, row)) for row in range(SETTINGS.chains)])
    assert last.mean() > 2 * first


def test_moves_that_raised_the_reward_become_likelier() -> None:
    environment = FragmentEnvironment(default_vocabulary(), 2, 4)
    mars = MARS(environment, log_qed4, MARSSettings(chains=16, width=16, layers=1, learning_rate=3e-3), seed=0)

    def log_likelihood() -> float:
        states, moves = mars.memory
        with torch.no_grad():
            return float(log_probability(mars.network(states), environment, states, moves).mean())

    for _ in range(10):
        mars.step()
    before = log_likelihood()
    for _ in range(10):
        mars.learn()
    assert log_likelihood() > before + 0.1


def test_only_molecules_of_the_minimum_size_are_visited() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 3, 4)
    mars = MARS(environment, log_qed4, SETTINGS, seed=0)
    visited = [scored for _ in range(15) for scored in mars.step()]
    assert {len(scored.blocks) for scored in visited} == {3, 4}
    assert len(visited) < 15 * SETTINGS.chains  # some chains passed below


def test_a_single_chain_that_passes_below_the_minimum_does_not_look_finished() -> None:
    settings = MARSSettings(sampler="hastings", chains=1, updates=0, width=8, layers=1)
    mars = MARS(FragmentEnvironment(small_vocabulary(), 3, 4), log_qed4, settings, seed=0)
    assert all(mars.step() for _ in range(40))


def test_same_seed_same_visits() -> None:
    def visits(seed: int) -> list[str]:
        mars = MARS(FragmentEnvironment(small_vocabulary(), 1, 3), log_qed4, SETTINGS, seed)
        return [scored.smiles for _ in range(4) for scored in mars.step()]

    assert visits(0) == visits(0) != visits(1)


def test_learning_leaves_the_stop_alone() -> None:
    # Chains do not stop. With the chance of stopping in the sum, its rounding errors (which Adam scales up) drove it to
    # one, and the law of additions to 0 / 0.
    mars = MARS(FragmentEnvironment(small_vocabulary(), 1, 3), log_qed4, SETTINGS, seed=0)
    before = {name: value.clone() for name, value in mars.network.stop.state_dict().items()}
    for _ in range(5):
        mars.step()
    assert len(mars.memory[0]) > 0
    assert all(torch.equal(value, before[name]) for name, value in mars.network.stop.state_dict().items())

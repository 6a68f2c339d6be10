"""The law that training aims at does not depend on where its trajectories come from."""

import numpy as np
import pytest
from rdkit import Chem

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.condition import Condition
from molgfn.flow.fragments.local_search import without_last_blocks
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.fragments.trainer import MoleculeSettings, Trainer
from molgfn.flow.laws.enumeration import Space, total_variation
from tests.flow.rewards import log_qed4, qed4
from tests.library import small_vocabulary

FOUR = ("c1ccccc1", "C1CNCCN1", "C=O", "CO")


@pytest.mark.parametrize(
    "behaviour",
    [
        # All at once; each alone, which says what is wrong, is run by hand.
        {"epsilon": 0.3, "replay_fraction": 0.3, "replay_best": 1.0, "library_fraction": 0.3, "beta_start": 0.2},
        pytest.param({"epsilon": 0.5}, marks=pytest.mark.slow),
        pytest.param({"replay_fraction": 1.0, "replay_best": 1.0}, marks=pytest.mark.slow),
        pytest.param({"library_fraction": 1.0}, marks=pytest.mark.slow),
        pytest.param({"replay_fraction": 0.5, "beta_start": 0.2}, marks=pytest.mark.slow),
        pytest.param({"temperature": 3.0}, marks=pytest.mark.slow),
        pytest.param({"replay_fraction": 1.0, "replay_best": 0.0}, marks=pytest.mark.slow),
        pytest.param({"local_search_fraction": 1.0, "local_search_blocks": 1}, marks=pytest.mark.slow),
    ],
    ids=lambda behaviour: "-".join(behaviour),
)
def test_the_law_is_the_same_under_every_way_of_drawing(behaviour: dict[str, float]) -> None:
    environment = FragmentEnvironment(small_vocabulary(FOUR), 1, 2)
    settings = MoleculeSettings(
        **{"steps": 250, "width": 32, "batch_size": 32, "learning_rate": 2e-2, "replay_fraction": 0.0, **behaviour}
    )
    # All off-policy molecules are biaryls: the library is as biased as it can be.
    library = [environment.vocabulary.decompose(Chem.MolFromSmiles("c1ccc(-c2ccccc2)cc1"))]
    trainer = Trainer(environment, log_qed4, settings, seed=0, library=library)
    trainer.train(settings.steps)
    space = Space(environment)
    assert total_variation(space.policy_law(trainer.network), space.law(qed4)) <= 0.04


@pytest.mark.slow  # test_forward_looking has the same law with a network that needs fewer steps
def test_one_network_knows_the_law_at_every_temperature() -> None:
    environment = FragmentEnvironment(small_vocabulary(FOUR), 1, 2)
    settings = MoleculeSettings(steps=1200, width=64, learning_rate=1e-2, replay_fraction=0.0, betas=(0.5, 8.0))
    trainer = Trainer(environment, log_qed4, settings, seed=0)
    trainer.train(settings.steps)
    space = Space(environment)
    for beta in (0.5, 1.0, 3.0, 8.0):
        target = space.law(lambda smiles, beta=beta: qed4(smiles) ** beta)
        law = space.policy_law(trainer.network, beta)
        assert total_variation(law, target) <= 0.05
        log_z = float(trainer.network.log_total(1, Condition.repeated(beta, 1)).detach())
        assert abs(log_z - np.log((qed4(target.smiles) ** beta).sum())) <= 0.25
    cold, hot = (np.mean([log_qed4([s.smiles])[0] for s in trainer.sample(200, beta)]) for beta in (8.0, 0.5))
    assert cold > hot


def test_local_search_leaves_what_was_built_first_in_a_valid_order() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 1, 6)
    generator = np.random.default_rng(0)
    states = random_states(environment, 40, generator)
    shorter = without_last_blocks(environment, states, 2, generator)
    assert (shorter.length == np.maximum(states.length - 2, 1)).all()
    rows = np.arange(6) < shorter.length[:, None]
    assert (shorter.parent[rows] < np.broadcast_to(np.arange(6), rows.shape)[rows]).all()
    network = FlowNetwork(environment, 8)
    assert np.isfinite(network(shorter).log_flow.detach().numpy()).all()
    assert (without_last_blocks(environment, states, 9, generator).length == 1).all()


def test_local_search_keeps_the_core() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 1, 5, "c1ccc([*:1])c([*:2])c1")
    generator = np.random.default_rng(0)
    states = random_states(environment, 20, generator)
    assert (without_last_blocks(environment, states, 5, generator).blocks[:, 0] == states.blocks[:, 0]).all()

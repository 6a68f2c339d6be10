from pathlib import Path

import numpy as np
import pytest
import torch

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments import likelihood_trainer
from molgfn.flow.fragments.likelihood_trainer import LikelihoodTrainer
from molgfn.flow.fragments.trainer import MoleculeSettings
from molgfn.flow.laws.enumeration import Space, total_variation
from molgfn.prior.prior import LibraryPrior
from tests.flow.fragments.test_resampling import frequencies
from tests.flow.rewards import log_qed4
from tests.library import small_vocabulary
from tests.prior.test_prior import FOUR, prior_law, with_law


def trainer_of(weight: float, steps: int, width: int = 32) -> LikelihoodTrainer:
    environment = FragmentEnvironment(with_law(small_vocabulary(FOUR)), 1, 2)
    settings = MoleculeSettings(steps=steps, width=width, learning_rate=2e-2, batch_size=32, prior_in_policy=True)
    return LikelihoodTrainer(environment, log_qed4, settings, seed=0, prior=LibraryPrior(environment, weight))


@pytest.mark.parametrize("weight", [1.0, 0.5])
def test_the_trained_law_is_prior_times_reward(weight: float) -> None:
    trainer = trainer_of(weight, 150)
    space = Space(trainer.environment)
    assert trainer.prior is not None
    target = prior_law(space, LibraryPrior(trainer.environment, weight))
    before = total_variation(space.policy_law(trainer.network), target)
    reports = []
    trainer.train(150, reports.append)
    assert before > 0.3
    assert total_variation(space.policy_law(trainer.network), target) <= 0.05
    # The mean of the weights is the sum of the target over all ways of building.
    log_z, drawn = float(trainer.network.log_z.detach()), trainer.weighted_draws(2_000)
    assert abs(log_z - float(np.log(np.exp(drawn.log_weight).mean()))) < 0.05
    assert abs(log_z - exact_log_z(trainer, dict(zip(target.smiles, target.probability, strict=True)))) < 0.05
    assert reports[-1].mean_log_reward > reports[0].mean_log_reward


def exact_log_z(trainer: LikelihoodTrainer, probability: dict[str, float]) -> float:
    """Return log (prior * reward) of a molecule, less the log of its exact probability."""
    environment, prior = trainer.environment, trainer.prior
    states = trainer.weighted_draws(2).states.take(np.array([0]))
    tree = environment.tree(states, 0)
    assert prior is not None
    log_prior = prior(states, [tree], [environment.codes.identity(tree)])[0]
    smiles = environment.smiles(tree)
    return float(log_prior + log_qed4([smiles])[0] - np.log(probability[smiles]))


def test_a_stopped_training_goes_on_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likelihood_trainer, "FIRST", 40)
    monkeypatch.setattr(likelihood_trainer, "MORE", 20)
    monkeypatch.setattr(likelihood_trainer, "EVERY", 3)
    straight = trainer_of(1.0, 8, width=16)
    steps = []
    straight.train(8, steps.append)
    first = trainer_of(1.0, 8, width=16)
    first.train(4)
    first.save(tmp_path)
    second = trainer_of(1.0, 8, width=16)
    second.load(tmp_path)
    again = []
    second.train(4, again.append)
    assert again == steps[4:]
    for name, value in straight.network.state_dict().items():
        assert torch.equal(value, second.network.state_dict()[name])


def test_candidates_are_kept_of_the_molecules_of_the_training_too_each_once() -> None:
    trainer = trainer_of(1.0, 150)
    trainer.prepare(6_000)
    space = Space(trainer.environment)
    target = prior_law(space, LibraryPrior(trainer.environment, 1.0))
    drawn, kept = [s.smiles for s in trainer.sample(1_000)], []
    for _ in range(2):
        # One new molecule for each that is kept: alone they could not be brought nearer to the target.
        kept += [s.smiles for s in trainer.resample(500, 1)]
    assert len(kept) == 1_000
    before, after = (total_variation(frequencies(space, names), target) for names in (drawn, kept))
    assert after < 0.13 < before - 0.1

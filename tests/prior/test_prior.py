from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from molgfn.chem.trees.neighbourhoods import count_neighbourhoods
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.tables import BlockTables
from molgfn.errors import ConfigError
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.fragments.trainer import MoleculeSettings, Trainer
from molgfn.flow.laws.enumeration import Law, Space, total_variation
from molgfn.prior.prior import LibraryPrior
from molgfn.prior.sizes import with_size_weights
from tests.flow.rewards import log_qed4, qed4
from tests.library import small_vocabulary

FOUR = ("c1ccccc1", "C1CNCCN1", "C=O", "CO")


def with_law(vocabulary: Vocabulary, molecules: int = 1_200, sizes: bool = True) -> Vocabulary:
    environment = FragmentEnvironment(vocabulary, 2, 5)
    states = random_states(environment, molecules, np.random.default_rng(0))
    trees = [environment.tree(states, row) for row in range(molecules)]
    # Piperazines count double, so that the law is far from that of random molecules.
    counts = count_neighbourhoods([t for t in trees for _ in range(1 + (1 in t.blocks))], vocabulary.blocks)
    tables = BlockTables.of(vocabulary)
    return replace(vocabulary, library=with_size_weights(counts, tables) if sizes else counts)


@pytest.fixture(scope="module")
def four() -> Vocabulary:
    return with_law(small_vocabulary(FOUR))


def prior_law(space: Space, prior: LibraryPrior, reward: Callable[[Sequence[str]], NDArray[np.float64]] = qed4) -> Law:
    """Return the law proportional to prior times reward."""
    environment, weight = space.environment, {}
    for level in space.levels:
        if environment.may_stop(level.states).all():
            trees = [environment.tree(level.states, row) for row in range(len(level.states))]
            log_prior = prior(level.states, trees, [environment.codes.identity(tree) for tree in trees])
            weight.update(zip(level.smiles, np.exp(log_prior).tolist(), strict=True))
    return space.law(lambda names: reward(names) * np.array([weight[name] for name in names]))


@pytest.mark.parametrize("core", [pytest.param(None, marks=pytest.mark.slow), "c1ccc([*:1])cc1"])
def test_the_trained_law_is_prior_times_reward(four: Vocabulary, core: str | None) -> None:
    environment = FragmentEnvironment(four, 1, 2 if core is None else 3, core)
    space = Space(environment)
    prior = LibraryPrior(environment)
    target = prior_law(space, prior)
    assert total_variation(target, space.law(qed4)) > 0.1
    settings = MoleculeSettings(steps=250, width=32, learning_rate=2e-2, batch_size=32, replay_fraction=0.0)
    trainer = Trainer(environment, log_qed4, settings, seed=0, prior=prior)
    trainer.train(250)
    assert total_variation(space.policy_law(trainer.network), target) <= 0.05


def test_the_weight_is_an_exponent(four: Vocabulary) -> None:
    environment = FragmentEnvironment(four, 2, 4)
    states = random_states(environment, 20, np.random.default_rng(1))
    trees = [environment.tree(states, row) for row in range(20)]
    identities = [environment.codes.identity(tree) for tree in trees]
    once, half = (LibraryPrior(environment, weight)(states, trees, identities) for weight in (1.0, 0.5))
    assert once.std() > 0.1
    assert half == pytest.approx(0.5 * once)


def test_molecules_of_the_law_are_as_large_as_those_of_the_library(four: Vocabulary) -> None:
    drawn = LibraryPrior(FragmentEnvironment(four, 2, 5)).draw(10_000, np.random.default_rng(2))
    assert four.library is not None
    library = np.array(four.library.sizes[2:6]) / sum(four.library.sizes[2:6])
    assert np.bincount(drawn.length, minlength=6)[2:] / 10_000 == pytest.approx(library, abs=0.03)
    without = LibraryPrior(FragmentEnvironment(with_law(small_vocabulary(FOUR), sizes=False), 2, 5))
    other = np.bincount(without.draw(10_000, np.random.default_rng(2)).length, minlength=6)[2:] / 10_000
    assert np.abs(other - library).max() > 0.1


def test_a_vocabulary_without_a_law_is_refused() -> None:
    with pytest.raises(ConfigError, match="the vocabulary small does not say how often its blocks are joined"):
        LibraryPrior(FragmentEnvironment(small_vocabulary(), 2, 3))


def test_limits_that_the_law_never_reaches_are_told(four: Vocabulary) -> None:
    prior = LibraryPrior(FragmentEnvironment(four, 60, 60))
    with pytest.raises(ConfigError, match="min_blocks = 60, max_blocks = 60: the law gives next to no molecules"):
        prior.draw(10, np.random.default_rng(3))

from collections import Counter
from functools import cache

import numpy as np
import pytest

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.resampling import kept, log_mixture, tempered
from molgfn.flow.fragments.trainer import MoleculeSettings, Trainer
from molgfn.flow.laws.enumeration import Law, Space, total_variation
from molgfn.prior.prior import LibraryPrior
from tests.flow.rewards import log_qed4
from tests.library import small_vocabulary
from tests.prior.test_prior import FOUR, prior_law, with_law

Q = np.array([0.1, 0.2, 0.3, 0.3, 0.1])
P = np.array([0.4, 0.3, 0.2, 0.05, 0.05])


@pytest.mark.parametrize(("from_q", "from_p"), [(40_000, 40_000), (60_000, 20_000), (1_000, 0)])
def test_the_sum_of_the_second_law_is_found_from_the_draws(from_q: int, from_p: int) -> None:
    generator = np.random.default_rng(0)
    rows = np.r_[generator.choice(5, from_q, p=Q), generator.choice(5, from_p, p=P)]
    found = log_mixture(np.log(Q)[rows], np.log(P * 1e-30)[rows], from_q)
    exact = np.log((from_q * Q + from_p * P) / (from_q + from_p))[rows]
    assert abs(found - exact).max() < 0.02


def test_rows_are_kept_in_proportion_to_their_weights_and_only_once() -> None:
    generator = np.random.default_rng(1)
    log_weight = np.log(P) - 300.0
    first = np.bincount([kept(log_weight, 1, generator)[0] for _ in range(20_000)], minlength=5) / 20_000
    assert abs(first - P).max() < 0.015
    assert sorted(kept(log_weight, 5, generator)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("spread", "least"), [(0.1, 50.0), (5.0, 50.0), (300.0, 5.0)])
def test_weights_are_tempered_until_enough_rows_count(spread: float, least: float) -> None:
    log_weight = np.random.default_rng(2).normal(0.0, spread, 400) - 1_000
    found = tempered(log_weight, least)
    assert found.sum() == pytest.approx(1)
    effective = 1 / np.square(found).sum()
    untouched = spread < 1
    assert effective >= 350 if untouched else effective == pytest.approx(least, rel=0.01)
    # The order and, where nothing is tempered, the ratios stay.
    assert (np.argsort(found, kind="stable") == np.argsort(log_weight, kind="stable"))[-10:].all()
    assert not untouched or np.ptp(np.log(found) - log_weight) < 1e-9


@cache
def space_of(core: str | None) -> Space:
    vocabulary = with_law(small_vocabulary(FOUR))
    return Space(FragmentEnvironment(vocabulary, 1, 3, core))


@pytest.mark.parametrize("core", [None, "c1ccc([*:1])cc1"])
@pytest.mark.parametrize(("weight", "limit"), [(0.5, 0.13), (1.0, 0.13), (2.0, 0.25)])
def test_an_untrained_policy_is_brought_near_the_target(core: str | None, weight: float, limit: float) -> None:
    space = space_of(core)
    prior = LibraryPrior(space.environment, weight)
    target = prior_law(space, prior)
    trainer = Trainer(space.environment, log_qed4, MoleculeSettings(width=16), seed=0, prior=prior)
    drawn = [sample.smiles for sample in trainer.sample(2_000)]
    resampled = [sample.smiles for sample in trainer.resample(2_000, 8)]
    assert len(resampled) == 2_000
    before, after = (total_variation(frequencies(space, names), target) for names in (drawn, resampled))
    # 2,000 molecules drawn from the target itself are 0.06 to 0.08 away from it.
    assert after < limit < before - 0.1


def frequencies(space: Space, names: list[str]) -> Law:
    counted = Counter(names)
    return space.law(lambda listed: np.array([counted[name] for name in listed], dtype=np.float64))


def test_without_a_prior_the_policy_alone_proposes() -> None:
    environment = FragmentEnvironment(small_vocabulary(FOUR), 1, 2)
    trainer = Trainer(environment, log_qed4, MoleculeSettings(width=16), seed=0)
    space = Space(environment)
    target = space.law(lambda names: np.exp(log_qed4(names)))
    names = [sample.smiles for sample in trainer.resample(1_000, 16)]
    assert total_variation(frequencies(space, names), target) < 0.1

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from molgfn.chem.trees.tree import Tree
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.errors import MolgfnError
from molgfn.flow.fragments.trainer import Trainer, TrainerSettings
from molgfn.flow.laws.enumeration import Law, Space, total_variation
from tests.flow.rewards import log_qed4, qed4
from tests.library import block_list, small_vocabulary


class Uncorrected(FragmentEnvironment):
    """The control: symmetry is not minded."""

    def log_build_multiplicity(self, tree: Tree, automorphisms: int) -> float:  # noqa: ARG002
        return 0.0


class EachTreeForItself(FragmentEnvironment):
    """The control: every tree of a molecule gets the whole of its reward."""

    def log_trees(self, smiles: str) -> float:  # noqa: ARG002
        return 0.0


def trained_law(
    environment: FragmentEnvironment,
    space: Space,
    steps: int,
    width: int = 128,
    learning_rate: float = 4e-3,
    batch_size: int = 64,
) -> tuple[Law, float]:
    settings = TrainerSettings(
        steps=steps, width=width, learning_rate=learning_rate, batch_size=batch_size, replay_fraction=0.0
    )
    trainer = Trainer(environment, log_qed4, settings, seed=0)
    trainer.train(steps)
    return space.policy_law(trainer.network), float(trainer.network.log_z.detach())


@pytest.mark.slow
def test_the_trained_law_is_proportional_to_the_reward() -> None:
    """All 168 molecules of at most 2 of 12 blocks; 96,000 trajectories, all drawn by the policy being trained."""
    environment = FragmentEnvironment(small_vocabulary(), 1, 2)
    space = Space(environment)
    target = space.law(qed4)
    law, log_z = trained_law(environment, space, 1500)
    assert len(law.smiles) == 168
    assert law.probability.sum() == pytest.approx(1, abs=1e-5)
    assert total_variation(law, target) <= 0.02
    assert abs(log_z - np.log(qed4(target.smiles).sum())) <= 0.02


def test_without_the_symmetry_correction_the_predicted_bias_appears() -> None:
    """The control that shows that tests of the law can fail: the same molecules, 5,760 trajectories each."""
    four = small_vocabulary(("c1ccccc1", "C1CNCCN1", "C=O", "CO"))
    space = Space(FragmentEnvironment(four, 1, 2))
    right, biased = space.law(qed4), space.biased_law(qed4)
    assert total_variation(right, biased) > 0.2
    for kind, expected in ((FragmentEnvironment, right), (Uncorrected, biased)):
        law, log_z = trained_law(kind(four, 1, 2), space, 180, width=32, learning_rate=2e-2, batch_size=32)
        assert total_variation(law, expected) <= 0.05
        if expected is right:
            assert law.probability.sum() == pytest.approx(1, abs=1e-5)
            assert abs(log_z - np.log(qed4(right.smiles).sum())) <= 0.2


def test_with_a_core_the_law_is_over_molecules() -> None:
    """A phenyl core can end as either ring of a biphenyl; 6,400 trajectories."""
    environment = FragmentEnvironment(small_vocabulary(("c1ccccc1", "CO")), 1, 3, core="c1ccc([*:1])cc1")
    space = Space(environment)
    law, _ = trained_law(environment, space, 200, width=32, learning_rate=2e-2, batch_size=32)
    assert len(space.molecules()) > len(law.smiles)
    assert total_variation(law, space.law(qed4)) <= 0.03


@pytest.mark.parametrize("kind", [FragmentEnvironment, pytest.param(EachTreeForItself, marks=pytest.mark.slow)])
def test_where_a_molecule_has_several_trees_they_share_its_reward(
    tmp_path: Path, kind: type[FragmentEnvironment]
) -> None:
    """75 molecules of 119 trees, 16,000 trajectories; without sharing the law is R times the number of trees."""
    entries = (("C", [0, 0, 0, 0]), ("CC", [0, 1, 0]), ("CO", [0, 0, 1]), ("O", [0, 0]))
    environment = kind(block_list(tmp_path, *entries), 1, 3)
    space = Space(environment)
    trees = Counter(space.molecules())
    assert (len(trees), trees.total()) == (75, 119)

    def times_trees(smiles: tuple[str, ...]) -> NDArray[np.float64]:
        return qed4(smiles) * [trees[name] for name in smiles]

    shared, unshared = space.law(qed4), space.law(times_trees)
    assert total_variation(shared, unshared) > 0.2
    law, _ = trained_law(environment, space, 250, width=32, learning_rate=2e-2)
    assert total_variation(law, shared if kind is FragmentEnvironment else unshared) <= 0.02


def test_a_space_too_large_says_how_large() -> None:
    with pytest.raises(MolgfnError, match="more than 100 states"):
        Space(FragmentEnvironment(small_vocabulary(), 1, 3), limit=100)


def test_a_space_far_too_large_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(MolgfnError, match=r"states of 2 blocks have [\d,]+ next steps"):
        Space(FragmentEnvironment(small_vocabulary(), 1, 8), limit=300)


def test_total_variation_of_two_laws() -> None:
    a = Law(("x", "y"), np.array([0.5, 0.5]))
    b = Law(("y", "x"), np.array([0.9, 0.1]))
    assert total_variation(a, b) == pytest.approx(0.4)
    assert total_variation(a, a) == 0

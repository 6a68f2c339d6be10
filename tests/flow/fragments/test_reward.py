import numpy as np
import pytest

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.errors import MolgfnError
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.fragments.reward import TreeScorer
from tests.flow.rewards import log_qed4
from tests.library import small_vocabulary

ENVIRONMENT = FragmentEnvironment(small_vocabulary(("c1ccccc1", "CO", "N")), 1, 2)
STATES = random_states(ENVIRONMENT, 200, np.random.default_rng(0))


def test_each_molecule_is_scored_once_and_order_is_kept() -> None:
    asked: list[str] = []

    def reward(smiles: list[str]) -> np.ndarray:  # type: ignore[type-arg]
        asked.extend(smiles)
        return log_qed4(smiles)

    score = TreeScorer(ENVIRONMENT, reward)  # type: ignore[arg-type]
    scored = score(STATES)
    assert len(asked) == len(set(asked)) < 200
    for row, known in enumerate(scored):
        assert known.smiles == ENVIRONMENT.smiles(ENVIRONMENT.tree(STATES, row))
        assert known.log_reward == pytest.approx(log_qed4([known.smiles])[0])
    before = len(asked)
    score(STATES)
    assert len(asked) == before


def test_what_is_forgotten_is_scored_again() -> None:
    score = TreeScorer(ENVIRONMENT, log_qed4, capacity=3)
    assert [s.log_reward for s in score(STATES)] == [s.log_reward for s in score(STATES)]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_reward_that_is_no_number_names_the_molecule(value: float) -> None:
    with pytest.raises(MolgfnError, match=r"the log reward of \S+ is"):
        TreeScorer(ENVIRONMENT, lambda smiles: np.full(len(smiles), value))(STATES)


def test_a_reward_of_wrong_shape_is_an_error() -> None:
    with pytest.raises(MolgfnError, match="shape"):
        TreeScorer(ENVIRONMENT, lambda smiles: np.zeros(len(smiles) + 1))(STATES)

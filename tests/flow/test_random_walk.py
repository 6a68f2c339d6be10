import numpy as np

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.random_walk import random_states
from tests.library import default_vocabulary


def test_lengths_are_even_and_draws_repeat_with_the_seed() -> None:
    environment = FragmentEnvironment(default_vocabulary(), 2, 6)
    states = random_states(environment, 1000, np.random.default_rng(0))
    again = random_states(environment, 1000, np.random.default_rng(0))
    assert (states.blocks == again.blocks).all()
    count = np.bincount(states.length, minlength=7)
    assert (count[:2] == 0).all()
    assert (count[2:] > 140).all()

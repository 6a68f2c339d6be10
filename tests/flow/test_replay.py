import numpy as np

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.replay import Replay, Targets
from tests.library import small_vocabulary

ENVIRONMENT = FragmentEnvironment(small_vocabulary(), 1, 4)


def filled(capacity: int, n: int) -> Replay[States]:
    replay: Replay[States] = Replay(capacity)
    states = random_states(ENVIRONMENT, n, np.random.default_rng(0))
    for start in range(0, n, 30):
        part = np.arange(start, min(start + 30, n))
        replay.add(states.take(part), Targets(part.astype(float), np.zeros(len(part))))
    return replay


def test_the_oldest_make_room() -> None:
    replay = filled(50, 120)
    assert replay.size == 50
    assert sorted(replay.log_reward.tolist()) == list(range(70, 120))


def test_half_of_a_draw_is_from_the_best_tenth() -> None:
    replay = filled(200, 100)
    states, targets = replay.draw(40, 0.5, np.random.default_rng(0))
    assert len(states) == 40
    assert (targets.log_reward[:20] >= 89).all()
    assert (targets.log_reward[20:] < 50).any()
    _, evenly = replay.draw(2000, 0.0, np.random.default_rng(0))
    assert np.mean(evenly.log_reward >= 90) < 0.15


def test_a_saved_replay_goes_on_the_same() -> None:
    replay, again = filled(50, 120), Replay(50)
    again.load_state_dict({k: v.copy() for k, v in replay.state_dict().items()}, States)
    more = random_states(ENVIRONMENT, 7, np.random.default_rng(1))
    for one in (replay, again):
        one.add(more, Targets(np.zeros(7), np.zeros(7)))
    a, b = (one.draw(30, 0.5, np.random.default_rng(2)) for one in (replay, again))
    assert (a[0].blocks == b[0].blocks).all()
    assert (a[1].log_reward == b[1].log_reward).all()

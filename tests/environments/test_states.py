import numpy as np

from molgfn.environments.states import States


def two() -> States:
    states = States.empty(2, 3)
    minus = np.array([-1, -1])
    states.append(np.array([0, 1]), np.array([4, 5]), minus, minus, minus)
    states.append(np.array([1]), np.array([6]), np.array([0]), np.array([2]), np.array([1]))
    return states


def test_appending_fills_the_next_place_of_its_row() -> None:
    states = two()
    assert states.length.tolist() == [1, 2]
    assert states.blocks.tolist() == [[4, -1, -1], [5, 6, -1]]
    assert states.parent[1, 1] == 0
    assert states.parent_stem[1, 1] == 2
    assert states.own_stem[1, 1] == 1


def test_cutting_gives_the_earlier_state_and_leaves_the_original() -> None:
    states = two()
    earlier = states.cut_to(np.array([1, 1]))
    assert earlier.blocks.tolist() == [[4, -1, -1], [5, -1, -1]]
    assert (earlier.parent == -1).all()
    assert states.length.tolist() == [1, 2]


def test_take_copies_and_concatenate_undoes_it() -> None:
    states = two()
    part = states.take(np.array([1]))
    part.blocks[0, 0] = 9
    assert states.blocks[1, 0] == 5
    again = States.concatenate([states.take(np.array([0])), states.take(np.array([1]))])
    assert all((a == b).all() for a, b in zip(again.arrays(), states.arrays(), strict=True))

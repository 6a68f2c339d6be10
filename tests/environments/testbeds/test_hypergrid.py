import numpy as np

from molgfn.environments.testbeds.hypergrid import GridPaths, Hypergrid


def test_the_published_reward_on_a_line_of_eight() -> None:
    grid = Hypergrid(1, 8, r0=0.1)
    assert np.allclose(grid.reward(grid.points), [0.6, 2.6, 0.1, 0.1, 0.1, 0.1, 2.6, 0.6])


def test_each_dimension_doubles_the_modes() -> None:
    for dimensions in (1, 2, 3):
        grid = Hypergrid(dimensions, 8, r0=1e-3)
        assert len(grid.modes) == 2**dimensions
        assert sorted(grid.mode_of(grid.points[grid.modes]).tolist()) == list(range(2**dimensions))


def test_the_law_sums_to_one_and_points_are_numbered_in_order() -> None:
    grid = Hypergrid(3, 5)
    assert np.isclose(grid.law.sum(), 1)
    assert (grid.number(grid.points) == np.arange(125)).all()


def test_a_path_ends_where_its_moves_lead() -> None:
    grid = Hypergrid(2, 4)
    paths = GridPaths(np.array([[0, 1, 0, -1, -1, -1], [-1] * 6]))
    assert grid.ends(paths).tolist() == [[2, 1], [0, 0]]
    assert paths.length.tolist() == [3, 0]
    assert grid.max_moves == paths.moves.shape[1]

"""The comparison per oracle call counts every call, and gives every method the same."""

import json
from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.active_learning import main
from benchmarks.call_methods import METHODS, CountProcess, graph_ga, process_and_ga, tree_search
from benchmarks.campaign_method import CampaignMethod
from benchmarks.oracle_calls import (
    Calls,
    SpentError,
    Task,
    areas,
    demo_constraints,
    distinct_hits,
    initial_molecules,
    summary,
)
from molgfn.campaign.file.sections import WindowsSection
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.prior.prior import LibraryPrior
from molgfn.search.tree_search import SearchSettings
from tests.library import default_vocabulary, library_molecules

ENVIRONMENT = FragmentEnvironment(default_vocabulary(), 2, 8, limits=WindowsSection().upper())
PRIOR = LibraryPrior(ENVIRONMENT)
SHORT = {
    "graph GA": partial(graph_ga, pairs=2),
    "tree search": partial(tree_search, settings=SearchSettings(fresh=60, generations=2, children=40)),
    "GP BO": partial(process_and_ga, generations=2, offspring=20),
}


def size(names: Sequence[str]) -> NDArray[np.float64]:
    return np.array([float(len(name)) for name in names])


def calls(left: int, together: int = 1, noise: float = 0.0) -> Calls:
    return Calls(size, left, together, noise, np.random.default_rng(0))


def test_calls_are_counted_to_the_last() -> None:
    oracle = calls(3)
    assert oracle.ask(["CO", "CN"]).tolist() == [2.0, 2.0]
    assert oracle.ask(["CCO", "CCN"]).tolist() == [3.0]
    with pytest.raises(SpentError):
        oracle.ask(["CCC"])
    assert [(row.smiles, row.batch) for row in oracle.rows] == [("CO", 1), ("CN", 1), ("CCO", 2)]


def test_no_molecule_is_asked_twice_and_rounds_are_whole() -> None:
    oracle = calls(5, together=2)
    oracle.ask(["CO", "CN"])
    with pytest.raises(ValueError, match="second time"):
        oracle.ask(["CO", "CCC"])
    with pytest.raises(ValueError, match="second time"):
        oracle.ask(["CCC", "CCC"])
    with pytest.raises(ValueError, match="belong together"):
        oracle.ask(["CCC"])
    oracle.ask(["CCC", "CCO"])
    assert oracle.ask(["CCCC"]).tolist() == [4.0]


def test_a_batch_without_molecules_is_refused() -> None:
    with pytest.raises(ValueError, match="no molecule"):
        calls(5).ask([])


def test_a_property_oracle_needs_no_initial_data(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--json", "--oracle", "median 1", "--method", "library", "--calls", "120"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["calls"] for row in rows] == [20, 40, 60, 80, 100, 120]
    assert [row for row in rows if "auc_zinc" in row] == rows[-1:]
    row = rows[-1]
    assert (row["oracle"], row["planned"]) == ("median 1", 120)
    assert 0 < row["auc_tenth"] < row["top_10"] < row["top_1"] <= 1


def test_noise_is_told_and_not_counted() -> None:
    oracle = calls(200, noise=2.0)
    told = oracle.ask([f"C{'C' * k}" for k in range(200)])
    true = np.array([row.true_value for row in oracle.rows])
    assert true.tolist() == list(range(1, 201))
    assert 1.5 < (told - true).std() < 2.5
    assert summary({"N": 500.0}, oracle.rows, hit=190.0)["top_10"] == (500 + sum(range(192, 201))) / 10


def test_areas_under_the_curve_follow_both_conventions() -> None:
    oracle = calls(200)
    oracle.ask(["C" * (k + 1) for k in range(200)])
    found = areas(oracle.rows, 200)
    # The mean of the ten best is 95.5 after 100 calls and 195.5 after 200; the tenth best after call k is k - 9.
    assert found["auc_mean_of_10"] == pytest.approx((100 * 95.5 / 2 + 100 * (95.5 + 195.5) / 2) / 200)
    assert found["auc_tenth"] == pytest.approx(sum(range(1, 192)) / 200)


def test_hits_that_are_alike_count_once() -> None:
    assert distinct_hits(["CCCCCCCC", "CCCCCCCCC", "c1ccccc1"]) == 2


def test_the_process_returns_its_data_and_grows_uncertain_with_distance() -> None:
    process = CountProcess()
    data = {name: float(len(name)) for name in library_molecules(60)}
    process.fit(data)
    mean, std = process.predict([*list(data)[:3], "C1CC1"])
    assert np.abs(mean[:3] - np.array(list(data.values())[:3])).max() < 1.0
    assert std[:3].max() < 0.2 * std[3]


def test_a_campaign_spends_all_calls_in_batches_and_learns() -> None:
    start = initial_molecules(ENVIRONMENT, 30, 0)
    oracle = calls(6, together=4)
    data = dict(zip(start, size(start), strict=True))
    constraints = demo_constraints()
    task = Task(ENVIRONMENT, PRIOR, library_molecules(10), data, oracle, oracle.generator, constraints, (0.0, 80.0))
    changes = {"sources.tree_search": 0.0, "sources.graph_ga": 1.0, "proxy.model": "forest"}
    method = CampaignMethod(changes, pool=4)
    with pytest.raises(SpentError):
        method(task, 4)
    assert [row.batch for row in oracle.rows] == [1] * 4 + [2] * 2
    assert np.mean([row.value for row in oracle.rows]) > size(start).mean()


@pytest.mark.parametrize(
    "name",
    [
        # Scripts import each other by their bare names, so that the class is not the one that is imported here.
        pytest.param(name, marks=[pytest.mark.slow] * (type(method).__name__ == CampaignMethod.__name__))
        for name, (method, _) in METHODS.items()
    ],
)
def test_every_method_asks_all_its_calls_within_the_constraints(name: str) -> None:
    start = initial_molecules(ENVIRONMENT, 30, 0)
    oracle = calls(45, together=20)
    task = Task(
        ENVIRONMENT,
        PRIOR,
        library_molecules(100),
        dict(zip(start, size(start), strict=True)),
        oracle,
        oracle.generator,
        demo_constraints(),
    )
    with pytest.raises(SpentError):
        SHORT.get(name, METHODS[name][0])(task, 20)
    assert len(oracle.rows) == 45
    assert len({row.smiles for row in oracle.rows} | set(start)) == 75
    assert all(task.meets(row.smiles) for row in oracle.rows)

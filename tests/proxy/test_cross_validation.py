import numpy as np
import pytest

from molgfn.proxy.baselines import linear_counts, size_alone
from molgfn.proxy.cross_validation import bootstrap, cross_validate, enrichment, judge_intervals, rmse
from molgfn.proxy.data import merge
from molgfn.proxy.training import train_proxy


@pytest.fixture
def data(smiles, values):
    return merge(smiles, values)


def trainer(tiny):
    def train(part, seed):
        return train_proxy(
            part.smiles,
            part.values,
            unit="kcal/mol",
            direction="minimise",
            settings=tiny,
            seed=seed,
            sides=part.sides,
            counts=part.counts,
        )

    return train


@pytest.mark.parametrize("kind", ["random", "scaffold"])
def test_every_molecule_is_predicted_by_models_that_never_saw_it(data, kind):
    seen = []

    def spying(train, values, test, seed):
        seen.append((set(train), set(test)))
        return size_alone(train, values, test, seed)

    held = cross_validate(data, kind, 4, 0, train=None, baselines={"size": spying, "counts": linear_counts})
    assert len(seen) == 4
    assert all(not train & test for train, test in seen)
    assert set.union(*(test for _, test in seen)) == set(data.smiles)
    assert np.array_equal(held.measured, data.values)
    assert set(held.fold) == {0, 1, 2, 3}
    assert (held.similarity < 1).all()
    assert rmse(held.predicted["counts"], held.measured) < data.values.std()


def test_the_proxy_stands_beside_its_baselines(data, tiny):
    folds_done = []
    held = cross_validate(
        data, "random", 2, 0, train=trainer(tiny), baselines={"size": size_alone}, on_fold=lambda: folds_done.append(1)
    )
    assert list(held.predicted) == ["proxy", "size"]
    assert len(folds_done) == 2
    assert np.corrcoef(held.predicted["proxy"], held.measured)[0, 1] > 0.5


def test_bounds_are_kept_from_baselines_and_from_judging(smiles, values):
    sides = np.where(np.arange(len(smiles)) % 3 == 0, -1, 0)
    data = merge(smiles, values, sides)
    sizes = []

    def counting(train, train_values, test, seed):
        sizes.append((len(train), len(test)))
        return size_alone(train, train_values, test, seed)

    held = cross_validate(data, "random", 2, 0, train=None, baselines={"size": counting})
    assert sum(test for _, test in sizes) == len(data)
    assert sum(train for train, _ in sizes) == (data.sides == 0).sum()
    assert len(held.exact().measured) == (data.sides == 0).sum()


def test_intervals_are_judged_in_every_fold(data, tiny):
    big = data.take(np.arange(len(data)).repeat(3))
    with pytest.raises(ValueError, match="a calibration needs 20"):
        judge_intervals(data, "random", 2, 0, trainer(tiny), lambda: None)
    found = judge_intervals(big, "random", 2, 0, trainer(tiny), lambda: None)
    assert len(found) == 2
    assert all(0.7 < one.coverage_90 <= 1 for one in found)


def test_enrichment_goes_from_none_to_all():
    measured = np.arange(100.0)
    assert enrichment(measured, measured, "maximise") == 10
    assert enrichment(-measured, measured, "maximise") == 0
    assert enrichment(measured, measured, "minimise") == 10
    chance = [enrichment(np.random.default_rng(i).random(1000), np.arange(1000.0), "maximise") for i in range(50)]
    assert np.mean(chance) == pytest.approx(1, abs=0.15)


def test_bootstrap_intervals_hold_the_truth():
    generator = np.random.default_rng(0)
    inside = 0
    for seed in range(60):
        measured = generator.normal(size=200)
        low, high = bootstrap(rmse, measured + generator.normal(size=200), measured, seed, n=200)
        inside += low <= 1.0 <= high
    assert inside >= 50

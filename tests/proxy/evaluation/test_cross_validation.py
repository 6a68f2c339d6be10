"""What is judged was never seen: not by the models, not by the error bars, not by the domain."""

import numpy as np
import pytest

from molgfn.proxy.classical.baselines import linear_counts, size_alone
from molgfn.proxy.data.training_data import merge
from molgfn.proxy.evaluation.cross_validation import cross_validate
from molgfn.proxy.evaluation.metrics import rmse
from molgfn.proxy.evaluation.split_plans import plan
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.train import train_proxy
from molgfn.proxy.uncertainty.domain import Domain


@pytest.fixture
def data(smiles, values):
    return merge(smiles, values)


def trainer(settings, seen=None):
    def train(part, seed):
        if seen is not None:
            seen.append((set(part.smiles), seed))
        said = {"sides": part.sides, "counts": part.counts, "settings": settings, "seed": seed}
        return train_proxy(part.smiles, part.values, unit="kcal/mol", direction="minimise", **said)

    return train


@pytest.mark.parametrize("kind", ["random", "scaffold"])
def test_every_molecule_is_predicted_once_a_repeat_by_models_that_never_saw_it(data, kind):
    seen = []

    def spying(train, values, test, seed, stereo):
        seen.append((set(train), set(test), seed))
        return size_alone(train, values, test, seed, stereo)

    held = cross_validate(
        data, plan(kind, data, 4, 2, 7), train=None, baselines={"size": spying, "counts": linear_counts}
    )
    assert [seed for _, _, seed in seen] == [7] * 4 + [8] * 4
    assert all(not train & test for train, test, _ in seen)
    assert np.array_equal(np.bincount(held.molecule), np.full(len(data), 2))
    assert np.array_equal(held.measured, data.values[held.molecule])
    assert held.self_assessment is None
    assert rmse(held.predicted["counts"], held.measured) < data.values.std()


def test_the_proxy_stands_beside_its_baselines_and_says_how_far_it_can_be_believed(data, tiny):
    seen, done = [], []
    # Enough members, none of them stopped by what it has not drawn, leave enough molecules to calibrate on.
    settings = tiny.model_copy(update={"members": 4, "patience": 0})
    held = cross_validate(
        data,
        plan("random", data, 2, 1, 0),
        train=trainer(settings, seen),
        baselines={"size": size_alone},
        on_part=lambda: done.append(1),
    )
    assert list(held.predicted) == ["proxy", "size"]
    assert len(done) == 2
    assert np.corrcoef(held.predicted["proxy"], held.measured)[0, 1] > 0.5
    for row, part in zip(held.molecule, held.part, strict=True):
        assert data.smiles[row] not in seen[part][0]
    self_assessment = held.self_assessment
    assert all(near in seen[part][0] for near, part in zip(self_assessment.nearest, held.part, strict=True))
    assert self_assessment.bars.half_widths.shape == (19, len(data))
    assert (self_assessment.similarity < 1).all()
    # The error of so small a proxy does not grow with the distance: it knows no domain.
    assert self_assessment.in_domain is None


def test_molecules_are_in_the_domain_of_the_proxy_that_predicts_them(data, tiny):
    thresholds = iter((0.3, 0.6))
    train = trainer(tiny.model_copy(update={"members": 1, "epochs": 1}))

    def with_domain(part, seed):
        proxy = train(part, seed)
        domain = Domain(threshold=next(thresholds), usual_error=0.5, n=40)
        return Proxy(proxy.info.model_copy(update={"domain": domain}), proxy.ensemble, proxy.training_molecules)

    held = cross_validate(data, plan("random", data, 2, 1, 0), train=with_domain, baselines={})
    similarity, part = held.self_assessment.similarity, np.array(held.part)
    inside = similarity >= np.where(part == part[0], 0.3, 0.6)
    assert np.array_equal(held.self_assessment.in_domain, inside)
    assert 0 < inside.sum() < len(inside)


def test_a_proxy_without_error_bars_has_none_to_judge(data, tiny):
    alone = tiny.model_copy(update={"members": 1})
    held = cross_validate(data, plan("random", data, 2, 1, 0), train=trainer(alone), baselines={})
    assert held.self_assessment.bars is None
    assert held.self_assessment.in_domain is None
    assert np.isfinite(held.self_assessment.similarity).all()


def test_bounds_are_kept_from_baselines_and_from_judging(smiles, values):
    sides = np.where(np.arange(len(smiles)) % 3 == 0, -1, 0)
    data = merge(smiles, values, sides)
    sizes = []

    def counting(train, train_values, test, seed, stereo):
        sizes.append((len(train), len(test)))
        return size_alone(train, train_values, test, seed, stereo)

    held = cross_validate(data, plan("random", data, 2, 1, 0), train=None, baselines={"size": counting})
    exact = int((data.sides == 0).sum())
    assert sum(test for _, test in sizes) == sum(train for train, _ in sizes) == len(held.measured) == exact
    assert sum(held.n_train) == len(data)

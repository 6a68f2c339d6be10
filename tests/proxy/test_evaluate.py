"""Every method is judged on the same held-out molecules."""

import pytest

from molgfn.proxy.data import merge
from molgfn.proxy.evaluate import PROXY, Evaluation, evaluate


@pytest.fixture(scope="module")
def evaluation(smiles, values, tiny) -> Evaluation:
    data = merge(smiles, values)
    return evaluate(data, "scaffold", [1, 2], 0.25, unit="kcal/mol", direction="minimise", settings=tiny)


def test_every_method_is_judged_once_a_seed(evaluation):
    assert next(iter(evaluation.metrics)) == PROXY
    assert {len(metrics) for metrics in evaluation.metrics.values()} == {2}
    assert all(one.mean_std > 0 for one in evaluation.uncertainty)
    for i in range(2):
        sizes = {metrics[i].n for metrics in evaluation.metrics.values()}
        assert len(sizes) == 1
        assert sizes.pop() + evaluation.n_train[i] == 83


def test_size_explains_values_made_of_size(evaluation):
    assert all(metrics.spearman > 0.85 for metrics in evaluation.metrics["number of heavy atoms alone"])

"""The first line admits when a simpler model is better, and names the forest as the choice where it is."""

import pytest

from molgfn.proxy.card.verdict import verdict
from molgfn.proxy.evaluation.bootstrap import Interval
from molgfn.proxy.evaluation.held_out import HeldOutEvaluation

FOREST, SIZE = "random forest on Morgan counts", "number of heavy atoms alone"


def evaluation(own: float, forest: float | None, size: float, half: float = 0.01) -> HeldOutEvaluation:
    values = {"proxy": own, SIZE: size} | ({} if forest is None else {FOREST: forest})
    methods = {name: {"spearman": Interval(value, value - half, value + half)} for name, value in values.items()}
    gains = {
        name: {"spearman": Interval(own - value, own - value - half, own - value + half)}
        for name, value in values.items()
        if name != "proxy"
    }
    return HeldOutEvaluation("scaffold", 5, 1, (1,), (8,), 10, 10, methods, gains, None, None)


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (
            evaluation(0.9, 0.8, 0.3),
            "mine: better than every simpler model (on scaffold splits: Spearman 0.900, random forest on Morgan counts "
            "0.800; difference +0.100 [+0.090, +0.110])",
        ),
        (
            evaluation(0.7, 0.8, 0.3),
            'mine: a random forest on Morgan counts ranks better than this proxy; use it: model = "forest" in '
            "[settings] of the recipe, or in [proxy] of a campaign file (on scaffold splits: Spearman 0.700, random "
            "forest on Morgan counts 0.800; difference -0.100 [-0.110, -0.090])",
        ),
        (
            evaluation(0.795, 0.8, 0.3),
            "mine: a random forest on Morgan counts ranks better than this proxy, but the difference is not "
            'significant; use it: model = "forest" in [settings] of the recipe, or in [proxy] of a campaign file (on '
            "scaffold splits: Spearman 0.795, random forest on Morgan counts 0.800; difference -0.005 "
            "[-0.015, +0.005])",
        ),
        (
            evaluation(0.795, 0.7, 0.8),
            "mine: not significantly better than number of heavy atoms alone (on scaffold splits: Spearman "
            "0.795, number of heavy atoms alone 0.800; difference -0.005 [-0.015, +0.005])",
        ),
        (
            evaluation(0.805, 0.8, 0.3),
            "mine: not significantly better than random forest on Morgan counts (on scaffold splits: "
            "Spearman 0.805, random forest on Morgan counts 0.800; difference +0.005 [-0.005, +0.015])",
        ),
        (
            evaluation(0.7, 0.6, 0.8),
            "mine: number of heavy atoms alone is better than this proxy (on scaffold splits: Spearman 0.700, number "
            "of heavy atoms alone 0.800; difference -0.100 [-0.110, -0.090])",
        ),
        (
            evaluation(0.5, 0.55, 0.8),
            "mine: number of heavy atoms alone is better than this proxy (on scaffold splits: Spearman 0.500, number "
            "of heavy atoms alone 0.800; difference -0.300 [-0.310, -0.290])",
        ),
        (
            evaluation(float("nan"), 0.5, 0.3),
            "mine: this proxy cannot rank: its predictions are all equal (on scaffold splits)",
        ),
        (
            evaluation(0.9, None, float("nan")),
            "mine: better than every simpler model (on scaffold splits: Spearman 0.900, number of heavy atoms alone "
            "undefined)",
        ),
    ],
    ids=[
        "better",
        "the forest is better",
        "the forest may be better",
        "size may be better",
        "no better",
        "size is better",
        "size is better than the forest too",
        "the proxy ranks nothing",
        "beside one that ranks nothing",
    ],
)
def test_the_first_line(found, line):
    assert verdict("mine", found) == line

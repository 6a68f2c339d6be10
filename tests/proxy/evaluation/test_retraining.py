import numpy as np
import pytest

from molgfn.proxy.evaluation.retraining import ENOUGH, compare_proxies
from molgfn.proxy.interfaces import MemberPredictions
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.uncertainty.calibration import LEVELS, Calibration

CALIBRATION = Calibration(scale=0.0, base=1.0, widths=tuple(2 * level for level in LEVELS), n=20)


class Fixed:
    """Says of alkanes what a table says, by their length."""

    def __init__(self, values):
        self._values = np.asarray(values, dtype=float)

    def member_predictions(self, smiles):
        values = self._values[[len(text) - 1 for text in smiles]]
        return MemberPredictions(np.stack([values, values]), np.zeros((2, len(smiles))))

    def arrays(self):
        return {}


def made(proxy, values, **others):
    return Proxy(proxy.info.model_copy(update={"calibration": CALIBRATION, **others}), Fixed(values))


ALKANES = ["C" * n for n in range(1, 41)]
TRUTH = -np.arange(40.0)


def test_what_is_better_is_called_better_and_what_is_worse_worse(proxy):
    noise = np.random.default_rng(0).normal(0, 3, 40)
    good, poor = made(proxy, TRUTH + 0.1 * noise), made(proxy, TRUTH + noise)
    found = compare_proxies(poor, good, ALKANES, TRUTH)
    assert found.after["rmse"] == pytest.approx(0.1 * found.before["rmse"])
    assert found.change["rmse"].value == pytest.approx(found.after["rmse"] - found.before["rmse"])
    assert found.after["coverage_90"] == 1.0
    assert found.before["coverage_90"] == pytest.approx(np.mean(np.abs(noise) <= 1.8))
    assert found.lines()[-1] == "  By its RMSE on these 40 molecules the new proxy is better."
    assert compare_proxies(good, poor, ALKANES, TRUTH).lines()[-1].endswith("the new proxy is worse.")


def test_an_unclear_difference_and_few_molecules_are_named(proxy):
    noise = np.random.default_rng(0).normal(0, 1, (2, 40))
    one, other = (made(proxy, TRUTH + part) for part in noise)
    few = ALKANES[: ENOUGH - 1]
    sentence = compare_proxies(one, other, few, TRUTH[: ENOUGH - 1]).lines()[-1]
    verdict, _, few = sentence.partition(". ")
    assert verdict == "  By its RMSE on these 29 molecules the new proxy is not clearly better or worse"
    assert few == "29 molecules are few: treat this as a first impression."


def test_a_proxy_of_another_quantity_is_judged_by_its_ranks_alone(proxy):
    docking, potency = made(proxy, TRUTH), made(proxy, -TRUTH, unit="pIC50", direction="maximise")
    found = compare_proxies(docking, potency, ALKANES, -TRUTH)
    assert found.before["spearman"] == found.after["spearman"] == pytest.approx(1.0)
    assert np.isnan([found.before[key] for key in ("rmse", "mae", "coverage_90")]).all()
    assert found.after["rmse"] == 0.0
    assert found.as_json()["metrics"]["rmse"]["before"] is None
    assert "By its Spearman" in found.lines()[-1]


def test_one_molecule_and_no_calibration_are_no_trouble(proxy):
    plain = made(proxy, TRUTH, calibration=None)
    found = compare_proxies(plain, plain, ALKANES[:1], TRUTH[:1] + 1)
    assert (found.n, found.before["mae"], found.change["mae"].value) == (1, 1.0, 0.0)
    assert np.isnan(found.after["coverage_90"])
    assert all(found.lines())

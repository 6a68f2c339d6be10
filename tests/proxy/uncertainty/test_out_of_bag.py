"""Error bars and domain come from members that had not seen a molecule, and are those of the whole ensemble."""

import numpy as np
import pytest

from molgfn.proxy.data.training_data import merge
from molgfn.proxy.interfaces import MemberPredictions
from molgfn.proxy.uncertainty.calibration import judge_error_bars
from molgfn.proxy.uncertainty.out_of_bag import fit_reliability, out_of_bag


def alkanols(n: int) -> list[str]:
    return [f"{'C' * (i % 40 + 1)}{'O' * (i // 40 % 2)}C{'N' * (i // 80)}" for i in range(n)]


def told(smiles, values, sides=None):
    data = merge(smiles, values, sides)
    assert len(data) == len(smiles)
    return data


def test_only_members_that_had_not_seen_a_molecule_are_asked():
    values = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [6.0, 6.0, 6.0]])
    seen = np.array([[True, True, True], [False, True, False], [False, True, True]])
    found = out_of_bag(MemberPredictions(values, np.zeros((3, 3))), seen)
    assert found.rows.tolist() == [0, 2]
    assert found.mean.tolist() == [4.0, 2.0]
    # Variance 8 of two members without bias, and two thirds of that for the mean square of three.
    assert found.spread[0] == pytest.approx(np.sqrt(8 * 2 / 3))
    assert np.isnan(found.spread[1])


def test_what_members_have_memorised_does_not_make_error_bars_small():
    """Members that know the molecules they saw by heart, and miss the others by one unit."""
    generator = np.random.default_rng(0)
    n, truth = 240, generator.normal(size=240)
    seen = generator.random((5, n)) < 0.63
    values = np.where(seen, truth, truth + generator.normal(size=n) + 0.3 * generator.normal(size=(5, n)))
    smiles = sorted(alkanols(n))
    data = merge(smiles, np.arange(float(n)))
    data = data.take(np.arange(len(data)))
    data.values[:] = truth[: len(data)]
    member_predictions = MemberPredictions(values[:, : len(data)], np.zeros((5, len(data))))
    calibration, domain = fit_reliability(data, member_predictions, seen[:, : len(data)])
    fresh = generator.normal(size=2000)
    asked = fresh + generator.normal(size=2000) + 0.3 * generator.normal(size=(5, 2000))
    judged = judge_error_bars(calibration.bars(asked.std(0)), fresh - asked.mean(0))
    assert judged.coverage_90 == pytest.approx(0.9, abs=0.05)
    assert domain.usual_error == pytest.approx(np.sqrt(2 / np.pi) * 1.03, rel=0.15)


def test_too_few_molecules_tell_nothing_and_bounds_neither(smiles, values):
    sides = np.ones(len(smiles), dtype=int)
    sides[:19] = 0
    data = merge(smiles, values, sides)
    member_predictions = MemberPredictions(np.zeros((2, len(data))), np.zeros((2, len(data))))
    assert fit_reliability(data, member_predictions, np.zeros((2, len(data)), dtype=bool)) == (None, None)
    assert fit_reliability(merge(smiles, values), member_predictions, np.ones((2, len(data)), dtype=bool)) == (
        None,
        None,
    )


def test_where_no_spread_is_known_the_error_bar_is_one_for_all(smiles, values):
    data = merge(smiles, values)
    seen = np.zeros((2, len(data)), dtype=bool)
    seen[np.arange(len(data)) % 2, np.arange(len(data))] = True
    calibration, _ = fit_reliability(
        data, MemberPredictions(np.stack([data.values + 1] * 2), np.zeros((2, len(data)))), seen
    )
    assert calibration.scale == 0
    assert calibration.base == pytest.approx(1, rel=0.01)

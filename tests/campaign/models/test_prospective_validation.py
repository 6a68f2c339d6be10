import pytest

from molgfn.campaign.models.prospective_validation import prospective_validation
from molgfn.campaign.record.rows import CompoundRow, PredictionRow
from molgfn.campaign.record.store import Store
from molgfn.oracles.interfaces import Failure, Measurement


def batch(path, rows):
    """Make a store with one round; rows are predicted mean, std and what the oracle answered."""
    store = Store.create(path)
    ids = [f"X-{number:06d}" for number in range(len(rows))]
    with store.transaction():
        store.add_compounds(CompoundRow(one, "C", one, (), 1, "proposed", None) for one in ids)
        store.add_predictions(
            PredictionRow(one, 1, mean, std, 0.0, 0.0, "m") for one, (mean, std, _) in zip(ids, rows, strict=True)
        )
        store.send(ids, 1)
    for one, (_, _, answer) in zip(ids, rows, strict=True):
        store.record(Measurement(one, answer) if answer is not None else Failure(one, "x", ""), 1, "kcal/mol")
    return store


def test_predictions_are_judged_against_what_was_measured_later(tmp_path):
    with batch(tmp_path / "s", [(-9, 1, -8.0), (-8, 1, -5.0), (-7, 1, -7.0), (-99, 1, None)]) as store:
        found = prospective_validation(store, 1)
    assert (found.round, found.n) == (1, 3)
    assert found.rmse == pytest.approx((10 / 3) ** 0.5)
    assert found.mean_error == pytest.approx(-4 / 3)
    assert found.within_2_std == pytest.approx(2 / 3)
    assert found.spearman == pytest.approx(0.5)


def test_a_correlation_of_constants_is_none(tmp_path):
    with batch(tmp_path / "s", [(-9, 1, -8.0), (-9, 1, -5.0)]) as store:
        assert prospective_validation(store, 1).spearman is None


def test_nothing_is_judged_where_nothing_was_measured(tmp_path):
    with batch(tmp_path / "s", [(-9, 1, None)]) as store:
        assert prospective_validation(store, 1) is None
        assert prospective_validation(store, 2) is None

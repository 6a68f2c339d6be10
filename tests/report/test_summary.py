import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from molgfn.report.reading import read_run
from molgfn.report.summary import agreement, measured_compounds, spread, summarise_rounds


def summaries(run):
    data = read_run(run)
    return summarise_rounds(data, measured_compounds(data))


def test_rounds_stand_beside_the_data_they_started_from(run):
    start, first, second = summaries(run)
    values = read_run(run).initial_data["value"]
    assert (start.round, start.sent, start.value.n) == (0, 0, 30)
    assert start.value.mean == pytest.approx(values.mean())
    assert start.value.sd == pytest.approx(np.std(values, ddof=1))
    assert (first.sent, first.failed, first.value.n) == (5, 1, 4)
    assert (second.sent, second.failed, second.value.n) == (5, 0, 4)


def test_best_and_mean_are_those_of_the_measurements(run):
    data = read_run(run)
    values = data.measurements.groupby("round")["value"]
    for one in summaries(run)[1:]:
        assert one.best == values.min()[one.round]
        assert one.value.mean == pytest.approx(values.mean()[one.round])


def test_size_and_efficiency_are_those_of_the_molecules(run):
    data = read_run(run)
    measured = measured_compounds(data)
    heavy = [Chem.MolFromSmiles(smiles).GetNumHeavyAtoms() for smiles in measured["smiles"]]
    assert list(measured["heavy_atoms"]) == heavy
    np.testing.assert_allclose(measured["efficiency"], -measured["oracle_value"] / heavy)


def test_molecules_measured_in_round_0_belong_to_the_initial_data(run, change):
    change(run, "UPDATE compounds SET batch_round = 0 WHERE batch_round = 1", "DELETE FROM initial_data")
    start, second = summaries(run)
    assert (start.round, start.sent, start.failed, start.value.n) == (0, 5, 1, 4)
    assert second.round == 2
    assert math.isnan(second.beyond_size), "four molecules give no line"


def test_a_gain_that_is_size_alone_is_nothing_at_equal_size(run, change):
    data = read_run(run)
    for table, key in (("initial_data", "smiles"), ("compounds", "compound_id")):
        for row in getattr(data, table).to_dict("records"):
            value = -0.3 * Chem.MolFromSmiles(row["smiles"]).GetNumHeavyAtoms() - 1
            target = "initial_data" if table == "initial_data" else "measurements"
            change(run, f"UPDATE {target} SET value = {value} WHERE {key} = '{row[key]}'")
    for one in summaries(run):
        assert one.beyond_size == pytest.approx(0, abs=1e-9)


def test_predictions_are_those_made_before_measuring(run, change):
    before = summaries(run)
    columns = "compound_id, 9, value, 0, 0, 0, '', NULL, NULL, '', property, unit"
    change(run, f"INSERT INTO predictions SELECT {columns} FROM measurements")
    assert [one.agreement for one in summaries(run)] == [one.agreement for one in before]
    assert before[1].agreement.n == 4


def test_a_run_that_measured_nothing_has_its_initial_data_alone(make_run):
    (start,) = summaries(make_run(rounds=0))
    assert start.value.n == 30
    assert start.agreement.n == 0
    assert math.isnan(start.agreement.rmse)


def test_nothing_at_all_is_summarised_as_nothing(make_run, change):
    run = make_run(rounds=0)
    change(run, "DELETE FROM initial_data")
    (start,) = summaries(run)
    assert start.value.n == 0
    assert math.isnan(start.value.mean)
    assert math.isnan(start.best)


def test_a_failed_compound_counts_in_no_mean(run, change):
    before = summaries(run)[1]
    measured = "SELECT NULL, compound_id, round, 'docking score', 99, 'kcal/mol', '', 1, '' FROM failures"
    change(run, f"INSERT INTO measurements {measured}")
    assert summaries(run)[1] == before


def test_spread_of_one_number_has_no_deviation():
    one = spread(pd.Series([3.0, np.nan]))
    assert (one.n, one.mean) == (1, 3.0)
    assert math.isnan(one.sd)


@given(st.lists(st.floats(-20, 0), min_size=3, max_size=20, unique=True), st.floats(-3, 3))
def test_a_constant_shift_is_bias_and_leaves_the_order(values, shift):
    measured = pd.Series(values)
    found = agreement(measured + shift, measured)
    assert found.n == len(values)
    assert found.bias == pytest.approx(shift, abs=1e-9)
    assert found.rmse == pytest.approx(abs(shift), abs=1e-9)


def test_spearman_is_the_correlation_of_ranks():
    measured = pd.Series([-9.0, -8.0, -7.0, -6.0])
    assert agreement(pd.Series([-1.0, -0.9, -0.8, 40.0]), measured).spearman == pytest.approx(1)
    assert agreement(-measured, measured).spearman == pytest.approx(-1)
    assert math.isnan(agreement(pd.Series([1.0, 1.0, 1.0, 1.0]), measured).spearman)
    assert math.isnan(agreement(measured[:2], measured[:2]).spearman)


def test_initial_data_in_another_unit_are_in_no_mean_and_no_plot(run, change):
    change(run, "UPDATE initial_data SET unit = 'pIC50', value = 8")
    measured = measured_compounds(read_run(run))
    assert set(measured["round"]) == {1, 2}
    assert set(measured["oracle_unit"]) == {"kcal/mol"}
    start = summaries(run)[0]
    assert (start.round, start.value.n) == (0, 0)
    assert all(np.isnan(one.beyond_size) for one in summaries(run))


def test_a_batch_is_counted_by_what_first_proposed_its_compounds(run, change):
    [_, first, _] = summaries(run)
    assert first.sources == {"round_001": 5}
    change(run, "UPDATE predictions SET source_model = 'checkpoints/round_001/flow; inputs/proxy' WHERE round = 1")
    sent = "SELECT compound_id FROM compounds WHERE batch_round = 1 ORDER BY compound_id LIMIT 2"
    change(run, f"UPDATE predictions SET source_model = 'tree search; inputs/proxy' WHERE compound_id IN ({sent})")
    [_, first, _] = summaries(run)
    assert first.sources == {"flow network": 3, "tree search": 2}

import sqlite3
from contextlib import closing

import numpy as np
import pandas as pd
from rdkit import Chem

from molgfn.chem.properties import PROPERTY_NAMES, properties
from molgfn.report.candidates import candidate_table, rejected_table
from molgfn.report.columns import CANDIDATE_COLUMNS


def test_there_is_one_row_for_each_compound_in_the_order_of_rank(run):
    table = candidate_table(run)
    assert list(table.columns) == [column.name for column in CANDIDATE_COLUMNS]
    assert len(table) == table["compound_id"].nunique() == 16
    assert list(table["rank"].dropna()) == list(range(1, 9))
    assert list(table["rank_predicted"].dropna()) == list(range(1, 8))


def test_the_measured_are_ranked_by_value_and_the_others_by_prediction(run):
    table = candidate_table(run)
    measured = table[table["status"] == "completed"]
    assert measured["oracle_value"].is_monotonic_increasing
    assert measured["rank"].notna().all()
    assert measured["rank_predicted"].isna().all()
    predicted = table[table["status"].isin(["proposed", "pending"])]
    assert predicted["pred_mean"].is_monotonic_increasing
    assert predicted["rank"].isna().all()
    assert predicted["rank_predicted"].notna().all()
    failed = table[table["status"] == "failed"]
    assert failed[["rank", "rank_predicted"]].isna().all(axis=None)
    assert list(table["compound_id"]) == [*measured["compound_id"], *predicted["compound_id"], *failed["compound_id"]]


def test_a_prediction_however_good_is_never_ranked_before_a_value(run, change):
    change(run, "UPDATE predictions SET pred_mean = -99")
    table = candidate_table(run)
    assert set(table.loc[table["rank"].notna(), "status"]) == {"completed"}
    assert table["oracle_value"].iloc[0] == table["oracle_value"].min()


def test_higher_is_better_where_the_campaign_maximises(make_run):
    table = candidate_table(make_run(best=9.0, worst=5.0))
    assert table.loc[table["rank"].notna(), "oracle_value"].is_monotonic_decreasing
    assert table.loc[table["rank_predicted"].notna(), "pred_mean"].is_monotonic_decreasing


def test_ties_are_in_the_order_of_the_ids_and_no_estimate_comes_before_failed(run, change):
    change(run, "UPDATE predictions SET pred_mean = -8", "DELETE FROM measurements")
    change(run, "DELETE FROM predictions WHERE compound_id = 'PARP1-000001'")
    table = candidate_table(run)
    alive = table[table["status"] != "failed"]
    assert list(alive["compound_id"]) == [*sorted(set(alive["compound_id"]) - {"PARP1-000001"}), "PARP1-000001"]
    assert table["status"].iloc[-1] == "failed"


def test_a_failure_is_never_a_number(run, change):
    # even where a number stands in the store
    change(
        run,
        "INSERT INTO measurements SELECT NULL, compound_id, round, 'x', 0.0, 'kcal/mol', '', 1, '' FROM failures",
    )
    table = candidate_table(run)
    failed = table[table["status"] == "failed"]
    assert len(failed) == 1
    assert failed[["oracle_value", "ligand_efficiency"]].isna().all(axis=None)
    assert (failed["oracle_unit"] == "").all()


def test_what_was_never_measured_has_no_value_and_no_unit(run):
    table = candidate_table(run)
    other = table[table["status"].isin(["proposed", "pending"])]
    assert len(other) == 7
    assert other[["oracle_value", "ligand_efficiency"]].isna().all(axis=None)
    assert (other[["oracle_unit", "docked_smiles"]] == "").all(axis=None)
    assert other["charge"].isna().all()


def test_the_charge_is_that_of_what_was_docked(run, change):
    first, second = candidate_table(run).query("status == 'completed'")["compound_id"][:2]
    change(run, f"UPDATE measurements SET docked_smiles = 'C[NH3+]' WHERE compound_id = '{first}'")
    change(run, f"UPDATE measurements SET docked_smiles = 'a name' WHERE compound_id = '{second}'")
    charges = candidate_table(run).set_index("compound_id")["charge"]
    assert charges[first] == 1
    assert charges[[second]].isna().all()


def test_ligand_efficiency_is_energy_per_heavy_atom(run):
    table = candidate_table(run).query("status == 'completed'")
    heavy = [Chem.MolFromSmiles(smiles).GetNumHeavyAtoms() for smiles in table["smiles"]]
    np.testing.assert_allclose(table["ligand_efficiency"], -table["oracle_value"] / heavy)
    assert (table["oracle_unit"] == "kcal/mol").all()


def test_ligand_efficiency_is_empty_where_the_value_is_no_energy(make_run):
    table = candidate_table(make_run(unit="pIC50"))
    assert set(table["oracle_unit"]) == {"pIC50", ""}
    assert table["ligand_efficiency"].isna().all()


def test_structure_columns_are_those_of_the_smiles(run):
    row = candidate_table(run).iloc[0]
    expected = properties(Chem.MolFromSmiles(row["smiles"]))
    for name in PROPERTY_NAMES:
        assert row[name] == getattr(expected, name), name
    assert row["blocks"] == "c1ccccc1 | C=O"


def test_the_latest_prediction_and_measurement_count(run, change):
    change(
        run,
        "INSERT INTO predictions VALUES('PARP1-000001', 2, -9.5, 0.1, 9.6, -0.5, 'round_002', NULL, NULL, '', "
        "'measured value', 'kcal/mol')",
        "INSERT INTO measurements VALUES(NULL, 'PARP1-000001', 2, 'docking score', -11.0, 'kcal/mol', 'C', 1, '')",
    )
    row = candidate_table(run).set_index("compound_id").loc["PARP1-000001"]
    assert row["pred_mean"] == -9.5
    assert row["source_model"] == "round_002"
    assert row["oracle_value"] == -11
    assert row["rank"] == 1
    assert row["round"] == 1


def test_the_nearest_training_molecule_is_named_by_its_id_where_it_has_one(run, change):
    table = candidate_table(run)
    second = table[table["round"] == 2]
    assert set(second["nn_compound_id"]) == {"PARP1-000001"}
    assert set(second["nn_smiles"]) == set(table.loc[table["compound_id"] == "PARP1-000001", "smiles"])
    assert set(table.loc[table["round"] == 1, "nn_compound_id"]) == {""}
    assert list(table["in_domain"]) == ["yes" if mean < -8 else "no" for mean in table["pred_mean"]]
    change(run, "UPDATE predictions SET in_domain = NULL, nn_similarity = NULL, nn_smiles = ''")
    unknown = candidate_table(run)
    assert set(unknown["in_domain"]) == set(unknown["nn_compound_id"]) == {""}
    assert unknown["nn_similarity"].isna().all()


def test_a_run_without_proposals_has_an_empty_table_of_the_same_types(make_run, run):
    empty = candidate_table(make_run(rounds=0, name="empty"))
    assert len(empty) == 0
    assert list(empty.dtypes) == list(candidate_table(run).dtypes)


def test_rejected_molecules_keep_their_reasons(run):
    table = rejected_table(run)
    assert list(table.columns) == ["round", "smiles", "reasons"]
    assert list(table["round"]) == [1, 2]
    assert set(table["reasons"]) == {"mw 108.1 is below 200; alert PAINS: quinone_A(370)"}


def test_reading_does_not_disturb_a_writer(run):
    with closing(sqlite3.connect(run / "campaign.sqlite", timeout=0)) as writer, writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE compounds SET status = 'abandoned'")
        assert "abandoned" not in set(candidate_table(run)["status"])
    assert set(candidate_table(run)["status"]) == {"abandoned"}


def test_numbers_are_numbers(run):
    table = candidate_table(run)
    for column in CANDIDATE_COLUMNS:
        is_number = pd.api.types.is_numeric_dtype(table[column.name])
        assert is_number == (column.type != "text"), column.name

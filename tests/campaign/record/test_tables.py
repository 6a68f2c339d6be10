import csv
import json

import pytest

from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.campaign.record.store import Store
from molgfn.campaign.record.tables import (
    BATCH_COLUMNS,
    PROPOSED_COLUMNS,
    RESULT_COLUMNS,
    write_proxy_card,
    write_round_tables,
)
from tests.campaign.stand_ins import StandIns, start


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    return RunDirectory(start(folder, StandIns(folder / "asked")))


def read(run, round_number, name):
    with (run.round(round_number) / name).open(newline="") as file:
        reader = csv.DictReader(file)
        return tuple(reader.fieldnames), list(reader)


@pytest.mark.parametrize(
    ("name", "columns"),
    [("proposed.csv", PROPOSED_COLUMNS), ("batch.csv", BATCH_COLUMNS), ("results.csv", RESULT_COLUMNS)],
)
@pytest.mark.parametrize("round_number", [0, 1, 2])
def test_tables_have_their_columns_and_are_ordered_by_id(run, round_number, name, columns):
    header, rows = read(run, round_number, name)
    assert header == columns
    ids = [row["compound_id"] for row in rows]
    assert ids
    assert ids == sorted(set(ids))


def test_every_compound_of_a_batch_has_its_result(run):
    with Store.read(run.database) as store:
        values = {row.compound_id: row.value for row in store.measurements()}
        codes = {row.compound_id: row.code for row in store.failures()}
    for number in (0, 1, 2):
        _, results = read(run, number, "results.csv")
        assert [row["compound_id"] for row in results] == [
            row["compound_id"] for row in read(run, number, "batch.csv")[1]
        ]
        for row in results:
            if row["status"] == "completed":
                assert float(row["value"]) == values[row["compound_id"]]
                assert (row["unit"], row["code"]) == ("kcal/mol", "")
                score = f"{values[row['compound_id']]:.3f}"
                assert row["docked_species"] == f"{row['smiles']} {score} | {row['smiles']} too big"
            else:
                assert (row["value"], row["code"]) == ("", codes[row["compound_id"]])


def test_a_batch_was_proposed_in_its_round(run):
    for number in (1, 2):
        proposed = {row["compound_id"]: row["acquisition"] for row in read(run, number, "proposed.csv")[1]}
        for row in read(run, number, "batch.csv")[1]:
            assert row["acquisition"] == proposed[row["compound_id"]]


def test_tables_are_a_function_of_the_store(run):
    before = {path: path.read_bytes() for path in run.round(1).iterdir()}
    for path in before:
        path.unlink()
    with Store.read(run.database) as store:
        write_round_tables(run, store, 1)
    assert {path: path.read_bytes() for path in run.round(1).iterdir()} == before


def test_the_card_names_the_latest_proxy_and_how_well_each_foresaw(run):
    card = json.loads(run.proxy_card.read_text())
    assert card["folder"] == "checkpoints/round_002/proxy"
    assert [row["round"] for row in card["rounds"]] == [1, 2]
    assert card["initial_molecules"] == 0
    with Store.read(run.database) as store:
        assert card["measured_molecules"] == len(store.measurements())
        write_proxy_card(run, store)
    assert json.loads(run.proxy_card.read_text()) == card

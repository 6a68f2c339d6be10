import pytest

from molgfn.assay.registered import RegisteredCompounds
from molgfn.assay.table_import import ReadingOptions, read_assay
from molgfn.campaign.lab.values import Example, lab_rows, lab_rows_in, rows_of_table, with_lab
from molgfn.campaign.record.rows import CompoundRow, LabRow, RetrainingRow
from molgfn.campaign.record.store import Store
from molgfn.errors import DataError
from molgfn.proxy.data.compound_key import compound_key

PHENOL = CompoundRow("X-000001", "Oc1ccccc1", "ISWSIDIOOBJBQZ-UHFFFAOYSA-N", (), 1, "completed", 1)


def row(version, key, value, held_out=False, side=0):
    return LabRow(version, key, {"A": "CCO", "B": "CCN"}[key], "", "", value, side, 1.0, held_out)


def rows(tmp_path, text, earlier=(), trained_on=()):
    (tmp_path / "lab.csv").write_text(text)
    registered = RegisteredCompounds({PHENOL.compound_id: PHENOL.smiles})
    assay = read_assay(tmp_path / "lab.csv", ReadingOptions(registered=registered))
    return rows_of_table(assay, 2, [PHENOL], earlier, trained_on)


def test_compounds_are_joined_by_id_or_by_structure_never_by_position(tmp_path):
    text = "id,smiles,pIC50\nL1,CCCCO,5\nX-000001,,6\nX-000001,[O-]c1ccccc1.[Na+],6.2\nL2,c1ccccc1O,6.4\nX-9,CCCCN,>4\n"
    alcohol, phenol, amine = rows(tmp_path, text)
    assert (alcohol.compound_id, alcohol.lab_id) == ("", "L1")
    assert (phenol.compound_id, phenol.lab_id, phenol.n) == ("X-000001", "L2", 3.0)
    assert phenol.value == pytest.approx(6.2)
    assert phenol.key == compound_key(PHENOL.smiles) == "ISWSIDIOOBJBQZ"
    assert (amine.lab_id, amine.side, amine.version) == ("X-9", 1, 2)


def test_an_id_of_another_run_is_seen_by_its_structure_which_counts(tmp_path):
    # The same id in another run is another molecule: here ethanol, and once phenol under an id of that run.
    text = "id,smiles,pIC50\nX-000001,CCO,5\nX-000002,Oc1ccccc1,6\nX-000001,,7\nL1,CCCO,5.5\n"
    ethanol, phenol, propanol = rows(tmp_path, text)
    assert (ethanol.smiles, ethanol.compound_id, ethanol.lab_id, ethanol.value) == ("CCO", "", "", 5.0)
    assert (phenol.compound_id, phenol.lab_id, phenol.value) == ("X-000001", "X-000002", 6.5)
    assert (propanol.compound_id, propanol.lab_id) == ("", "L1")


@pytest.mark.parametrize("written", ["x-000001", "X-000001-B2", "X-000001_01", "X-000001 batch 3", "x-000001.hcl"])
def test_ids_are_read_as_labs_write_them(tmp_path, written):
    (phenol,) = rows(tmp_path, f"id,smiles,pIC50\n{written},,6\n")
    assert (phenol.compound_id, phenol.smiles) == ("X-000001", PHENOL.smiles)


def test_an_id_that_goes_on_with_digits_is_another(tmp_path):
    with pytest.raises(DataError, match="no usable row"):
        rows(tmp_path, "id,smiles,pIC50\nX-0000011,,6\n")


def test_a_fifth_is_held_out_and_never_what_a_proxy_has_learnt(tmp_path):
    text = "smiles,pIC50\n" + "".join(f"{'C' * n}{tail},5\n" for n in range(1, 120) for tail in ("O", "N", "F"))
    found = rows(tmp_path, text)
    held_out = {one.key for one in found if one.held_out}
    assert 0.12 < len(held_out) / len(found) < 0.28
    again = rows(tmp_path, text, trained_on=held_out)
    assert not any(one.held_out for one in again)
    decided = [one for one in rows(tmp_path, text, earlier=found, trained_on=held_out) if one.held_out]
    assert {one.key for one in decided} == held_out


def test_the_latest_table_counts_and_those_of_another_quantity_stay_apart(tmp_path):
    with Store.create(tmp_path / "campaign.sqlite") as store, store.transaction():
        for version, unit in ((1, "pIC50"), (2, "pIC50"), (3, "pKi")):
            record = RetrainingRow(version, 1, "f", "b", unit, "maximise", unit == "pIC50", "lab.csv", "ab", "now")
            values = {1: [row(1, "A", 5.0), row(1, "B", 6.0)], 2: [row(2, "B", 7.0)], 3: [row(3, "A", 9.0)]}
            store.add_retraining(record, values[version])
        assert [(one.key, one.value) for one in lab_rows(store)] == [("A", 5.0), ("B", 7.0)]
        assert lab_rows_in(store, "pIC50", "maximise") == lab_rows(store)
        assert [(one.key, one.value) for one in lab_rows_in(store, "pKi", "maximise")] == [("A", 9.0)]


def test_the_lab_replaces_what_was_known_and_what_is_held_out_is_left_out():
    known = [Example("CCO", 1.0), Example("CCN", 2.0), Example("CCC", 3.0)]
    lab = [
        LabRow(1, compound_key("CCO"), "CCO", "", "", 8.0, -1, 2.0, False),
        LabRow(1, compound_key("CCN"), "CCN", "", "", 9.0, 0, 1.0, True),
    ]
    assert with_lab(known, lab, "merge") == [Example("CCC", 3.0), Example("CCO", 8.0, -1, 2.0)]
    assert with_lab(known, [], "merge") == known


def test_stereoisomers_of_a_table_are_rows_of_their_own_where_they_are_kept(tmp_path):
    design = CompoundRow("X-000002", "CC(N)CO", "BKMMTJMQCTUHRP-UHFFFAOYSA-N", (), 1, "completed", 1)
    (tmp_path / "lab.csv").write_text("id,smiles,pIC50\nL1,C[C@@H](N)CO,8\nL2,C[C@H](N)CO,5\n")
    keys = {}
    for stereo in ("merge", "keep"):
        assay = read_assay(tmp_path / "lab.csv", ReadingOptions(stereo=stereo))
        lab_rows_read = rows_of_table(assay, 1, [design], [], [])
        assert {row.compound_id for row in lab_rows_read} == {"X-000002"}
        keys[stereo] = [row.key for row in lab_rows_read]
    assert keys["merge"] == ["BKMMTJMQCTUHRP"]
    assert sorted(key.partition("-")[0] for key in keys["keep"]) == ["BKMMTJMQCTUHRP"] * 2
    known = [Example("CC(N)CO", 6.0), Example("C[C@@H](N)CO", 7.0)]
    lab = [LabRow(1, compound_key("C[C@@H](N)CO", "keep"), "C[C@@H](N)CO", "", "", 8.0, 0, 1.0, False)]
    assert with_lab(known, lab, "keep") == [Example("CC(N)CO", 6.0), Example("C[C@@H](N)CO", 8.0)]

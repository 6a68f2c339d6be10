import csv

import numpy as np
import pytest

from molgfn.errors import ConfigError, DataError
from molgfn.progress import SilentProgress
from molgfn.proxy import score_file as scoring
from molgfn.proxy.data.training_data import merge
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.score_file import score_file
from molgfn.proxy.uncertainty.domain import Domain


def scored(proxy, tmp_path, name, text, column="", **options):
    file, out = tmp_path / name, tmp_path / "out.csv"
    file.write_text(text, encoding="utf-8")
    counts = score_file(proxy, file, out, SilentProgress(), column, **options)
    with out.open(encoding="utf-8", newline="") as handle:
        return counts, list(csv.DictReader(handle))


def test_every_row_is_in_the_table_in_order_with_its_own_columns(proxy, tmp_path, monkeypatch):
    monkeypatch.setattr(scoring, "_PIECE", 2)
    text = "id;Smiles;note\na;CCO;x\nb;nonsense;=1+1\nc;CC(=O)[O-].[Na+];\nd;c1ccccc1;y;extra\ne;;\nf;CCN;z\n"
    counts, rows = scored(proxy, tmp_path, "library.csv", text)
    assert (counts.molecules, counts.failed) == (3, 3)
    assert [row["id"] for row in rows] == ["a", "b", "c", "d;c1ccccc1;y;extra", "e", "f"]
    assert [bool(row["error"]) for row in rows] == [False, True, False, True, True, False]
    assert rows[1]["error"] == "line 3: not a valid SMILES: 'nonsense'"
    assert rows[1]["note"] == "'=1+1"
    assert rows[3]["error"] == "line 5: 4 cells, but the header has 3"
    means = [float(rows[i]["pred_mean"]) for i in (0, 2, 5)]
    assert means == pytest.approx(proxy.predict(["CCO", "CC(=O)O", "CCN"]).mean.tolist(), abs=1e-4)
    assert all(row["unit"] == "kcal/mol" for row in rows)
    assert rows[1]["in_domain"] == rows[1]["nn_similarity"] == rows[1]["nn_smiles"] == ""


def test_a_row_with_a_cell_that_is_too_long_is_told_and_the_table_can_be_read_again(proxy, tmp_path):
    text = f"id,smiles,note\na,CCO,x\nb,CCN,{'y' * 200_000}\nc,CCC,z\n"
    counts, rows = scored(proxy, tmp_path, "library.csv", text)
    assert (counts.molecules, counts.failed) == (2, 1)
    assert rows[1]["error"] == "line 3: column 3 (note): a cell of more than 131,072 characters, which is the limit"
    assert rows[1]["id"].startswith("b,CCN,yyy")


def test_rows_say_whether_the_proxy_knows_the_like(proxy, smiles, tmp_path):
    domain = Domain(threshold=0.5, usual_error=0.1, n=20)
    sure = Proxy(proxy.info.model_copy(update={"domain": domain}), proxy.ensemble, proxy.training_molecules)
    text = f"CCCCCCCCCCCCCCCCCCBr\nnonsense\n{smiles[0]}\n"
    _, rows = scored(sure, tmp_path, "library.smi", text)
    assert [row["in_domain"] for row in rows] == ["no", "", "yes"]
    assert (rows[2]["nn_smiles"], rows[2]["nn_similarity"]) == (smiles[0], "1.0")
    assert rows[0]["nn_smiles"] in smiles
    assert 0 < float(rows[0]["nn_similarity"]) < 0.5
    earlier = Proxy(proxy.info, proxy.ensemble)
    _, rows = scored(earlier, tmp_path, "library.smi", text)
    assert {row[name] for row in rows for name in ("in_domain", "nn_similarity", "nn_smiles")} == {""}
    assert rows[2]["pred_mean"]


def test_predictions_far_beyond_the_training_values_are_marked(proxy, smiles, tmp_path):
    values = proxy.predict(smiles[:20]).mean
    few = merge(smiles[:20], values)
    narrow = Proxy(proxy.info, proxy.ensemble, few)
    _, rows = scored(narrow, tmp_path, "library.smi", f"{'C' * 60}\n{few.smiles[3]}\nnonsense\n")
    assert [row["extrapolated"] for row in rows] == ["yes", "", ""]


def test_what_the_proxy_cannot_say_is_blank_and_told(proxy, smiles, tmp_path):
    messages = []
    domain = Domain(threshold=0.0, usual_error=0.1, n=20)
    info = proxy.info.model_copy(update={"domain": domain, "calibration": None})
    bare = Proxy(info, proxy.ensemble, proxy.training_molecules)
    progress = SilentProgress()
    progress.log = messages.append
    (tmp_path / "few.smi").write_text(f"{smiles[0]}\nC[Si](C)(C)C\n")
    score_file(bare, tmp_path / "few.smi", tmp_path / "out.csv", progress)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as handle:
        near, far = csv.DictReader(handle)
    assert (near["pred_std"], near["in_domain"], near["nn_similarity"]) == ("", "", "1.0")
    assert (far["pred_std"], far["in_domain"]) == ("", "no")
    assert near["pred_mean"]
    assert [line.split(":")[1] for line in messages] == [" no error bars", " no domain"]


def test_lists_of_smiles_and_single_columns_are_read_too(proxy, tmp_path):
    for name, text in (("library.smi", "CCO ethanol\n\nCCN\n"), ("library.csv", "SMILES\nCCO\nCCN\n")):
        counts, rows = scored(proxy, tmp_path, name, text)
        assert counts.molecules == 2
        assert np.array([float(row["pred_mean"]) for row in rows]) == pytest.approx(
            proxy.predict(["CCO", "CCN"]).mean, abs=1e-4
        )


@pytest.mark.parametrize(
    ("name", "text", "column"),
    [
        ("names.txt", "ID\tSMILES\nA0\tCCO\nA1\tCCN\n", "SMILES"),
        ("names.txt", "ID\tSMILES\nA0\tCCO\nA1\tCCN\n", ""),
        ("comma.smi", "CCO,A0\nCCN,A1\n", ""),
        ("semicolon.csv", "ID;Canonical_SMILES;MW\nA0;CCO;46,1\nA1;CCN;45,1\n", ""),
    ],
)
def test_files_of_every_form_are_scored(proxy, tmp_path, name, text, column):
    counts, rows = scored(proxy, tmp_path, name, text, column)
    assert (counts.molecules, counts.failed) == (2, 0)
    assert [row.get("ID", row.get("name")) for row in rows] == ["A0", "A1"]


def test_a_file_without_a_molecule_is_an_error_that_shows_the_rows(proxy, tmp_path):
    with pytest.raises(DataError) as caught:
        scored(proxy, tmp_path, "names.csv", "smiles,id\n" + "what?,1\n" * 7)
    assert caught.value.message.endswith("names.csv: none of its 7 rows holds a molecule that can be scored.")
    assert "line 2: not a valid SMILES: 'what?'" in caught.value.hint
    assert "and 2 more" in caught.value.hint
    assert not (tmp_path / "out.csv").exists()


def test_numbers_of_the_file_stay_numbers_and_what_a_spreadsheet_would_run_does_not(proxy, tmp_path):
    text = 'smiles,docking,shift,"=HYPERLINK(""http://x"")"\nCCO,-9.6,"-0,35",@SUM(A1)\n'
    _, (row,) = scored(proxy, tmp_path, "library.csv", text)
    assert (row["docking"], row["shift"]) == ("-9.6", "-0,35")
    assert row['\'=HYPERLINK("http://x")'] == "'@SUM(A1)"


def test_columns_that_the_file_has_already_are_kept_beside_the_new_ones(proxy, tmp_path):
    _, (row,) = scored(proxy, tmp_path, "first.csv", "smiles,Unit,pred_mean\nCCO,nM,5.5\n")
    assert (row["Unit"], row["pred_mean"], row["unit_2"]) == ("nM", "5.5", "kcal/mol")
    assert row["pred_mean_2"]
    assert [name for name in row if name.startswith("pred_std")] == ["pred_std"]
    _, (again,) = scored(proxy, tmp_path, "again.csv", (tmp_path / "out.csv").read_text())
    assert len(again) == len(row) + len(scoring.ADDED)
    assert again["pred_mean_3"] == again["pred_mean_2"] == row["pred_mean_2"]


@pytest.mark.parametrize("direction", ["minimise", "maximise"])
def test_sorted_the_best_come_first_and_rows_without_a_prediction_last(proxy, smiles, tmp_path, direction):
    either = Proxy(proxy.info.model_copy(update={"direction": direction}), proxy.ensemble, proxy.training_molecules)
    lines = ["what?,0", *(f"{text},{number}" for number, text in enumerate([*smiles[:9], *smiles[:9]], start=1)), ",99"]
    _, rows = scored(either, tmp_path, "library.csv", "smiles,n\n" + "\n".join(lines), best_first=True)
    means = [float(row["pred_mean"]) for row in rows[:-2]]
    assert means == sorted(means, reverse=direction == "maximise")
    assert [row["n"] for row in rows[-2:]] == ["0", "99"]
    places = {row["n"]: place for place, row in enumerate(rows)}
    assert all(places[str(number)] < places[str(number + 9)] for number in range(1, 10))


def test_the_input_is_never_overwritten(proxy, tmp_path):
    table, link = tmp_path / "t.csv", tmp_path / "link.csv"
    table.write_text("smiles\nCCO\n")
    link.symlink_to(table)
    for path, out in ((table, table), (table, link), (link, table), (table, tmp_path / "x" / ".." / "t.csv")):
        with pytest.raises(ConfigError, match="which would be overwritten"):
            score_file(proxy, path, out, SilentProgress())
    assert table.read_text() == "smiles\nCCO\n"


def test_the_column_can_be_named(proxy, tmp_path):
    text = "drug,id\nCCO,1\n"
    with pytest.raises(DataError, match=r"no column has a name that means structures\. Found: drug, id\."):
        scored(proxy, tmp_path, "library.csv", text)
    with pytest.raises(DataError, match="Did you mean `drug`"):
        scored(proxy, tmp_path, "library.csv", text, "drugs")
    assert not (tmp_path / "out.csv").exists()
    assert scored(proxy, tmp_path, "library.csv", text, "drug")[0].molecules == 1


def test_configuration_counts_where_stereoisomers_are_kept(keeping, proxy, tmp_path):
    text = "C[C@@H](N)CO\nC[C@H](N)CO\nC[C@H](N)CO.Cl\n"
    _, (r, s, salt) = scored(keeping, tmp_path, "library.smi", text)
    assert float(r["pred_mean"]) > float(s["pred_mean"]) + 1
    assert (salt["pred_mean"], salt["nn_smiles"], salt["nn_similarity"]) == (s["pred_mean"], "C[C@H](N)CO", "1.0")
    _, (r, s, _) = scored(proxy, tmp_path, "library.smi", text)
    assert r["pred_mean"] == s["pred_mean"]

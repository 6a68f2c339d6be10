import csv

import numpy as np
import pytest

from molgfn.errors import DataError
from molgfn.progress import SilentProgress
from molgfn.proxy import score_file as scoring
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.score_file import score_file
from molgfn.proxy.uncertainty.domain import Domain


def scored(proxy, tmp_path, name, text, column=""):
    file, out = tmp_path / name, tmp_path / "out.csv"
    file.write_text(text, encoding="utf-8")
    counts = score_file(proxy, file, out, SilentProgress(), column)
    with out.open(encoding="utf-8", newline="") as handle:
        return counts, list(csv.DictReader(handle))


def test_every_row_is_in_the_table_in_order_with_its_own_columns(proxy, tmp_path, monkeypatch):
    monkeypatch.setattr(scoring, "_PIECE", 2)
    text = "id;Smiles;note\na;CCO;x\nb;nonsense;=1+1\nc;CC(=O)[O-].[Na+];\nd;c1ccccc1;y;extra\ne;;\nf;CCN;z\n"
    counts, rows = scored(proxy, tmp_path, "library.csv", text)
    assert (counts.molecules, counts.failed) == (3, 3)
    assert [row["id"] for row in rows] == ["a", "b", "c", "d;c1ccccc1;y;extra", "e", "f"]
    assert [bool(row["error"]) for row in rows] == [False, True, False, True, True, False]
    assert rows[1]["error"] == "not a valid SMILES: 'nonsense'"
    assert rows[1]["note"] == "'=1+1"
    assert rows[3]["error"] == "4 cells, but the header has 3"
    means = [float(rows[i]["pred_mean"]) for i in (0, 2, 5)]
    assert means == pytest.approx(proxy.predict(["CCO", "CC(=O)O", "CCN"]).mean.tolist(), abs=1e-4)
    assert all(row["unit"] == "kcal/mol" for row in rows)
    assert rows[1]["in_domain"] == rows[1]["nn_similarity"] == rows[1]["nn_smiles"] == ""


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


def test_what_the_proxy_cannot_say_is_blank_and_told(proxy, smiles, tmp_path):
    heard = []
    domain = Domain(threshold=0.0, usual_error=0.1, n=20)
    info = proxy.info.model_copy(update={"domain": domain, "calibration": None})
    bare = Proxy(info, proxy.ensemble, proxy.training_molecules)
    progress = SilentProgress()
    progress.log = heard.append
    (tmp_path / "few.smi").write_text(f"{smiles[0]}\n[SiH3]O[SiH3]\n")
    score_file(bare, tmp_path / "few.smi", tmp_path / "out.csv", progress)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as handle:
        near, far = csv.DictReader(handle)
    assert (near["pred_std"], near["in_domain"], near["nn_similarity"]) == ("", "", "1.0")
    assert (far["pred_std"], far["in_domain"]) == ("", "no")
    assert near["pred_mean"]
    assert [line.split(":")[1] for line in heard] == [" no error bars", " no domain"]


def test_lists_of_smiles_and_single_columns_are_read_too(proxy, tmp_path):
    for name, text in (("library.smi", "CCO ethanol\n\nCCN\n"), ("library.csv", "SMILES\nCCO\nCCN\n")):
        counts, rows = scored(proxy, tmp_path, name, text)
        assert counts.molecules == 2
        assert np.array([float(row["pred_mean"]) for row in rows]) == pytest.approx(
            proxy.predict(["CCO", "CCN"]).mean, abs=1e-4
        )
    assert scored(proxy, tmp_path, "library.smi", "CCO ethanol 96 %\n")[1][0]["name"] == "ethanol 96 %"


def test_the_column_can_be_named(proxy, tmp_path):
    text = "drug,id\nCCO,1\n"
    with pytest.raises(DataError, match=r"no column 'smiles'\. Found: drug, id\."):
        scored(proxy, tmp_path, "library.csv", text)
    with pytest.raises(DataError, match="Did you mean `drug`"):
        scored(proxy, tmp_path, "library.csv", text, "drugs")
    assert not (tmp_path / "out.csv").exists()
    assert scored(proxy, tmp_path, "library.csv", text, "drug")[0].molecules == 1

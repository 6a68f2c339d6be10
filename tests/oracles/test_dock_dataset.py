import csv
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("vina")

SCRIPT = Path(__file__).parents[2] / "scripts" / "dock_dataset.py"


def dock(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments), "--workers", "1"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_stopped_job_goes_on_where_it_was(tmp_path):
    molecules, docked = tmp_path / "molecules.csv", tmp_path / "docked.csv"
    molecules.write_text("smiles,source,status\nCO,a,x\nCO,b,x\nOB(O)C,a,x\n")
    head = "smiles,source,status,score_kcal_mol,docked_smiles,code,message\n"
    docked.write_text(head + "CO,a,completed,-99.000,CO,,\nCO,b,compl")
    ended = dock(molecules, docked, "--target", "parp1")
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
    assert "2/2 docked" in ended.stderr
    with docked.open(newline="") as file:
        rows = list(csv.DictReader(file))
    answered = {(row["smiles"], row["source"]): row for row in rows}
    assert len(rows) == len(answered) == 3
    assert answered["CO", "a"]["score_kcal_mol"] == "-99.000"
    assert -4 < float(answered["CO", "b"]["score_kcal_mol"]) < -1
    refused = answered["OB(O)C", "a"]
    assert (refused["status"], refused["score_kcal_mol"], refused["code"]) == ("failed", "", "unsupported_element")


def test_what_is_docked_as_before_keeps_its_score(tmp_path):
    molecules, earlier, docked = (tmp_path / name for name in ("molecules.csv", "earlier.csv", "docked.csv"))
    molecules.write_text("smiles,source\nCO,a\nCN,a\nCC(F)Cl,a\nCCO,a\n")
    head = "smiles,source,status,score_kcal_mol,docked_smiles,code,message\n"
    rows = "CO,a,completed,-99.000,CO,,\nCN,a,completed,-99.000,CN,,\nCC(F)Cl,a,completed,-99.000,C[C@H](F)Cl,,\n"
    earlier.write_text(head + rows)
    ended = dock(molecules, docked, "--earlier", earlier)
    assert ended.returncode == 0, ended.stderr
    with docked.open(newline="") as file:
        scores = {row["smiles"]: (row["score_kcal_mol"], row["docked_smiles"]) for row in csv.DictReader(file)}
    assert scores["CO"] == ("-99.000", "CO")
    assert scores["CN"][1] == "C[NH3+]"
    assert {score == "-99.000" for smiles, (score, _) in scores.items() if smiles != "CO"} == {False}
    assert len(scores) == 4


def test_a_file_with_other_columns_is_not_written_to(tmp_path):
    molecules, docked = tmp_path / "molecules.csv", tmp_path / "docked.csv"
    molecules.write_text("smiles,source\nCO,a\n")
    docked.write_text("smiles,score\nCO,-3\n")
    assert dock(molecules, docked).stderr.startswith(f"{docked}: the columns are smiles,score; expected smiles,source,")
    assert docked.read_text() == "smiles,score\nCO,-3\n"


def test_wrong_input_is_said(tmp_path):
    molecules = tmp_path / "molecules.csv"
    molecules.write_text("SMILES\nCO\n")
    assert dock(molecules, tmp_path / "docked.csv").stderr == f"{molecules}: no column `smiles`; found SMILES\n"
    molecules.write_text("smiles\nCO\n")
    assert "Did you mean `PARP1`?" in dock(molecules, tmp_path / "docked.csv", "--target", "PARP9").stderr
    assert not (tmp_path / "docked.csv").exists()

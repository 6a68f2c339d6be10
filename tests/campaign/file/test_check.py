"""`molgfn check` opens everything and names the first thing that is wrong, with the exit code that belongs to it."""

import sys
from pathlib import Path

import pytest

from molgfn.campaign.file.check import check_campaign, check_inputs
from molgfn.campaign.file.load import load_campaign
from molgfn.errors import ConfigError, DataError, OracleError
from molgfn.progress import SilentProgress

ORACLE = """
from molgfn.oracles.interfaces import Failure, Measurement

class Sizes:
    unit, direction = "atoms", "maximise"
    def __init__(self, broken=False):
        self.broken = broken
    def query(self, compounds):
        for c in compounds:
            if self.broken:
                yield Failure(c.compound_id, "power_cut", "no electricity")
            else:
                yield Measurement(c.compound_id, float(len(c.smiles)))
    def close(self):
        pass
"""
PYTHON = '[campaign]\nname = "own"\n[objective]\nbest = 40\nworst = 0\n[oracle]\nkind = "python"\n'
DOCKING = '[campaign]\nname = "own"\n[oracle]\ntarget = "HSD11B1"\n'


def campaign_in(folder: Path, text: str, *overrides: str):
    (folder / "campaign.toml").write_text(text)
    return load_campaign(folder / "campaign.toml", list(overrides))


def findings(campaign, dock=False):
    return {finding.what: finding.found for finding in check_campaign(campaign, dock=dock, progress=SilentProgress())}


def test_a_docking_campaign_is_opened_piece_by_piece(tmp_path):
    found = findings(campaign_in(tmp_path, DOCKING))
    assert found["campaign"] == "own: 2 rounds of 10 molecules"
    assert found["receptor"].startswith("HSD11B1, box at ")
    assert found["docking"].startswith("vina ")
    assert found["vocabulary"].endswith("blocks, 2 to 8 a molecule")
    assert found["data"] == "none: 48 random molecules are measured first"
    assert "control" not in found


def test_the_control_compound_is_really_docked(tmp_path):
    quick = ["oracle.exhaustiveness=1", "oracle.max_evals=2000", "compute.workers=1"]
    found = findings(campaign_in(tmp_path, DOCKING, *quick), dock=True)
    assert "kcal/mol in" in found["control"]


def test_a_python_oracle_is_asked_about_the_control(tmp_path, monkeypatch):
    (tmp_path / "sizes_a.py").write_text(ORACLE)
    monkeypatch.syspath_prepend(tmp_path)
    found = findings(campaign_in(tmp_path, PYTHON + 'factory = "sizes_a:Sizes"\n'), dock=True)
    assert found["control"].endswith("atoms")
    with pytest.raises(OracleError, match="power_cut: no electricity"):
        findings(campaign_in(tmp_path, PYTHON + 'factory = "sizes_a:Sizes"\noptions = {broken = true}\n'), dock=True)


def test_best_and_worst_must_agree_with_the_oracle(tmp_path, monkeypatch):
    (tmp_path / "sizes_b.py").write_text(ORACLE)
    monkeypatch.syspath_prepend(tmp_path)
    text = PYTHON.replace("40", "-40") + 'factory = "sizes_b:Sizes"\n'
    with pytest.raises(ConfigError, match="maximise: exchange best and worst"):
        findings(campaign_in(tmp_path, text), dock=True)


def test_rows_of_the_data_that_are_not_used_are_listed(tmp_path):
    (tmp_path / "mine.csv").write_text("smiles,status,kcal\nCCO,completed,-5\nxyz,completed,-6\nCCN,failed,\n")
    found = findings(campaign_in(tmp_path, DOCKING, "proxy.data=mine.csv", "proxy.value_column=kcal"))
    assert found["data"].startswith("mine.csv: 3 rows, 1 molecules; left out: 1 without a value; line 3: ")


@pytest.mark.parametrize(
    ("files", "overrides", "expected"),
    [
        ({"v.json": "[1, 2"}, ["vocabulary.file=v.json"], "not a vocabulary"),
        ({"mine.csv": ""}, ["proxy.data=mine.csv"], "empty file"),
        ({"mine.csv": "smiles,score\nCCO,-5\n"}, ["proxy.data=mine.csv"], "no column 'score_kcal_mol'"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, files, overrides, expected):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=expected):
        list(check_inputs(campaign_in(tmp_path, DOCKING, *overrides)))


def test_a_vocabulary_that_cannot_reach_the_smallest_size_is_refused(tmp_path):
    one_stem = '{"format": "molgfn-vocabulary-1", "name": "tiny", "blocks": [{"smiles": "F", "stems": [[0, 1]]}], '
    (tmp_path / "v.json").write_text(one_stem + '"joins": []}')
    with pytest.raises(ConfigError) as caught:
        list(check_inputs(campaign_in(tmp_path, DOCKING, "vocabulary.file=v.json")))
    assert caught.value.exit_code == 2


def test_no_vina_at_all_is_told_before_any_model_loads(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "vina", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OracleError, match="docking needs AutoDock Vina") as caught:
        list(check_inputs(campaign_in(tmp_path, DOCKING)))
    assert caught.value.exit_code == 4

"""`molgfn check` opens everything and names the first thing that is wrong, with the exit code that belongs to it."""

import sys
from collections import Counter
from pathlib import Path

import pytest
from rdkit import Chem

from molgfn.campaign.file.check import _time_finding, check_campaign, check_inputs
from molgfn.campaign.file.load import load_campaign
from molgfn.campaign.models.rehearsal import Rehearsal
from molgfn.errors import ConfigError, DataError, OracleError
from molgfn.progress import SilentProgress
from molgfn.proxy.settings import ProxySettings
from molgfn.proxy.train import train_proxy
from tests.library import blocks_without_counts, small_vocabulary

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
QUICK = ("sampler.batch_size=8",)
"""Enough for the few steps that are tried."""
DOCKING = '[campaign]\nname = "own"\n[oracle]\ntarget = "HSD11B1"\n'


@pytest.fixture(autouse=True)
def _few_molecules(monkeypatch):
    monkeypatch.setattr("molgfn.campaign.models.rehearsal.SAMPLED", 20)
    monkeypatch.setattr("molgfn.campaign.models.rehearsal.SAMPLED_OF_LAW", 20)


@pytest.fixture
def twelve(tmp_path):
    """A small vocabulary in the folder of the campaign, as a change to its file."""
    small_vocabulary().save(tmp_path / "twelve.json")
    return "vocabulary.file=twelve.json"


def campaign_in(folder: Path, text: str, *overrides: str):
    (folder / "campaign.toml").write_text(text)
    (folder / "blocks.json").write_text(blocks_without_counts())
    return load_campaign(folder / "campaign.toml", ["vocabulary.file=blocks.json", *QUICK, *overrides])


def findings(campaign, dock=False):
    return {finding.what: finding.found for finding in check_campaign(campaign, dock=dock, progress=SilentProgress())}


def test_a_docking_campaign_is_opened_piece_by_piece_and_the_control_is_docked(tmp_path):
    quick = ["oracle.exhaustiveness=1", "oracle.max_evals=2000", "compute.workers=1", "vocabulary.file=vocabulary.json"]
    found = findings(campaign_in(tmp_path, DOCKING, *quick), dock=True)
    assert found["campaign"] == "own: 2 rounds of 10 molecules"
    assert found["receptor"].startswith("HSD11B1, box at ")
    assert found["docking"].startswith("vina ")
    assert found["vocabulary"].endswith("blocks, 2 to 8 a molecule; prior of weight 1 from 20,000 molecules")
    assert found["data"] == "none: 48 random molecules go to the oracle first"
    assert "kcal/mol in" in found["control"]
    assert found["values"] == "kcal/mol, to minimise: -14 gets the full reward, -6 none"
    assert found["time"].startswith("about ")


def test_the_estimate_counts_the_isomers_that_are_docked(tmp_path):
    campaign = campaign_in(tmp_path, DOCKING, "compute.workers=1")
    one, two = Chem.MolFromSmiles("CC(=O)Nc1ccccc1"), Chem.MolFromSmiles("CC(N)C(O)c1ccccc1")
    assert (campaign.oracle.structures(one), campaign.oracle.structures(two)) == (1, 2)
    rehearsal = Rehearsal(True, 2_000, 1_500, Counter(), 1.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0)
    # 2 rounds of 10 molecules and 48 at the start: 68 compounds of 10 s and 1.5 structures each.
    assert "68 compounds 17 min" in _time_finding(campaign, rehearsal, 10.0).found


def test_a_python_oracle_is_asked_about_the_control(tmp_path, monkeypatch, twelve):
    (tmp_path / "sizes_a.py").write_text(ORACLE)
    monkeypatch.syspath_prepend(tmp_path)
    found = findings(campaign_in(tmp_path, PYTHON + 'factory = "sizes_a:Sizes"\n', twelve), dock=True)
    assert " atoms in " in found["control"]
    with pytest.raises(OracleError, match="power_cut: no electricity"):
        findings(campaign_in(tmp_path, PYTHON + 'factory = "sizes_a:Sizes"\noptions = {broken = true}\n'), dock=True)


@pytest.mark.parametrize(
    ("name", "answer", "expected"),
    [
        ("text", "Measurement(c.compound_id, '7.1')", "not_a_number: the oracle gave '7.1' instead of a number"),
        ("none", "Measurement(c.compound_id, None)", "not_a_number: the oracle gave None instead of a number"),
        ("nan", "Measurement(c.compound_id, float('nan'))", "not_a_number: the oracle gave nan instead of a number"),
        ("raise", "1 / 0", "query failed: ZeroDivisionError"),
    ],
)
def test_an_oracle_that_gives_no_value_is_not_ok(tmp_path, monkeypatch, name, answer, expected):
    (tmp_path / f"bad_{name}.py").write_text(ORACLE.replace("Measurement(c.compound_id, float(len(c.smiles)))", answer))
    monkeypatch.syspath_prepend(tmp_path)
    campaign = campaign_in(tmp_path, PYTHON + f'factory = "bad_{name}:Sizes"\n')
    with pytest.raises(OracleError, match=f"oracle bad_{name}:Sizes.*{expected}"):
        findings(campaign, dock=True)


def test_an_oracle_that_cannot_be_imported_is_not_ok_without_docking_either(tmp_path):
    campaign = campaign_in(tmp_path, PYTHON + 'factory = "no_such_module:X"\n')
    with pytest.raises(OracleError, match="oracle no_such_module:X: no_such_module cannot be imported"):
        findings(campaign)
    assert "oracle" not in [finding.what for finding in check_inputs_until_error(campaign)]


def check_inputs_until_error(campaign):
    try:
        yield from check_inputs(campaign)
    except OracleError:
        return


def test_a_proxy_of_another_quantity_is_refused_without_docking(tmp_path, monkeypatch):
    (tmp_path / "sizes_c.py").write_text(ORACLE)
    monkeypatch.syspath_prepend(tmp_path)
    campaign = campaign_in(tmp_path, PYTHON + 'factory = "sizes_c:Sizes"\n[proxy]\nstart = "parp1-docking"\n')
    with pytest.raises(ConfigError, match=r"it predicts kcal/mol \(minimise\), but the oracle answers in atoms"):
        findings(campaign)


def test_a_proxy_that_keeps_stereoisomers_apart_is_told(tmp_path, monkeypatch):
    (tmp_path / "sizes_k.py").write_text(ORACLE)
    monkeypatch.syspath_prepend(tmp_path)
    alcohols = [f"{'C' * n}O" for n in range(1, 8)]
    target = {"unit": "atoms", "direction": "maximise", "settings": ProxySettings(model="forest", trees=5), "seed": 1}
    train_proxy(alcohols, list(map(len, alcohols)), **target, name="kept", stereo="keep").save(tmp_path / "kept")
    campaign = campaign_in(tmp_path, PYTHON + 'factory = "sizes_k:Sizes"\n[proxy]\nstart = "kept"\n')
    checked = check_campaign(campaign, dock=False, progress=SilentProgress())
    assert next(finding.found for finding in checked if finding.what == "proxy") == (
        "kept: trained on 7 molecules, atoms; it keeps stereoisomers apart, but designs have no configuration"
    )


def test_a_core_heavier_than_its_window_is_refused(tmp_path):
    core = "c1ccc(-c2ccc(-c3ccc(-c4ccc(-c5ccc([*:1])cc5)cc4)cc3)cc2)cc1"
    with pytest.raises(ConfigError, match=r"mw of the core alone is 382.*, above the 300 of \[objective.windows\] mw"):
        findings(campaign_in(tmp_path, DOCKING, f"core.smiles={core}", "objective.windows.mw=[100, 300]"))


def test_data_on_another_scale_than_the_objective_is_told(tmp_path):
    (tmp_path / "mine.csv").write_text("smiles,mine\nCCO,5.1\nCCN,6.2\n")
    campaign = campaign_in(tmp_path, DOCKING, "proxy.data=mine.csv", "proxy.value_column=mine")
    [note] = [finding for finding in check_inputs(campaign) if finding.level == "note"]
    assert note.found.startswith("mine runs from 5.1 to 6.2, far from best = -14 and worst = -6")


def test_best_and_worst_must_differ(tmp_path):
    for text in (PYTHON.replace("40", "0") + 'factory = "sizes_b:Sizes"\n', DOCKING + "[objective]\nbest = -6\n"):
        with pytest.raises(ConfigError, match=r"best = -?[06].*\n.*the same as worst"):
            campaign_in(tmp_path, text)


def test_best_and_worst_must_agree_with_the_oracle(tmp_path, monkeypatch):
    (tmp_path / "sizes_b.py").write_text(ORACLE)
    monkeypatch.syspath_prepend(tmp_path)
    text = PYTHON.replace("40", "-40") + 'factory = "sizes_b:Sizes"\n'
    with pytest.raises(ConfigError, match="maximise: exchange best and worst"):
        findings(campaign_in(tmp_path, text), dock=True)


def test_rows_of_the_data_that_are_not_used_are_listed(tmp_path, twelve):
    (tmp_path / "mine.csv").write_text("smiles,status,kcal\nCCO,completed,-5\nxyz,completed,-6\nCCN,failed,\n")
    found = findings(campaign_in(tmp_path, DOCKING, "proxy.data=mine.csv", "proxy.value_column=kcal", twelve))
    assert found["data"].startswith("mine.csv: 3 rows, 1 molecules; left out: 1 without a value; line 3: ")
    # Nothing is docked, so that the time is that of training alone.
    assert "control" not in found
    assert found["time"].startswith("training ")


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

import hashlib
import json
import shutil
import tomllib

import pytest

from molgfn.campaign.file.load import load_campaign
from molgfn.campaign.record.inputs import prepare
from molgfn.campaign.record.rows import InitialRow
from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.campaign.record.store import Store
from molgfn.errors import ConfigError
from molgfn.oracles.docking.receptors import find_target
from tests.campaign.stand_ins import load

DOCKING = 'kind = "docking"\nreceptor = "R.pdbqt"\nligand = "L.sdf"'


@pytest.fixture
def run(tmp_path):
    home, folder = tmp_path / "home", tmp_path / "runs" / "2026-01-01_x"
    (home / "proxy").mkdir(parents=True)
    folder.mkdir(parents=True)
    files = {
        "R.pdbqt": "ATOM",
        "L.sdf": "$$$$",
        "data.csv": "smiles,v\n",
        "proxy/proxy.json": "{}",
        "mine.smi": "CCO\n",
    }
    for name, text in files.items():
        (home / name).write_text(text)
    sources = 'library = 0.1\nlibrary_file = "mine.smi"'
    campaign = load(home, oracle=DOCKING, proxy='start = "proxy"\ndata = "data.csv"', sources=sources)
    run = RunDirectory(folder)
    prepare(run, campaign, home / "campaign.toml", ["molgfn", "run", "campaign.toml"], [InitialRow("C", -1.5)])
    return run


def test_everything_the_campaign_reads_is_copied_and_read_from_there_wherever_the_run_is(run, tmp_path):
    shutil.rmtree(tmp_path / "home")
    moved = tmp_path / "elsewhere"
    shutil.move(run.path, moved)
    campaign = load_campaign(moved / "campaign.resolved.toml", [])
    assert campaign.vocabulary.file == moved / "inputs/vocabulary.json"
    assert campaign.proxy.start == moved / "inputs/proxy"
    assert campaign.proxy.data == moved / "inputs/data.csv"
    assert campaign.sources.library_file == moved / "inputs/library.smi"
    assert campaign.oracle.receptor == moved / "inputs/receptor.pdbqt"
    assert campaign.oracle.ligand == moved / "inputs/ligand.sdf"
    assert campaign.oracle.receptor.read_text() == "ATOM"
    assert str(tmp_path) not in (moved / "campaign.resolved.toml").read_text()


def test_the_manifest_says_what_made_the_run(run):
    manifest = json.loads((run.path / "manifest.json").read_text())
    assert manifest["argv"] == ["molgfn", "run", "campaign.toml"]
    assert manifest["seed"] == 7
    assert manifest["device"] == "cpu"
    assert {"molgfn", "torch", "rdkit", "vina"} <= set(manifest["versions"])
    assert manifest["versions"]["rdkit"]
    copies = ("vocabulary.json", "proxy/proxy.json", "data.csv", "library.smi", "receptor.pdbqt", "ligand.sdf")
    assert set(manifest["sha256"]) == {f"inputs/{name}" for name in copies}
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((run.path / name).read_bytes()).hexdigest() == digest


def test_the_store_begins_with_the_initial_data(run):
    with Store.read(run.database) as store:
        assert store.initial_data() == [InitialRow("C", -1.5)]
        assert store.compounds() == []


def test_overrides_are_in_the_resolved_file_and_not_in_the_copy_of_the_users(tmp_path):
    campaign_of = load(tmp_path)
    changed = load_campaign(tmp_path / "campaign.toml", ["campaign.rounds=5"])
    assert campaign_of.campaign.rounds == 2
    (tmp_path / "run").mkdir()
    run = RunDirectory(tmp_path / "run")
    prepare(run, changed, tmp_path / "campaign.toml", [], [])
    assert tomllib.loads((run.path / "campaign.toml").read_text())["campaign"]["rounds"] == 2
    assert tomllib.loads(run.resolved.read_text())["campaign"]["rounds"] == 5


def test_the_receptor_and_the_box_of_a_named_target_are_copied_and_read_from_there(tmp_path):
    home, folder = tmp_path / "home", tmp_path / "run"
    home.mkdir()
    folder.mkdir()
    campaign = load(home, oracle='target = "hsd11b1"')
    prepare(RunDirectory(folder), campaign, home / "campaign.toml", [], [])
    moved = shutil.move(folder, tmp_path / "elsewhere")
    oracle = load_campaign(moved / "campaign.resolved.toml").oracle
    receptor, original = oracle.find_receptor(), find_target("HSD11B1")
    assert oracle.title == "docking into HSD11B1"
    assert receptor.pdbqt == moved / "inputs/target/HSD11B1_target.pdbqt"
    assert receptor.pdbqt.read_bytes() == original.pdbqt.read_bytes()
    assert (receptor.center, receptor.size) == (original.center, original.size)
    digests = json.loads((moved / "manifest.json").read_text())["sha256"]
    assert digests["inputs/target/HSD11B1_target.pdbqt"] == hashlib.sha256(original.pdbqt.read_bytes()).hexdigest()
    assert "inputs/target/HSD11B1_conf.txt" in digests
    assert str(tmp_path) not in (moved / "campaign.resolved.toml").read_text()

    pdbqt, box = receptor.pdbqt, moved / "inputs/target/HSD11B1_conf.txt"
    box.write_text(box.read_text().replace("center_x", "centre_x"))
    with pytest.raises(ConfigError, match=r"HSD11B1_conf\.txt: expected six lines, each with a number: center_x"):
        oracle.find_receptor()
    box.unlink()
    with pytest.raises(ConfigError, match=r"HSD11B1_conf\.txt: cannot be read"):
        oracle.find_receptor()
    pdbqt.write_text(pdbqt.read_text()[:5000])
    with pytest.raises(ConfigError, match=r"HSD11B1_target\.pdbqt, line \d+: "):
        oracle.find_receptor()


def test_a_run_made_before_its_target_was_copied_uses_the_one_of_the_package(tmp_path):
    oracle = load(tmp_path, oracle='target = "HSD11B1"').oracle
    assert oracle.folder is None
    assert oracle.find_receptor() == find_target("HSD11B1")


def test_a_python_oracle_is_copied_and_imported_from_there(tmp_path):
    home, folder = tmp_path / "home", tmp_path / "run"
    home.mkdir()
    folder.mkdir()
    (home / "o.py").write_text("import helper\n")
    (home / "helper.py").write_text("")
    campaign = load(home, oracle='kind = "python"\nfactory = "o:Class"')
    prepare(RunDirectory(folder), campaign, home / "campaign.toml", [], [])
    shutil.rmtree(home)
    moved = shutil.move(folder, tmp_path / "elsewhere")
    oracle = load_campaign(moved / "campaign.resolved.toml").oracle
    assert oracle.folder == moved / "inputs/oracle"
    assert {"o.py", "helper.py"} <= {file.name for file in oracle.folder.iterdir()}
    assert str(tmp_path) not in (moved / "campaign.resolved.toml").read_text()
    assert "inputs/oracle/o.py" in json.loads((moved / "manifest.json").read_text())["sha256"]


def test_an_installed_oracle_needs_no_copy(tmp_path):
    (tmp_path / "run").mkdir()
    prepare(RunDirectory(tmp_path / "run"), load(tmp_path), tmp_path / "campaign.toml", [], [])
    assert load_campaign(tmp_path / "run/campaign.resolved.toml").oracle.folder == tmp_path / "run/inputs"


def test_the_ids_of_a_campaign_depend_on_what_it_is_not_on_where_it_stands(tmp_path):
    prefixes = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        home, folder = tmp_path / name, tmp_path / f"run-{name}"
        home.mkdir()
        folder.mkdir()
        prepare(RunDirectory(folder), load(home, campaign=f'name = "x"\nseed = {seed}'), home / "campaign.toml", [], [])
        prefixes.append(json.loads((folder / "manifest.json").read_text())["id_prefix"])
    assert prefixes[0] == prefixes[1] != prefixes[2]
    assert all(prefix.startswith("X-") for prefix in prefixes)

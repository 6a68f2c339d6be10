"""Campaign files: what is accepted, what is told of the rest, and that a resolved file is the same campaign."""

import math
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from molgfn.bundled import bundled
from molgfn.campaign.file.load import Campaign, load_campaign, load_resolved, resolved_toml
from molgfn.campaign.file.oracles.docking import DockingSection
from molgfn.campaign.file.oracles.python_class import PythonSection
from molgfn.campaign.file.problems import section_at
from molgfn.campaign.file.sections import ProxySection, SamplerSection
from molgfn.campaign.file.write import toml_document
from molgfn.campaign.models.flow import flow_settings
from molgfn.errors import ConfigError
from molgfn.flow.fragments.trainer import MoleculeSettings
from molgfn.oracles.docking.oracle import DockingSettings
from molgfn.proxy.settings import ProxySettings

GOLDEN = Path(__file__).parents[2] / "golden" / "config_errors"
SHORTEST = '[campaign]\nname = "first"\n[oracle]\ntarget = "HSD11B1"\n'


def load(folder: Path, text: str, *overrides: str) -> Campaign:
    file = folder / "campaign.toml"
    file.write_text(text, encoding="utf-8")
    return load_campaign(file, list(overrides))


def message(folder: Path, text: str, *overrides: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, text, *overrides)
    return str(caught.value).replace(str(folder), "FOLDER").replace(str(bundled("data").parent), "BUNDLED")


@pytest.mark.parametrize("case", sorted(GOLDEN.glob("*.toml")), ids=lambda path: path.stem)
def test_every_problem_is_told_in_the_users_words(tmp_path, case):
    (tmp_path / "receptor.pdbqt").touch()
    (tmp_path / "ligand.sdf").touch()
    assert message(tmp_path, case.read_text()) + "\n" == case.with_suffix(".txt").read_text()


def test_the_shortest_file_has_good_defaults(tmp_path):
    campaign = load(tmp_path, SHORTEST)
    assert campaign.oracle.target == "HSD11B1"
    assert campaign.vocabulary.file == bundled("data", "vocabulary.json")
    assert (campaign.proxy.start, campaign.proxy.data, campaign.core) == (None, None, None)
    assert campaign.objective.windows.limits() == {
        "mw": (200, 500),
        "clogp": (-1, 5),
        "hbd": (0, 5),
        "rotatable_bonds": (0, 10),
        "sa_score": (1, 5),
        "aromatic_rings": (0, 4),
        "stereocentres": (0, 3),
    }


def test_parp1_brings_its_proxy_and_data(tmp_path):
    text = SHORTEST.replace("HSD11B1", "parp1")
    campaign = load(tmp_path, text)
    assert campaign.oracle.target == "PARP1"
    assert campaign.proxy.start == bundled("proxy", "parp1-docking")
    assert campaign.proxy.data == bundled("data", "parp1_docked.csv")
    (tmp_path / "mine.csv").touch()
    campaign = load(tmp_path, text, "proxy.data=mine.csv")
    assert (campaign.proxy.start, campaign.proxy.data) == (None, tmp_path / "mine.csv")


def test_a_file_beside_the_campaign_comes_before_the_bundled_one(tmp_path, monkeypatch):
    own = tmp_path / "vocabulary.json"
    text = SHORTEST + '[vocabulary]\nfile = "vocabulary.json"\n'
    assert load(tmp_path, text).vocabulary.file == bundled("data", "vocabulary.json")
    own.touch()
    monkeypatch.chdir("/")
    assert load(tmp_path, text).vocabulary.file == own


def test_paths_are_relative_to_the_file_not_to_the_shell(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "receptor.pdbqt").touch()
    text = (
        '[campaign]\nname = "own"\n[oracle]\nreceptor = "../receptor.pdbqt"\ncenter = [1, 2, 3]\nsize = [20, 20, 20]\n'
    )
    (tmp_path / "here" / "campaign.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    campaign = load_campaign(Path("here/campaign.toml"))
    assert campaign.oracle.receptor == tmp_path / "receptor.pdbqt"


def test_a_folder_goes_with_a_named_target_alone(tmp_path):
    text = SHORTEST.replace('target = "HSD11B1"', 'receptor = "r.pdbqt"\nfolder = "."')
    assert '[oracle] folder = "."\n  only a named target is read from a folder.' in message(tmp_path, text)


def test_overrides_win_and_are_typed_as_in_the_file(tmp_path):
    changes = ["campaign.rounds=7", "oracle.target=PARP1", 'acquisition.kind="ei"', "objective.windows.mw=[250, 400]"]
    changes += ["proxy.value_column=score", "proxy.data=campaign.toml"]
    campaign = load(tmp_path, SHORTEST, *changes)
    assert campaign.campaign.rounds == 7
    assert (campaign.oracle.target, campaign.acquisition.kind) == ("PARP1", "ei")
    assert campaign.objective.windows.mw == (250, 400)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("campaign.rounds=2.5", "--set campaign.rounds=2.5\n  Accepted: a whole number."),
        ("campaign.round=3", "--set campaign.round=3\n  unknown key. Did you mean `rounds`?"),
        ("rounds=3", "--set rounds=3\n  Accepted: section.key=value, as campaign.rounds=3"),
        ("campaign.rounds", "--set campaign.rounds\n  Accepted: section.key=value, as campaign.rounds=3"),
    ],
)
def test_a_wrong_override_is_told_as_it_was_typed(tmp_path, override, expected):
    assert message(tmp_path, SHORTEST, override) == expected


def test_a_python_oracle_knows_its_folder(tmp_path):
    text = '[campaign]\nname = "own"\n[objective]\nbest = 10\nworst = 0\n[oracle]\nkind = "python"\n'
    campaign = load(tmp_path, text + 'factory = "mine:Oracle"\n[oracle.options]\nseed = 3\nnested = {a = [1, 2.5]}\n')
    assert isinstance(campaign.oracle, PythonSection)
    assert campaign.oracle.folder == tmp_path
    assert campaign.oracle.options == {"seed": 3, "nested": {"a": [1, 2.5]}}


def test_a_missing_file_names_the_nearest(tmp_path):
    (tmp_path / "campaign.toml").touch()
    with pytest.raises(ConfigError) as caught:
        load_campaign(tmp_path / "campain.toml")
    assert str(caught.value) == f"{tmp_path}/campain.toml: no such file\n  Did you mean `campaign.toml`?"


def test_a_file_that_is_no_text_is_refused(tmp_path):
    file = tmp_path / "campaign.toml"
    file.write_bytes(b'[campaign]\nname = "caf\xe9"')
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        load_campaign(file)
    with pytest.raises(ConfigError, match="Is a directory"):
        load_campaign(tmp_path)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    (tmp_path / "campaign.toml").write_bytes(b"\xef\xbb\xbf" + SHORTEST.replace("\n", "\r\n").encode())
    assert load_campaign(tmp_path / "campaign.toml").campaign.name == "first"


def test_a_campaign_cannot_be_changed(tmp_path):
    campaign = load(tmp_path, SHORTEST)
    with pytest.raises(ValueError, match="frozen"):
        campaign.campaign.rounds = 3


@pytest.mark.parametrize("name", ["parp1-demo", "parp1-lead"])
def test_bundled_campaigns_are_valid_and_resolve_to_themselves(name, tmp_path):
    campaign = load_campaign(bundled("campaigns", f"{name}.toml"))
    assert campaign.campaign.name == name
    assert load(tmp_path, resolved_toml(campaign)) == campaign


def test_resolved_paths_in_a_folder_are_relative_so_that_it_can_be_moved(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    (before / "inputs").mkdir(parents=True)
    for name in ("r.pdbqt", "l.sdf", "data.csv", "v.json"):
        (before / "inputs" / name).touch()
    text = '[campaign]\nname = "own"\n[oracle]\nreceptor = "inputs/r.pdbqt"\nligand = "inputs/l.sdf"\n'
    text += '[proxy]\ndata = "inputs/data.csv"\n[vocabulary]\nfile = "inputs/v.json"\n'
    resolved = resolved_toml(load(before, text), before)
    assert str(tmp_path) not in resolved
    (before / "campaign.toml").write_text(resolved)
    before.rename(after)
    campaign = load_campaign(after / "campaign.toml")
    assert isinstance(campaign.oracle, DockingSection)
    assert campaign.oracle.ligand == after / "inputs" / "l.sdf"
    assert campaign.vocabulary.file == after / "inputs" / "v.json"


finite = st.floats(allow_nan=False, allow_infinity=False)
windows = st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)).map(lambda pair: tuple(sorted(pair)))
options = st.dictionaries(
    st.text(st.characters(codec="utf-8"), min_size=1),
    st.recursive(
        st.booleans() | st.integers(-(2**63), 2**63 - 1) | finite | st.text(st.characters(codec="utf-8")),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
        max_leaves=5,
    ),
    max_size=3,
)


@given(best=finite, worst=finite, window=windows, options=options)
def test_a_resolved_file_is_the_same_campaign(tmp_path_factory, best, worst, window, options):
    if best == worst:
        worst = math.nextafter(best, 0.0 if best else 1.0)
    folder = tmp_path_factory.mktemp("resolved")
    tables = {
        "campaign": {"name": "any"},
        "oracle": {"kind": "python", "factory": "mine:Oracle", "folder": str(folder), "options": options},
        "objective": {"best": best, "worst": worst, "windows": {"tpsa": window}, "forbidden": ["[N+](=O)[O-]"]},
        "core": {"smiles": "c1ccc([*:1])cc1"},
    }
    campaign = Campaign.model_validate(tables)
    assert load(folder, resolved_toml(campaign)) == campaign


def test_a_run_of_an_earlier_version_gets_no_window_that_it_did_not_have(tmp_path):
    campaign = load(tmp_path, SHORTEST, "objective.windows.stereocentres=[0, 1]")
    file = tmp_path / "campaign.resolved.toml"
    file.write_text(resolved_toml(campaign))
    assert load_resolved(file) == campaign
    tables = tomllib.loads(file.read_text())
    del tables["objective"]["masks"], tables["sampler"]["later_rounds"]
    for name in ("aromatic_rings", "stereocentres"):
        del tables["objective"]["windows"][name]
    file.write_text(toml_document(tables))
    assert load_resolved(file).objective.masks is False
    assert load_resolved(file).sampler.later_rounds == 0
    limits = load_resolved(file, ["campaign.rounds=5"]).objective.windows.limits()
    assert set(limits) == {"mw", "clogp", "hbd", "rotatable_bonds", "sa_score"}
    assert {"aromatic_rings", "stereocentres"} <= set(load_campaign(file).objective.windows.limits())


def test_a_run_of_an_earlier_version_docks_as_it_did(tmp_path):
    file = tmp_path / "campaign.resolved.toml"
    file.write_text(resolved_toml(load(tmp_path, SHORTEST)))
    assert load_resolved(file).oracle.max_rigid_ring == DockingSettings.max_rigid_ring
    tables = tomllib.loads(file.read_text())
    for key in ("protonation_states", "stereo_isomers", "max_rigid_ring"):
        del tables["oracle"][key]
    file.write_text(toml_document(tables))
    oracle = load_resolved(file).oracle
    assert (oracle.protonation_states, oracle.stereo_isomers, oracle.max_rigid_ring) == (0, 1, 6)


def test_every_key_is_explained_in_the_guide():
    guide = (Path(__file__).parents[3] / "docs" / "use" / "campaign-file.md").read_text(encoding="utf-8")
    sections = [*Campaign.model_fields, "objective.windows"]
    for section in sections:
        models = [DockingSection, PythonSection] if section == "oracle" else [section_at(tuple(section.split(".")))]
        for key in [key for model in models for key in model.model_fields if key != "windows"]:
            assert f"`{key}`" in guide or f"`{section}.{key}`" in guide or f"    {key} = " in guide, f"{section}.{key}"
    assert all(f"[{section}]" in guide for section in sections)


def test_the_sampler_and_the_proxy_have_the_defaults_of_the_code():
    sampler = SamplerSection(steps=MoleculeSettings.steps)
    assert flow_settings(sampler, "TB", in_policy=False, started=False) == MoleculeSettings()
    proxy = ProxySettings().model_dump()
    assert ProxySection().model_dump(include=proxy) == {
        key: proxy[key] for key in ("model", "members", "epochs", "fine_tune_epochs")
    }
    docking = asdict(DockingSettings())
    assert DockingSection().model_dump(include=docking) == docking


@pytest.mark.parametrize("text", ["x = " + "[" * 5000, "x = " + "[" * 5000 + "]" * 5000, "x = " + "{a=" * 5000])
def test_brackets_without_end_are_a_mistake_of_the_file_not_of_molgfn(tmp_path, text):
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"c\.toml"):
        load_campaign(tmp_path / "c.toml")

"""A campaign file that `molgfn init` writes is ready to run, and nothing of the user's is overwritten."""

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import AllChem

from molgfn.campaign.file.load import load_campaign
from molgfn.campaign.file.sections import CampaignSection
from molgfn.campaign.file.starter import receptor_notes, write_campaign
from molgfn.errors import ConfigError
from molgfn.oracles.docking.receptors import find_target

BOX = (*find_target("HSD11B1").center, 22.0, 24.0, 26.0)


@pytest.fixture
def receptor(tmp_path):
    path = tmp_path / "structures" / "mine.pdbqt"
    path.parent.mkdir()
    path.write_bytes(find_target("HSD11B1").pdbqt.read_bytes())
    return path


@pytest.fixture
def ligand(tmp_path):
    mol = Chem.AddHs(Chem.MolFromSmiles("O=C(Nc1ccccc1)C1CCNCC1"))
    AllChem.EmbedMolecule(mol, randomSeed=1)
    move = np.eye(4)
    move[:3, 3] = find_target("HSD11B1").center
    AllChem.TransformConformer(mol.GetConformer(), move)
    path = tmp_path / "bound.sdf"
    with Chem.SDWriter(str(path)) as writer:
        writer.write(mol)
    return path


def test_a_named_target_in_any_case(tmp_path):
    file = write_campaign(tmp_path / "my campaign!", target="hsd11b1")
    campaign = load_campaign(file)
    assert (campaign.campaign.name, campaign.oracle.target) == ("my-campaign", "HSD11B1")
    assert campaign.proxy.data is None
    assert "initial = 48" in file.read_text()
    assert "molgfn run campaign.toml" in (file.parent / "README.md").read_text()


def test_the_target_with_a_proxy_needs_no_random_molecules(tmp_path):
    file = write_campaign(tmp_path / "new", target="PARP1")
    assert "initial" not in file.read_text()
    assert load_campaign(file).proxy.start is not None


def test_a_receptor_with_a_box_by_relative_path(tmp_path, receptor):
    file = write_campaign(tmp_path / "new" / "deep", receptor=receptor, box=BOX)
    assert 'receptor = "../../structures/mine.pdbqt"' in file.read_text()
    oracle = load_campaign(file).oracle
    assert (oracle.receptor, oracle.center, oracle.size) == (receptor, BOX[:3], BOX[3:])


def test_a_receptor_with_a_ligand(tmp_path, receptor, ligand):
    file = write_campaign(tmp_path / "new", receptor=receptor, ligand=ligand)
    oracle = load_campaign(file).oracle
    assert (oracle.ligand, oracle.center) == (ligand, None)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, "nothing to dock against"),
        ({"target": "PRAP1"}, 'unknown target "PRAP1". Did you mean `PARP1`?'),
        ({"box": BOX}, "--box: no receptor to go with it"),
        ({"ligand": "bound.sdf", "target": "PARP1"}, "--ligand: no receptor to go with it"),
        ({"receptor": "mine.pdbqt", "target": "PARP1", "box": BOX}, "--target and --receptor exclude one another"),
        ({"receptor": "mine.pdbqt"}, "--receptor needs a box"),
        ({"receptor": "mine.pdbqt", "box": BOX, "ligand": "bound.sdf"}, "--receptor takes --box or --ligand, not both"),
        ({"receptor": "mine.pdbqt", "box": (0, 0, 0, 20, -1, 20)}, "box size = [20, -1, 20]"),
    ],
)
def test_what_does_not_go_together_is_told_and_nothing_is_written(tmp_path, receptor, ligand, arguments, expected):
    files = {"mine.pdbqt": receptor, "bound.sdf": ligand}
    given = {key: files.get(value, value) for key, value in arguments.items()}
    with pytest.raises(ConfigError) as caught:
        write_campaign(tmp_path / "new", **given)
    assert str(caught.value).startswith(expected)
    assert not (tmp_path / "new").exists()


def test_files_that_cannot_be_used_are_told(tmp_path, receptor, ligand):
    with pytest.raises(ConfigError, match="no such file"):
        write_campaign(tmp_path / "new", receptor=tmp_path / "gone.pdbqt", box=BOX)
    with pytest.raises(ConfigError, match="must end with"):
        write_campaign(tmp_path / "new", receptor=ligand, box=BOX)
    with pytest.raises(ConfigError, match="no molecule could be read"):
        write_campaign(tmp_path / "new", receptor=receptor, ligand=receptor)
    assert not (tmp_path / "new").exists()


def test_a_campaign_file_is_never_overwritten(tmp_path):
    file = write_campaign(tmp_path, target="HSD11B1")
    (tmp_path / "README.md").write_text("mine")
    before = file.read_bytes()
    with pytest.raises(ConfigError, match="there is one already"):
        write_campaign(tmp_path, target="PARP1")
    assert file.read_bytes() == before
    file.unlink()
    write_campaign(tmp_path, target="PARP1")
    assert (tmp_path / "README.md").read_text() == "mine"


def test_a_folder_must_be_one(ligand):
    with pytest.raises(ConfigError, match="a file, not a folder"):
        write_campaign(ligand, target="PARP1")


def test_the_range_of_scores_comes_from_the_docked_molecules_of_the_target(tmp_path):
    file = write_campaign(tmp_path / "new", target="PARP1", score_control=lambda _: pytest.fail("docked"))
    objective = load_campaign(file).objective
    assert -14 < objective.best < -12
    assert -8 < objective.worst < -6
    assert "parp1_docked.csv beat worst" in file.read_text()


def test_else_the_range_comes_from_the_control_ligand(tmp_path):
    file = write_campaign(tmp_path / "new", target="HSD11B1", score_control=lambda _: -9.5)
    objective = load_campaign(file).objective
    assert (objective.best, objective.worst) == (-13.5, -6.5)
    assert "The control ligand (celecoxib) has -9.5" in file.read_text()


def test_without_either_it_is_the_default(tmp_path):
    file = write_campaign(tmp_path / "new", target="HSD11B1", score_control=lambda _: None)
    assert load_campaign(file).objective == load_campaign(file, ["objective.best=-14.0"]).objective
    assert load_campaign(file).objective.worst == -6.0


def test_the_plan_has_the_documented_defaults(tmp_path):
    plan = load_campaign(write_campaign(tmp_path / "new", target="HSD11B1")).campaign
    assert plan == CampaignSection(name=plan.name)


def test_a_ligand_that_is_still_in_the_receptor_is_told(tmp_path, receptor, ligand):
    mol = Chem.RemoveHs(next(iter(Chem.SDMolSupplier(str(ligand)))))
    types = {6: "C", 7: "NA", 8: "OA"}
    lines = [
        f"HETATM{9000 + atom.GetIdx():5d}  {atom.GetSymbol():<3s} LIG A 999    {x:8.3f}{y:8.3f}{z:8.3f}"
        f"  1.00  0.00    +0.000 {types[atom.GetAtomicNum()]:<2s}"
        for atom, (x, y, z) in zip(mol.GetAtoms(), mol.GetConformer().GetPositions(), strict=True)
    ]
    receptor.write_text(receptor.read_text().rstrip("\n") + "\n" + "\n".join(lines) + "\n")
    notes = " ".join(receptor_notes(write_campaign(tmp_path / "new", receptor=receptor, ligand=ligand)))
    assert "the ligand of bound.sdf clashes with" in notes
    assert "LIG A 999" in notes
    assert "not protein: LIG" in notes


def test_a_named_target_has_no_notes(tmp_path):
    assert receptor_notes(write_campaign(tmp_path / "new", target="HSD11B1")) == []

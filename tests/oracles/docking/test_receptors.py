from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom
from rdkit.Geometry import Point3D

from molgfn.errors import ConfigError
from molgfn.oracles.docking.receptors import find_target, read_receptor, receptor_from_files, target_names

ATOM = "ATOM      1  C   UNL A   1       0.784   0.992   1.300  1.00  0.00    -0.275 C \n"


@pytest.fixture
def receptor(tmp_path: Path) -> Path:
    path = tmp_path / "kinase.pdbqt"
    path.write_text("REMARK  mine\n" + ATOM + ATOM.replace("0.784", "9.784") + "TER\n")
    return path


def bound_ligand(path: Path) -> Chem.Mol:
    mol = Chem.AddHs(Chem.MolFromSmiles("CCCCCCCCCCCCCCCC"))
    rdDistGeom.EmbedMolecule(mol, randomSeed=1)
    with Chem.SDWriter(str(path)) as writer:
        writer.write(mol)
    return mol


def complaint(*arguments: object, **options: object) -> str:
    with pytest.raises(ConfigError) as caught:
        receptor_from_files(*arguments, **options)  # type: ignore[arg-type]
    return str(caught.value)


def test_all_bundled_targets_have_a_receptor_inside_their_box():
    assert len(target_names()) == 58
    for name in target_names():
        target = find_target(name)
        assert receptor_from_files(target.pdbqt, center=target.center, size=target.size).size == target.size


def test_target_names_are_found_in_any_case():
    parp1 = find_target(" parp1")
    assert parp1 == find_target("PARP1")
    assert (parp1.name, parp1.center, parp1.size) == ("PARP1", (26.835, 11.332, 27.744), (30.0, 30.0, 30.0))


def test_unknown_target_names_the_nearest():
    with pytest.raises(ConfigError) as caught:
        find_target("PARP2")
    assert str(caught.value) == 'unknown target "PARP2". Did you mean `PARP1`?\n  `molgfn targets` lists all 58.'
    with pytest.raises(ConfigError, match=r'^unknown target "\?"\.\n'):
        find_target("?")


def test_a_receptor_is_named_after_its_file(receptor):
    found = receptor_from_files(receptor, center=(0.0, 0.0, 0.0), size=(20.0, 22.0, 24.0))
    assert (found.name, found.pdbqt, found.size) == ("kinase", receptor, (20.0, 22.0, 24.0))
    assert read_receptor(receptor).tolist() == [[0.784, 0.992, 1.3], [9.784, 0.992, 1.3]]


def test_the_box_around_a_ligand_leaves_five_angstrom_on_every_side(receptor, tmp_path):
    positions = bound_ligand(tmp_path / "bound.sdf").GetConformer().GetPositions()
    found = receptor_from_files(receptor, ligand=tmp_path / "bound.sdf")
    low, high = np.array(found.center) - np.array(found.size) / 2, np.array(found.center) + np.array(found.size) / 2
    assert max(found.size) > 20
    assert min(found.size) == 20
    assert (positions.min(axis=0) - low >= 4.99).all()
    assert (high - positions.max(axis=0) >= 4.99).all()


def test_receptor_file_complaints(receptor, tmp_path):
    box = {"center": (0.0, 0.0, 0.0), "size": (20.0, 20.0, 20.0)}
    missing = tmp_path / "none.pdbqt"
    assert complaint(missing, **box) == f"receptor {missing}: no such file."
    folder = tmp_path / "folder.pdbqt"
    folder.mkdir()
    assert complaint(folder, **box) == f"receptor {folder}: cannot be read (Is a directory)."
    assert "must end with .pdbqt.\n  Convert a PDB file with: mk_prepare_receptor.py" in complaint(
        tmp_path / "r.pdb", **box
    )
    receptor.write_text("REMARK  nothing\n")
    assert complaint(receptor, **box).startswith(f"{receptor}: no ATOM or HETATM line")
    receptor.write_text("HEADER    KINASE\n" + ATOM)
    assert complaint(receptor, **box).startswith(
        f'{receptor}, line 1: "HEADER" is none of the lines of a rigid receptor.\n'
        "  Accepted: ATOM, HETATM, REMARK, WARNING, TER, END.\n  Convert a PDB file with"
    )
    receptor.write_text(ATOM + ATOM[:66] + "           C\n")
    assert f"{receptor}, line 2: columns 31-54 and 69-76 do not hold coordinates" in complaint(receptor, **box)
    receptor.write_text(ATOM.replace(" C \n", " CL\n"))
    assert complaint(receptor, **box).startswith(
        f'{receptor}, line 1: columns 78-79 hold no AutoDock atom type that Vina knows, but "CL".\n  Accepted: A, Br,'
    )
    receptor.write_text(ATOM.replace("0.784", "x.784"))
    assert f"{receptor}, line 1: columns 31-54 and" in complaint(receptor, **box)
    receptor.write_text("ROOT\n" + ATOM)
    assert f'{receptor}, line 1: "ROOT" is none of' in complaint(receptor, **box)
    receptor.write_bytes(b"\xff\xfe\x00")
    assert complaint(receptor, **box).startswith(f"receptor {receptor}: not a text file.")


def test_box_complaints(receptor):
    assert complaint(receptor) == (
        f"receptor {receptor} has no box to search.\n"
        "  Give `center` and `size` in angstrom, or `ligand`: an SDF file with a ligand in the pocket."
    )
    assert "has no box to search" in complaint(receptor, center=(0.0, 0.0, 0.0))
    assert complaint(receptor, center=(0.0, 0.0, 0.0), size=(20.0, 20.0, 9.0)) == (
        "box size = [20, 20, 9]: each side must be from 10 to 80 angstrom.\n  20 to 30 angstrom suit most pockets."
    )
    assert "from 10 to 80" in complaint(receptor, center=(0.0, 0.0, 0.0), size=(20.0, 20.0, float("nan")))
    assert "three finite numbers" in complaint(receptor, center=(0.0, 0.0, float("inf")), size=(20.0, 20.0, 20.0))
    assert complaint(receptor, center=(100.0, 0.0, 0.0), size=(20.0, 20.0, 20.0)) == (
        f"the box around [100, 0, 0] holds no atom of the receptor {receptor}, "
        "which spans x 0.8 to 9.8, y 1.0 to 1.0, z 1.3 to 1.3 angstrom.\n"
        "  The box must be in the coordinates of the receptor file."
    )


def test_ligand_complaints(receptor, tmp_path):
    ligand = tmp_path / "ligand.sdf"
    assert complaint(receptor, ligand=ligand) == f"ligand {ligand}: no such file."
    for content in ("", "not an SDF file", "a\nb\nc\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n$$$$\n"):
        ligand.write_text(content)
        assert complaint(receptor, ligand=ligand).startswith(f"ligand {ligand}: no molecule could be read.")
    ligand.write_text(Chem.MolToMolBlock(Chem.MolFromSmiles("CCO")))
    assert complaint(receptor, ligand=ligand).startswith(f"ligand {ligand}: its coordinates are flat.")
    bound_ligand(ligand)
    assert "given twice" in complaint(receptor, ligand=ligand, center=(0.0, 0.0, 0.0))


def test_a_ligand_of_another_frame_is_noticed(receptor, tmp_path):
    mol = bound_ligand(tmp_path / "bound.sdf")
    for index, position in enumerate(mol.GetConformer().GetPositions() + 200.0):
        mol.GetConformer().SetAtomPosition(index, Point3D(*position))
    with Chem.SDWriter(str(tmp_path / "far.sdf")) as writer:
        writer.write(mol)
    assert "holds no atom of the receptor" in complaint(receptor, ligand=tmp_path / "far.sdf")

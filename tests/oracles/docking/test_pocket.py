"""What is no protein in a receptor, and what is wrong with its box, is told."""

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom
from rdkit.Geometry import Point3D

from molgfn.oracles.docking.pocket import contents_of, pocket_notes, read_residues
from molgfn.oracles.docking.receptors import Receptor, find_target


def atom(number, name, residue, place, position, kind, chain="A"):
    x, y, z = position
    return (
        f"ATOM  {number:5d}  {name:<3s} {residue:<3s} {chain}{place:4d}    {x:8.3f}{y:8.3f}{z:8.3f}"
        f"  1.00  0.00    +0.000 {kind:<2s}"
    )


def receptor_of(folder, *lines, size=(20.0, 20.0, 20.0)):
    path = folder / "mine.pdbqt"
    path.write_text("\n".join(lines) + "\n")
    return Receptor("mine", path, (0.0, 0.0, 0.0), size)


GLY_1 = [atom(1, "N", "GLY", 1, (0, 0, 0), "N"), atom(2, "C", "GLY", 1, (1.3, 0, 0), "C")]
GLY_2 = [atom(3, "N", "GLY", 2, (2.6, 0, 0), "N"), atom(4, "C", "GLY", 2, (3.9, 0, 0), "C")]
GLY_9 = [atom(5, "N", "GLY", 9, (9.9, 0, 0), "N"), atom(6, "C", "GLY", 9, (9.0, 1, 0), "C")]


def test_the_contents_of_a_file_are_told_apart(tmp_path):
    others = [
        atom(10, "O", "HOH", 20, (5, 5, 5), "OA"),
        atom(11, "O", "HOH", 21, (50, 5, 5), "OA"),
        atom(12, "ZN", "ZN", 30, (6, 6, 6), "Zn"),
        atom(13, "FE", "HEM", 31, (7, 7, 7), "Fe"),
        atom(14, "NA", "HEM", 31, (8, 7, 7), "NA"),
        atom(15, "C1", "LIG", 40, (1, 1, 1), "C"),
    ]
    receptor = receptor_of(tmp_path, *GLY_1, *GLY_2, *GLY_9, *others)
    contents = contents_of(read_residues(receptor.pdbqt))
    assert (dict(contents.metals), dict(contents.cofactors), contents.waters) == ({"Zn": 1}, {"heme": 1}, 2)
    assert dict(contents.others) == {"LIG": 1}
    assert contents.gaps == ("A 2 to A 9",)
    notes = " ".join(pocket_notes(receptor))
    assert "2 waters, 1 of them in the box" in notes
    assert "Zn, heme: part of the receptor" in notes
    assert "not protein: LIG" in notes
    assert "the chain is interrupted (1): A 2 to A 9" in notes
    assert "heavy atoms of the receptor lie in the box" in notes


def test_an_sdf_with_several_records_is_told(tmp_path):
    mol = Chem.AddHs(Chem.MolFromSmiles("c1ccccc1"))
    rdDistGeom.EmbedMolecule(mol, randomSeed=1)
    far = Chem.Mol(mol)
    for index, position in enumerate(mol.GetConformer().GetPositions()):
        far.GetConformer().SetAtomPosition(index, Point3D(*(position + 40.0)))
    with Chem.SDWriter(str(tmp_path / "two.sdf")) as writer:
        writer.write(far)
        writer.write(mol)
    notes = pocket_notes(receptor_of(tmp_path, *GLY_1, *GLY_2), tmp_path / "two.sdf")
    assert "two.sdf has 2 records: the box is around the first." in notes
    assert not any("clashes" in note for note in notes)


@pytest.mark.parametrize(
    ("name", "metals", "cofactors"), [("MAP2K1", {"Mg": 1}, {"ADP": 1}), ("DHFR", {}, {"NADPH": 1})]
)
def test_the_contents_of_bundled_targets(name, metals, cofactors):
    residues = read_residues(find_target(name).pdbqt)
    contents = contents_of(residues)
    assert (dict(contents.metals), dict(contents.cofactors), dict(contents.others)) == (metals, cofactors, {})
    assert np.isfinite(np.concatenate([residue.positions for residue in residues])).all()

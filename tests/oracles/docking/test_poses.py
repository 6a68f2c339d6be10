import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdMolTransforms

from molgfn.oracles.docking.ligand import prepare_ligands
from molgfn.oracles.docking.poses import pose_record


def moved(pdbqt: str, shift: float) -> str:
    """Return what Vina would write had it moved the ligand along x."""
    lines = pdbqt.splitlines(keepends=True)
    return "MODEL 1\n" + "".join(
        f"{line[:30]}{float(line[30:38]) + shift:8.3f}{line[38:]}" if line.startswith("ATOM") else line
        for line in lines
    )


@pytest.mark.parametrize("smiles", ["C[C@H](O)c1ccc(N)cc1Cl", "C/C=C\\C(=O)O", "O=C1CCCCCCCCCCCN1", "c1ccccc1C#N"])
def test_each_atom_lies_where_its_line_says(smiles):
    ligand = prepare_ligands(smiles)[0]
    record = pose_record(ligand, moved(ligand.pdbqt, 50.0) + "ENDMDL\nMODEL 2\n" + moved(ligand.pdbqt, 90.0), "X-1", {})
    pose = Chem.MolFromMolBlock(record, removeHs=False)
    heavy = Chem.RemoveHs(ligand.mol).GetNumAtoms()
    before = ligand.mol.GetConformer().GetPositions()[:heavy]
    after = pose.GetConformer().GetPositions()[:heavy]
    assert np.abs(after - before - [50.0, 0.0, 0.0]).max() < 0.002
    assert [atom.GetSymbol() for atom in pose.GetAtoms()] == [atom.GetSymbol() for atom in ligand.mol.GetAtoms()]


def test_hydrogens_and_stereo_follow():
    ligand = prepare_ligands("C[C@H](O)c1ccc(N)cc1Cl")[0]
    pose = Chem.MolFromMolBlock(pose_record(ligand, moved(ligand.pdbqt, 50.0), "X-1", {}), removeHs=False)
    assert pose.GetNumAtoms() == ligand.mol.GetNumAtoms()
    for bond in pose.GetBonds():
        ends = (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
        assert 0.9 < rdMolTransforms.GetBondLength(pose.GetConformer(), *ends) < 1.9
    Chem.AssignStereochemistryFrom3D(pose)
    assert Chem.MolToSmiles(Chem.RemoveHs(pose)) == ligand.smiles


def test_the_record_is_named_and_carries_its_properties():
    ligand = prepare_ligands("CCO")[0]
    record = pose_record(ligand, ligand.pdbqt, "PARP1-000142", {"score_kcal_mol": "-2.100", "smiles": "CCO"})
    supplier = Chem.SDMolSupplier()
    supplier.SetData(record)
    (mol,) = supplier
    assert mol.GetProp("_Name") == "PARP1-000142"
    assert mol.GetPropsAsDict(autoConvertStrings=False) == {"score_kcal_mol": "-2.100", "smiles": "CCO"}
    assert record.endswith("$$$$\n")

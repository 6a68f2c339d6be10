import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem import QED, Crippen, Descriptors, Lipinski, rdMolDescriptors

from molgfn.chem.properties import PROPERTY_NAMES, properties, property_values, undefined_stereo

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
OLAPARIB = "O=C(c1cc(Cc2n[nH]c(=O)c3ccccc23)ccc1F)N1CCN(C(=O)C2CC2)CC1"
MOLECULES = [ASPIRIN, OLAPARIB, "C", "CN1CCC[C@H]1c1cccnc1", "O=S(=O)(N1CCCCC1)c1ccc2[nH]ncc2c1", "C1CC2CCC1C2"]


def test_aspirin_has_its_published_values():
    aspirin = properties(Chem.MolFromSmiles(ASPIRIN))
    assert aspirin.mw == pytest.approx(180.16, abs=0.01)
    assert aspirin.tpsa == pytest.approx(63.6, abs=0.01)
    assert (aspirin.hbd, aspirin.heavy_atoms) == (1, 13)
    assert aspirin.qed == pytest.approx(0.55, abs=0.01)
    assert aspirin.sa_score == pytest.approx(1.6, abs=0.1)


@pytest.mark.parametrize("smiles", MOLECULES)
def test_values_are_those_of_the_standard_functions(smiles):
    mol = Chem.MolFromSmiles(smiles)
    found = properties(mol)
    assert found.mw == Descriptors.MolWt(mol)
    assert found.clogp == Crippen.MolLogP(mol)
    assert found.tpsa == Descriptors.TPSA(mol)
    assert found.hbd == Lipinski.NumHDonors(mol)
    assert found.hba == Lipinski.NumHAcceptors(mol)
    strict = rdMolDescriptors.NumRotatableBondsOptions.Strict
    assert found.rotatable_bonds == rdMolDescriptors.CalcNumRotatableBonds(mol, strict)
    assert found.qed == QED.qed(mol)
    assert found.heavy_atoms == mol.GetNumHeavyAtoms()
    assert found.rings == mol.GetRingInfo().NumRings()
    assert found.aromatic_rings == Lipinski.NumAromaticRings(mol)
    assert found.fraction_csp3 == Lipinski.FractionCSP3(mol)
    assert 1 <= found.sa_score <= 10


@pytest.mark.parametrize(
    ("smiles", "count"),
    [("CC(O)CC", 1), ("C[C@H](O)CC", 1), ("CC=CC", 0), ("CC1CCC(C)CC1", 2), ("C1CC2CCC1C2", 2), ("CC(O)C(O)C", 2)],
)
def test_stereocentres_count_whether_their_configuration_is_given_or_not(smiles, count):
    assert property_values(Chem.MolFromSmiles(smiles), ["stereocentres"]) == {"stereocentres": count}


def test_synthetic_accessibility_ranks_easy_before_hard():
    scores = [
        property_values(Chem.MolFromSmiles(smiles), ["sa_score"])["sa_score"]
        for smiles in ("CC(=O)Nc1ccccc1", OLAPARIB, "CC1(C)C2CCC13CS(=O)(=O)NC3C2C4CC5(C4)CC6(CO5)CC6")
    ]
    assert scores == sorted(scores)
    assert scores[0] < 2 < scores[2]


@given(smiles=st.sampled_from(MOLECULES), seed=st.integers(0, 999))
def test_values_do_not_depend_on_the_spelling(smiles, seed):
    mol = Chem.MolFromSmiles(smiles)
    order = list(range(mol.GetNumAtoms()))
    random.Random(seed).shuffle(order)
    found = property_values(Chem.RenumberAtoms(mol, order), PROPERTY_NAMES)
    for name, value in property_values(mol, PROPERTY_NAMES).items():
        assert math.isclose(found[name], value, abs_tol=1e-9), name


def test_only_what_is_asked_for_is_computed():
    assert list(property_values(Chem.MolFromSmiles("CCO"), ["tpsa", "mw"])) == ["tpsa", "mw"]
    with pytest.raises(KeyError, match="colour"):
        property_values(Chem.MolFromSmiles("CCO"), ["colour"])


@pytest.mark.parametrize(
    ("smiles", "count"),
    [
        ("CCO", 0),
        ("CC(F)Cl", 1),
        ("C[C@H](F)Cl", 0),
        ("CC=CC", 1),
        ("C/C=C/C", 0),
        ("CC(F)C(F)C=CC", 3),
        ("C[C@H](F)C(F)C", 1),
        ("CC1CCC(F)CC1", 2),
        ("C1=CCCCC1", 0),
        ("C=Cc1ccccc1", 0),
    ],
)
def test_undefined_stereo_counts_open_centres_and_double_bonds(smiles, count):
    assert undefined_stereo(Chem.MolFromSmiles(smiles)) == count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from molgfn.oracles.docking.protonation import protonation_states

MAIN_STATES = {
    # amines, and what is none
    "NCc1ccccc1": "[NH3+]Cc1ccccc1",
    "CN1CCOCC1": "C[NH+]1CCOCC1",
    "C1CNC1": "C1C[NH2+]C1",
    "Nc1ccccc1": "Nc1ccccc1",
    "NCC(F)(F)F": "NCC(F)(F)F",
    "CC(N)=O": "CC(N)=O",
    "CC(=O)C=C(C)N": "CC(=O)C=C(C)N",
    "C1CCC(=CC1)N1CCCC1": "C1=C(N2CCCC2)CCCC1",
    # of two amines near each other one has a proton: that whose neighbours draw less
    "NCCN": "NCC[NH3+]",
    "C1CN2CCN1CC2": "C1C[NH+]2CCN1CC2",
    "CN1CCN(Cc2ccccc2)CC1": "C[NH+]1CCN(Cc2ccccc2)CC1",
    "C1CN(Cc2ccccc2)CCN1": "c1ccc(CN2CC[NH2+]CC2)cc1",
    "CN1CCN(c2ccccc2)CC1": "C[NH+]1CCN(c2ccccc2)CC1",
    "CN1CCCN(C)CC1": "CN1CCC[NH+](C)CC1",
    "NCCCCCN": "[NH3+]CCCCC[NH3+]",
    # amidines and pyridines
    "NC(=N)c1ccccc1": "NC(=[NH2+])c1ccccc1",
    "CNC(=N)N": "CNC(N)=[NH2+]",
    "c1ccncc1": "c1ccncc1",
    "Nc1ccccn1": "Nc1ccccn1",
    "Nc1ccncc1": "Nc1cc[nH+]cc1",
    "CN(C)c1ccncc1": "CN(C)c1cc[nH+]cc1",
    "Nc1ccnc(Cl)c1": "Nc1ccnc(Cl)c1",
    "CC(=O)Nc1ccncc1": "CC(=O)Nc1ccncc1",
    "c1c[nH]cn1": "c1c[nH]cn1",
    # acids, and what is none
    "CC(=O)O": "CC(=O)[O-]",
    "CC(=O)NS(C)(=O)=O": "CC(=O)[N-]S(C)(=O)=O",
    "c1nn[nH]n1": "c1nn[n-]n1",
    "O=C1CSC(=O)N1": "O=C1CSC(=O)[N-]1",
    "O=c1[nH]nco1": "O=c1[n-]nco1",
    "NS(=O)(=O)c1ccccc1": "NS(=O)(=O)c1ccccc1",
    "Oc1ccccc1": "Oc1ccccc1",
    "CC(=O)NO": "CC(=O)NO",
    "CC(=O)NN": "CC(=O)NN",
    "O=C1CNC(=O)N1": "O=C1CNC(=O)N1",
    "O=C1CCCC(=O)N1": "O=C1CCCC(=O)N1",
    "O=c1cccc[nH]1": "O=c1cccc[nH]1",
    "O=c1cc[nH]c(=O)[nH]1": "O=c1cc[nH]c(=O)[nH]1",
    "O=c1[nH]ncc2ccccc12": "O=c1[nH]ncc2ccccc12",
    "O=c1[nH]cn[nH]1": "O=c1[nH]cn[nH]1",
    "O=C(NC)NOC": "CNC(=O)NOC",
    # phenols
    "Oc1ccccc1O": "Oc1ccccc1O",
    "COc1ccccc1O": "COc1ccccc1O",
    "NC(=O)c1ccccc1O": "NC(=O)c1ccccc1O",
    "Oc1ccc(F)cc1": "Oc1ccc(F)cc1",
    "O=[N+]([O-])c1ccc(O)cc1": "O=[N+]([O-])c1ccc([O-])cc1",
    "Oc1c(Cl)cccc1Cl": "[O-]c1c(Cl)cccc1Cl",
    "Cc1cc(O)no1": "Cc1cc([O-])no1",
    "O=c1cc(O)c2ccccc2o1": "O=c1cc([O-])c2ccccc2o1",
    # amines with heteroatoms near
    "NNc1ccccc1": "NNc1ccccc1",
    "C1CSCN1": "C1CSCN1",
    "N#CCN1CCOCC1": "N#CCN1CCOCC1",
    "CN(Cc1ccccc1)CC(F)(F)C": "CN(Cc1ccccc1)CC(C)(F)F",
    "CNC(=O)CN1CCC(NC)CC1": "CNC(=O)CN1CCC([NH2+]C)CC1",
    "CNC(C)C1CN(C)CCO1": "C[NH2+]C(C)C1CN(C)CCO1",
    # C=N with an acyl group
    "CC1=NC(=O)CS1": "CC1=NC(=O)CS1",
    "NC(N)=NC(=O)c1ccccc1": "NC(N)=[NH+]C(=O)c1ccccc1",
    # charges that no proton explains, and zwitterions
    "C[N+](C)(C)C": "C[N+](C)(C)C",
    "O=[N+]([O-])c1ccccc1": "O=[N+]([O-])c1ccccc1",
    "NCC(=O)O": "[NH3+]CC(=O)[O-]",
    # stereo stays
    "C/C=C/NC(=O)[C@H](C)N": "C/C=C/NC(=O)[C@H](C)[NH3+]",
}
"""Main state at pH 7.4 by molecule, judged by approximate pKa values."""


@pytest.mark.parametrize("smiles", MAIN_STATES)
def test_the_main_state(smiles):
    [state] = protonation_states(Chem.MolFromSmiles(smiles), 1)
    assert Chem.MolToSmiles(state) == Chem.CanonSmiles(MAIN_STATES[smiles])


def test_other_states_follow_the_main_one():
    states = [Chem.MolToSmiles(state) for state in protonation_states(Chem.MolFromSmiles("CN1CCOCC1"), 3)]
    assert states == ["C[NH+]1CCOCC1", "CN1CCOCC1"]
    mol = Chem.MolFromSmiles("CC(c1ccccc1)N1CCN(C)CC1")
    assert [Chem.GetFormalCharge(state) for state in protonation_states(mol, 4)] == [1, 1, 0]
    assert len(protonation_states(mol, 2)) == 2


@given(smiles=st.sampled_from([*MAIN_STATES, "NCCNCCNCCN", "CC1CNCCN1CCN1CCNCC1"]), number=st.integers(1, 4))
@settings(max_examples=12, deadline=None)
def test_states_differ_in_protons_alone_and_in_no_spelling(smiles, number):
    mol = Chem.MolFromSmiles(smiles)
    states = protonation_states(mol, number)
    again = protonation_states(Chem.MolFromSmiles(Chem.MolToSmiles(mol, doRandom=True)), number)
    assert [*map(Chem.MolToSmiles, states)] == [*map(Chem.MolToSmiles, again)]
    assert 1 <= len(states) == len(set(map(Chem.MolToSmiles, states))) <= number
    for state in states:
        assert protons(state) - Chem.GetFormalCharge(state) == protons(mol) - Chem.GetFormalCharge(mol)
        assert state.GetNumHeavyAtoms() == mol.GetNumHeavyAtoms()


def protons(mol):
    return sum(atom.GetTotalNumHs() for atom in mol.GetAtoms())

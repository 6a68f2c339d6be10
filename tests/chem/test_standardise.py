import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from molgfn.chem.standardise import MoleculeError, parent_mol, parse_smiles, standard_mol, standard_smiles
from tests.library import library_molecules

MOLECULES = library_molecules(200)


@pytest.mark.parametrize(
    ("given_as", "standard"),
    [
        ("C[NH+](C)Cc1ccccc1.[Cl-]", "CN(C)Cc1ccccc1"),
        ("O=C([O-])c1ccccc1.[Na+]", "O=C(O)c1ccccc1"),
        ("C[S@+]([O-])c1ccccc1", "CS(=O)c1ccccc1"),
        ("F/C=C/[C@H](Cl)Br", "FC=CC(Cl)Br"),
        ("[2H]C([2H])c1cc[nH]c1", "Cc1cc[nH]c1"),
        ("[CH3:1][OH:2]", "CO"),
        ("O=[N+]([O-])c1ccccc1", "O=[N+]([O-])c1ccccc1"),
        ("[O-][n+]1ccccc1", "[O-][n+]1ccccc1"),
    ],
)
def test_each_convention(given_as: str, standard: str) -> None:
    assert standard_smiles(given_as) == standard


@given(st.sampled_from(MOLECULES), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_does_not_depend_on_the_spelling(smiles: str, random: object) -> None:
    mol = Chem.MolFromSmiles(smiles)
    order = list(range(mol.GetNumAtoms()))
    random.shuffle(order)  # type: ignore[attr-defined]
    respelled = Chem.MolToSmiles(Chem.RenumberAtoms(mol, order), canonical=False)
    assert standard_smiles(respelled) == standard_smiles(smiles)


@given(st.sampled_from(MOLECULES))
@settings(max_examples=100, deadline=None)
def test_standardising_twice_changes_nothing(smiles: str) -> None:
    once = standard_smiles(smiles)
    assert standard_smiles(once) == once


def test_parent_keeps_stereo() -> None:
    assert Chem.MolToSmiles(parent_mol("C[C@H]([NH3+])C(=O)[O-]")) == "C[C@H](N)C(=O)O"


def test_atoms_are_in_the_order_of_the_canonical_smiles() -> None:
    mol = standard_mol("OCc1ccccc1")
    Chem.MolToSmiles(mol)
    assert list(mol.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"]) == list(range(mol.GetNumAtoms()))


@pytest.mark.parametrize("text", ["", "  ", "hello", "c1ccccc", "C(C)(C)(C)(C)C"])
def test_refuses_what_is_no_molecule(text: str) -> None:
    with pytest.raises(MoleculeError):
        parse_smiles(text)

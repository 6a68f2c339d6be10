import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from molgfn.chem.standardise import (
    MAX_SMILES_LENGTH,
    MoleculeError,
    compound_mol,
    compound_smiles,
    parent_mol,
    parent_of,
    parse_smiles,
    standard_mol,
    standard_smiles,
)
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
        ("C[S+2]([O-])([O-])c1ccccc1", "CS(=O)(=O)c1ccccc1"),
        ("C[S+]([O-])(=N)c1ccccc1", "CS(=N)(=O)c1ccccc1"),
        ("[Na]OC(=O)c1ccccc1", "O=C(O)c1ccccc1"),
        ("[Zn+2].[O-]C(=O)c1ccccc1.[O-]C(=O)c1ccccc1", "O=C(O)c1ccccc1"),
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


@pytest.mark.parametrize("drawn", ["[H]/N=C(\\C)c1ccccc1", "[H]\\N=C(\\C)c1ccccc1"])
def test_an_imine_n_h_has_no_configuration_and_no_hydrogen_atom(drawn: str) -> None:
    assert standard_smiles(drawn, "keep") == standard_smiles(drawn) == "CC(=N)c1ccccc1"
    assert standard_smiles("C/C(=N\\O)c1ccccc1", "keep") == "C/C(=N\\O)c1ccccc1"


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


@pytest.mark.parametrize(
    ("smiles", "code", "words"),
    [
        ("*C", "unsupported_element", r"an atom is open \(\*\)"),
        ("[*]CCO", "unsupported_element", "open"),
        ("[Fe]", "unsupported_element", r"it holds Iron \(Fe\)"),
        ("[Fe+2].c1cc[cH-]c1.c1cc[cH-]c1", "unsupported_element", "Fe"),
        ("[CH]12[CH]3[CH]4[CH]5[CH]1[Fe]23451678[CH]2[CH]1[CH]6[CH]7[CH]28", "unsupported_element", "Fe"),
        ("CC[Zn]CC", "unsupported_element", "Zn"),
        ("C[Mg]Br", "unsupported_element", "Mg"),
        ("[Na+].[Cl-]", "not_organic", "no carbon"),
        ("O.[Na+].[Cl-]", "not_organic", "no carbon"),
        ("C[S+](C)(C)[O-]", "radical", "unpaired"),
        ("CC1(C)CCCC(C)(C)N1[O]", "radical", "unpaired"),
        ("C[CH2].Cl", "radical", "unpaired"),
        ("c1ccccc1CCO.c1ccncc1CCN", "several_fragments", "a mixture of 2 molecules"),
        ("C" * 20_000, "too_large", "20,000 characters; at most 2,000"),
    ],
)
def test_what_is_no_closed_shell_organic_molecule_is_refused(smiles: str, code: str, words: str) -> None:
    with pytest.raises(MoleculeError, match=words) as caught:
        standard_mol(smiles)
    assert caught.value.code == code


@pytest.mark.parametrize(("smiles", "code"), [("O", "not_organic"), ("C" * 151, "too_large")])
def test_a_compound_has_carbon_and_a_size(smiles: str, code: str) -> None:
    standard_mol(smiles)
    with pytest.raises(MoleculeError) as caught:
        compound_mol(smiles)
    assert caught.value.code == code


def test_silanes_and_the_longest_smiles_are_read() -> None:
    assert compound_smiles("C[Si](C)(C)C(C)(C)C") == "CC(C)(C)[Si](C)(C)C"
    assert parse_smiles("C" * MAX_SMILES_LENGTH).GetNumAtoms() == MAX_SMILES_LENGTH


def test_a_quaternary_ammonium_is_not_neutralised() -> None:
    parent = parent_of("C[N+](C)(C)Cc1ccccc1F.[Cl-]")
    assert (parent.stripped, parent.neutralised) == (True, False)
    assert parent_of("C[NH+](C)Cc1ccccc1F.[Cl-]").neutralised


@pytest.mark.parametrize(
    ("given_as", "kept"),
    [
        ("C[C@H](N)C(=O)Nc1ccccc1.Cl", "C[C@H](N)C(=O)Nc1ccccc1"),
        ("C[S@+]([O-])c1ccccc1", "C[S@](=O)c1ccccc1"),
        ("F/C=C/C[2H]", "C/C=C/F"),
        ("[2H][C@H](C)O", "CCO"),
        ("N[C@@H](C)c1ccccc1F.N[C@H](C)c1ccccc1F", "CC(N)c1ccccc1F"),
    ],
)
def test_configuration_is_kept_where_it_is_asked_for(given_as: str, kept: str) -> None:
    assert standard_smiles(given_as, "keep") == Chem.CanonSmiles(kept)
    assert standard_smiles(given_as) == standard_smiles(kept)

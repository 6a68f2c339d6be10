import pytest

from molgfn.assay.structures import structure_of
from molgfn.chem.standardise import MoleculeError


@pytest.mark.parametrize(
    ("smiles", "standard", "changes"),
    [
        ("CCO", "CCO", ()),
        ("C[C@H](N)c1ccccc1.Cl", "CC(N)c1ccccc1", ("salt stripped", "stereo removed")),
        ("CC(N)c1ccccc1", "CC(N)c1ccccc1", ()),
        ("CCCCCCN.OC(=O)/C=C/C(=O)O", "CCCCCCN", ("salt stripped",)),
        ("CNCc1ccc[nH]1.Cc1ccc(cc1)S(=O)(=O)O", "CNCc1ccc[nH]1", ("salt stripped",)),
        ("C[N+](C)(C)Cc1ccccc1F.[Cl-]", "C[N+](C)(C)Cc1ccccc1F", ("salt stripped",)),
        ("CC(=O)[O-].[Na+]", "CC(=O)O", ("salt stripped", "neutralised")),
        ("O=[N+]([O-])c1ccccc1", "O=[N+]([O-])c1ccccc1", ()),
        ("[2H]C([2H])([2H])O", "CO", ("isotopes removed",)),
        ("F/C=C/F", "FC=CF", ("stereo removed",)),
    ],
)
def test_what_is_changed_is_said(smiles: str, standard: str, changes: tuple[str, ...]) -> None:
    structure = structure_of(smiles)
    assert (structure.smiles, structure.changes) == (standard, changes)


@pytest.mark.parametrize(
    ("smiles", "words"),
    [
        ("aspirin", "not a valid SMILES"),
        ("c1ccccc1CCO.c1ccncc1CCN", "a mixture of 2 molecules"),
        ("[NH4+].[Cl-]", "no carbon in it"),
        ("*CC", r"an atom is open \(\*\)"),
        ("C" * 200, "200 heavy atoms; at most 150 are read"),
    ],
)
def test_what_is_no_compound_is_refused(smiles: str, words: str) -> None:
    with pytest.raises(MoleculeError, match=words):
        structure_of(smiles)


def test_two_of_one_molecule_with_its_salt_are_no_mixture() -> None:
    assert structure_of("NCCc1ccccc1.NCCc1ccccc1.OC(=O)/C=C/C(=O)O").smiles == "NCCc1ccccc1"


def test_tautomers_and_stereoisomers_share_a_key() -> None:
    assert structure_of("Oc1ccccn1").key == structure_of("O=c1cccc[nH]1").key
    assert structure_of("C[C@H](N)O").key == structure_of("C[C@@H](N)O").key
    assert structure_of("CCO").key != structure_of("CCN").key


def test_stereoisomers_are_compounds_of_their_own_where_stereo_is_kept() -> None:
    r, s, flat = (structure_of(smiles, "keep") for smiles in ("C[C@H](N)CO", "C[C@@H](N)CO", "CC(N)CO"))
    assert len({r.key, s.key, flat.key}) == len({r.smiles, s.smiles, flat.smiles}) == 3
    assert {r.skeleton, s.skeleton, flat.skeleton} == {structure_of("CC(N)CO").key}
    assert structure_of("C/C=C/Cl", "keep").key != structure_of("C/C=C\\Cl", "keep").key
    assert r.changes == ()
    assert structure_of("Oc1ccccn1", "keep").key == structure_of("O=c1cccc[nH]1", "keep").key

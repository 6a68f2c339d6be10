import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from molgfn.oracles.docking.ligand import Ligand, Refusal, dockable_mol, prepare_ligands


def prepare_ligand(smiles: str) -> Ligand:
    [ligand] = prepare_ligands(smiles, protonation_states=0, stereo_isomers=1)
    return ligand


DRUGS = [
    "CC(C)(C)OC(=O)N1CCC(Nc2ncnc3[nH]ccc23)C1",
    "C[C@@H]1CN=C(NC2C(C)(C)C2(C)C)SC1",
    "O=C(O)c1ccc(/C=C/c2ccccc2)cc1",
    "CC(N)C(=O)NC1CCCCC1Cl",
    "C[S@](=O)c1ccc(CN)cc1",
]


@given(smiles=st.sampled_from(DRUGS), seed=st.integers(1, 10_000))
@settings(max_examples=15, deadline=None)
def test_spelling_does_not_matter(smiles, seed):
    spelled = Chem.MolToRandomSmilesVect(Chem.MolFromSmiles(smiles), 1, seed)[0]
    assert prepare_ligand(spelled).pdbqt == prepare_ligand(smiles).pdbqt


@pytest.mark.parametrize(
    ("smiles", "docked"),
    [
        ("[Na+].CC(=O)[O-]", "CC(=O)O"),
        ("C[NH3+].[Cl-]", "CN"),
        ("CNCc1ccc[nH]1.Cc1ccc(cc1)S(=O)(=O)O", "CNCc1ccc[nH]1"),
        ("[2H]C([2H])([2H])c1ccccc1", "Cc1ccccc1"),
        ("[CH3:7]c1ccccc1", "Cc1ccccc1"),
        ("OC(=O)CN.OC(=O)CN", "NCC(=O)O"),
        ("C[S+]([O-])C", "CS(C)=O"),
        ("C[N+](C)(C)C", "C[N+](C)(C)C"),
    ],
)
def test_the_neutral_parent_is_docked(smiles, docked):
    assert prepare_ligand(smiles).smiles == docked


def test_given_stereo_is_kept_and_missing_stereo_is_settled():
    assert prepare_ligand("C[C@H](F)Cl").smiles == Chem.CanonSmiles("C[C@H](F)Cl")
    assert prepare_ligand("C[C@@H](F)Cl").smiles == Chem.CanonSmiles("C[C@@H](F)Cl")
    assert prepare_ligand("C/C=C\\C(=O)N").smiles == Chem.CanonSmiles("C/C=C\\C(=O)N")
    settled = prepare_ligand("CC(F)C=CC(=O)N").smiles
    assert settled in {
        Chem.CanonSmiles(f"C[{centre}H](F)/C=C{bond}C(=O)N") for centre in ("C@", "C@@") for bond in ("/", "\\")
    }


def test_the_pdbqt_maps_every_heavy_atom():
    ligand = prepare_ligand("OCc1ccccc1")
    numbers = [
        int(word)
        for line in ligand.pdbqt.splitlines()
        if line.startswith("REMARK INDEX MAP")
        for word in line.split()[3:]
    ]
    assert {index - 1 for index in numbers[::2]} >= set(range(dockable_mol("OCc1ccccc1").GetNumAtoms()))


@pytest.mark.parametrize(
    ("smiles", "code", "message"),
    [
        ("", "unparsable", "empty SMILES"),
        ("C1CC", "unparsable", "not a valid SMILES: 'C1CC'"),
        ("CC(C)(C)(C)C", "unparsable", "not a valid SMILES: 'CC(C)(C)(C)C'"),
        (
            "CCCCCO.CCCCCCN",
            "several_fragments",
            "a mixture of 2 molecules (CCCCCCN and CCCCCO); give the one that is meant",
        ),
        ("OB(O)c1ccccc1", "unsupported_element", "Vina has no parameters for B"),
        ("C[Si](C)(C)C[Se]C", "unsupported_element", "Vina has no parameters for Se, Si"),
        ("c1ccccc1*", "unsupported_element", "an atom is open (*)"),
        ("[Na+].[Cl-]", "not_organic", "no carbon in it"),
        ("NS(N)(=O)=O", "not_organic", "no carbon atom"),
        ("C[CH]C", "radical", "an atom has an unpaired electron or an empty valence"),
        ("C" * 20_000, "too_large", "a SMILES of 20,000 characters; at most 2,000 are read"),
        ("C" * 51, "too_large", "51 heavy atoms; at most 50 are docked"),
        ("C" * 25, "too_flexible", "22 rotatable bonds; at most 20 are docked"),
        ("[C@@H]12CC[C@H](CC1)C2", "no_conformer", "no three-dimensional conformer could be made"),
        ("CC~CC", "no_pdbqt", "meeko: RDKit molecule has query. Check exotic fields (atom or bond) in SDF."),
        ("[C-]#[O+]", "no_pdbqt", "meeko: atom number 0 has non finite charge"),
    ],
)
def test_refusals(smiles, code, message):
    with pytest.raises(Refusal) as caught:
        prepare_ligand(smiles)
    assert caught.value.code == code
    assert str(caught.value).startswith(message)


def species(smiles: str, protonation_states: int, stereo_isomers: int) -> list[str]:
    return [ligand.smiles for ligand in prepare_ligands(smiles, protonation_states, stereo_isomers)]


def test_isomers_are_docked_where_stereo_is_open():
    assert set(species("CC(N)c1ccccc1F", 0, 2)) == {"C[C@@H](N)c1ccccc1F", "C[C@H](N)c1ccccc1F"}
    assert species("C[C@@H](N)c1ccccc1F", 0, 2) == ["C[C@@H](N)c1ccccc1F"]
    assert len(species("CC(F)C(Cl)C(N)O", 0, 2)) == 2
    assert len(species("CC(F)C(Cl)C(N)O", 0, 8)) == 8
    # One isomer is given and one open.
    assert set(species("C[C@@H](N)CC(F)Cl", 0, 4)) == {"C[C@@H](N)C[C@@H](F)Cl", "C[C@@H](N)C[C@H](F)Cl"}


def test_isomers_that_cannot_exist_are_left_out():
    # Two bridgeheads have one relative configuration.
    assert len(species("OC1CC2CCC1C2", 0, 8)) == 4
    assert len(species("CC1(C)C2CCC1(C)C(=O)C2", 0, 8)) == 2


@pytest.mark.parametrize("states", [0, 1])
def test_one_defined_species_is_prepared_as_before(states):
    smiles = "C[C@H](O)c1ccc(C(N)=O)cc1"
    assert prepare_ligands(smiles, states, 2)[0].pdbqt == prepare_ligand(smiles).pdbqt


AZEPANE, DIAZEPAM = "O=C(c1ccccc1)N1CCCCCC1", "CN1C(=O)CN=C(c2ccccc2)c2cc(Cl)ccc21"
MACROCYCLE = "O=C1CCCCCCCCCCCCCN1c1ccccc1"


def ring_is_open(smiles: str, max_rigid_ring: int) -> bool:
    """Meeko marks the two ends of an opened bond by the atom types CG0 and G0."""
    [ligand] = prepare_ligands(smiles, 0, 1, max_rigid_ring)
    return any(line.split()[-1] == "CG0" for line in ligand.pdbqt.splitlines() if line.startswith("ATOM"))


@pytest.mark.parametrize("smiles", [AZEPANE, DIAZEPAM])
def test_rings_of_seven_to_twelve_atoms_keep_their_shape(smiles):
    assert ring_is_open(smiles, 6)
    assert not ring_is_open(smiles, 7)
    [ligand] = prepare_ligands(smiles)
    assert ligand.pdbqt == prepare_ligands(smiles, 0, 1, 7)[0].pdbqt


def test_larger_rings_may_change_their_shape():
    assert ring_is_open(MACROCYCLE, 12)
    assert not ring_is_open(MACROCYCLE, 33)


def test_states_and_isomers_are_combined():
    found = species("CC(c1ccccc1)N1CCOCC1", 2, 2)
    assert [Chem.GetFormalCharge(Chem.MolFromSmiles(smiles)) for smiles in found] == [1, 1, 0, 0]
    assert len(set(found)) == 4


@given(smiles=st.sampled_from(DRUGS), seed=st.integers(1, 10_000))
@settings(max_examples=4, deadline=None)
def test_spelling_does_not_matter_for_species(smiles, seed):
    spelled = Chem.MolToRandomSmilesVect(Chem.MolFromSmiles(smiles), 1, seed)[0]
    assert [one.pdbqt for one in prepare_ligands(spelled, 2, 2)] == [one.pdbqt for one in prepare_ligands(smiles, 2, 2)]

"""Laws of the featuriser: it sees the molecule, not its spelling, and a batch is its molecules end to end."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from molgfn.chem.similarity import MORGAN
from molgfn.chem.standardise import standard_mol
from molgfn.errors import DataError
from molgfn.proxy.data.graphs import featurise, featurise_counted, featurise_smiles
from molgfn.proxy.data.layout import ATOM_FEATURES, BOND_TYPES, LAYOUTS

ACETANILIDE = "CC(=O)Nc1ccccc1"


def features(smiles: str) -> list[dict[str, int]]:
    graphs = featurise([Chem.MolFromSmiles(smiles)])
    return [dict(zip(ATOM_FEATURES, row.tolist(), strict=True)) for row in graphs.atoms]


def bond_types(smiles: str) -> list[str]:
    return [BOND_TYPES[code] for code in featurise([Chem.MolFromSmiles(smiles)]).bond_types]


def test_atoms_of_acetanilide():
    methyl, carbonyl, oxygen, nitrogen, ipso, ortho, *_ = features(ACETANILIDE)
    assert (methyl["element"], methyl["hydrogens"], methyl["neighbours"], methyl["aromatic"]) == (2, 3, 1, 0)
    assert (oxygen["element"], carbonyl["hybridisation"], nitrogen["hydrogens"]) == (4, 2, 1)
    assert (ipso["ring_size"], ipso["rings"], ipso["aromatic"], ipso["neighbours"]) == (4, 1, 1, 3)
    assert (ortho["hydrogens"], nitrogen["ring_size"], nitrogen["rings"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        (ACETANILIDE, ["single end", "double chain", "single chain", "single chain", *["aromatic"] * 6]),
        ("C1=CC1", ["double ring", "single ring", "single ring"]),
        ("CC#N", ["single end", "triple"]),
    ],
)
def test_bond_types(smiles, expected):
    assert bond_types(smiles) == expected


def test_charge_element_and_ring_codes():
    assert [atom["charge"] for atom in features("[O-][N+](C)=O")] == [0, 2, 1, 1]
    assert features("[SiH4]")[0]["element"] != features("[SeH2]")[0]["element"] == 0
    spiro = features("C1CC12CCCCCCC2")
    assert {atom["ring_size"] for atom in spiro} == {1, 5}  # three-membered; seven and more
    assert sorted(atom["rings"] for atom in spiro)[-1] == 2


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_any_spelling_gives_the_same_arrays(random):
    mol = Chem.MolFromSmiles("C[C@H](N)C(=O)Nc1ccc(Cl)cc1")
    order = list(range(mol.GetNumAtoms()))
    random.shuffle(order)
    spelled = Chem.MolToSmiles(Chem.RenumberAtoms(mol, order), canonical=False)
    a, b = featurise_smiles([spelled]), featurise_smiles(["CC(N)C(=O)Nc1ccc(Cl)cc1"])
    assert all(np.array_equal(getattr(a, name), getattr(b, name)) for name in a.__dataclass_fields__)


def test_a_batch_is_its_molecules_end_to_end(smiles):
    whole = featurise_smiles(smiles)
    chosen = [5, 0, 5, 17]
    taken, alone = whole.take(chosen), [featurise_smiles([smiles[i]]) for i in chosen]
    for name in whole.__dataclass_fields__:
        assert np.array_equal(getattr(taken, name), np.concatenate([getattr(one, name) for one in alone]))


def test_counts_are_sums_over_atoms_and_bonds(smiles):
    graphs = featurise_smiles(smiles)
    counts, n_atom_features = graphs.counts(), LAYOUTS["merge"].n_atom_features
    assert counts.shape == (len(smiles), n_atom_features + len(BOND_TYPES))
    assert np.array_equal(counts[:, :12].sum(axis=1), graphs.n_atoms)
    assert np.array_equal(counts[:, n_atom_features:].sum(axis=1), graphs.n_bonds)
    for feature, column in enumerate(np.split(graphs.atom_one_hot(), np.cumsum(list(ATOM_FEATURES.values()))[:-1], 1)):
        assert np.array_equal(column.argmax(axis=1), graphs.atoms[:, feature])


def test_morgan_counts_are_those_of_rdkit(smiles):
    expected = np.stack([MORGAN.GetCountFingerprintAsNumPy(Chem.MolFromSmiles(text)) for text in smiles])
    graphs, counts = featurise_counted(smiles)
    assert np.array_equal(counts.toarray(), expected)
    assert np.array_equal(graphs.atoms, featurise_smiles(smiles).atoms)


def test_bond_ends_point_at_the_atoms_of_their_own_molecule(smiles):
    graphs = featurise_smiles(smiles)
    molecule = graphs.molecule_of_atom()[graphs.bond_ends()]
    assert np.array_equal(molecule[:, 0], molecule[:, 1])
    assert np.array_equal(molecule[:, 0], np.repeat(np.arange(len(smiles)), graphs.n_bonds))


def test_a_molecule_of_one_atom_has_no_bonds():
    graphs = featurise([standard_mol("C")])
    assert (graphs.bonds.shape, len(graphs.bond_types), graphs.n_atoms.tolist()) == ((0, 2), 0, [1])


def test_bad_input_names_the_molecule_and_its_place():
    with pytest.raises(DataError, match=r"molecule 1 \(counted from 0\), 'c1cc'"):
        featurise_smiles(["C", "c1cc"])
    with pytest.raises(DataError, match="empty"):
        featurise_smiles([])


def test_configuration_is_a_feature_only_where_stereoisomers_are_kept():
    isomers = ["C[C@H](N)/C=C/Cl", "C[C@@H](N)/C=C/Cl", "C[C@H](N)/C=C\\Cl", "CC(N)C=CCl"]
    merged, kept = featurise_smiles(isomers), featurise_smiles(isomers, "keep")
    assert merged.layout is LAYOUTS["merge"]
    assert kept.layout is LAYOUTS["keep"]
    assert len(np.unique(merged.counts(), axis=0)) == 1
    assert len(np.unique(kept.counts(), axis=0)) == 4
    assert kept.atom_one_hot().shape[1] == LAYOUTS["keep"].n_atom_features
    types = [{kept.layout.bond_types[code] for code in kept.take([row]).bond_types} for row in range(4)]
    assert ["double E" in of_molecule for of_molecule in types] == [True, True, False, False]
    assert ["double Z" in of_molecule for of_molecule in types] == [False, False, True, False]
    flat = kept.take([3])
    assert np.array_equal(flat.atoms[:, :-1], merged.take([3]).atoms)
    assert not flat.atoms[:, -1].any()


def test_counted_and_plain_features_of_kept_stereoisomers_agree():
    isomers = ["C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O"]
    graphs, counts = featurise_counted(isomers, "keep")
    assert np.array_equal(graphs.atoms, featurise_smiles(isomers, "keep").atoms)
    assert (counts.toarray()[0] != counts.toarray()[1]).any()

"""Morgan environments hold the configuration where stereoisomers are kept apart, and only there."""

import numpy as np
import pytest
from rdkit import Chem

from molgfn.chem.similarity import MORGAN, fingerprint
from molgfn.proxy.data.morgan import environment_array, environment_bits, environment_counts

PAIRS = {
    "enantiomers": ("C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O"),
    "sulfoxides": ("C[S@](=O)c1ccccc1", "C[S@@](=O)c1ccccc1"),
    "cis and trans of a ring": ("C[C@H]1CC[C@@H](O)CC1", "C[C@H]1CC[C@H](O)CC1"),
    "E and Z": ("C/C=C/Cl", "C/C=C\\Cl"),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_stereoisomers_differ_only_where_they_are_kept(pair):
    first, second = map(Chem.MolFromSmiles, pair)
    assert np.array_equal(environment_array(first, "merge"), environment_array(second, "merge"))
    assert not np.array_equal(environment_array(first, "keep"), environment_array(second, "keep"))
    assert environment_bits(first, "keep") != environment_bits(second, "keep")


def test_kept_counts_do_not_depend_on_the_spelling():
    first, second = map(Chem.MolFromSmiles, ("C[C@H](N)/C=C/Cl", "Cl/C=C/[C@@H](N)C"))
    assert Chem.MolToSmiles(first) == Chem.MolToSmiles(second)
    assert np.array_equal(environment_array(first, "keep"), environment_array(second, "keep"))


def test_a_drawing_without_configuration_has_the_environments_of_merged_ones(smiles):
    for text in smiles[:10]:
        mol = Chem.MolFromSmiles(text)
        assert np.array_equal(environment_array(mol, "keep"), MORGAN.GetCountFingerprintAsNumPy(mol))
        assert environment_bits(mol, "merge") == fingerprint(mol)


def test_columns_and_counts_are_those_of_the_array():
    mol = Chem.MolFromSmiles(PAIRS["enantiomers"][0])
    whole = environment_array(mol, "keep")
    counted = dict(environment_counts(mol, "keep"))
    assert counted == {column: whole[column] for column in np.flatnonzero(whole)}

from rdkit import Chem

from molgfn.chem.similarity import fingerprint

SMILES = ["c1ccccc1", "Cc1ccccc1", "CCc1ccccc1", "c1ccncc1", "CCO", "CCCO", "CC(=O)N1CCNCC1", "NS(=O)(=O)c1ccccc1"]
PRINTS = [fingerprint(Chem.MolFromSmiles(smiles)) for smiles in SMILES]


def test_fingerprint_has_2048_bits_and_sees_two_bonds_far():
    assert PRINTS[0].GetNumBits() == 2048
    # benzene: one aromatic carbon and its two neighbourhoods
    assert PRINTS[0].GetNumOnBits() == 3


def test_fingerprint_does_not_depend_on_the_spelling():
    assert fingerprint(Chem.MolFromSmiles("OCC")) == fingerprint(Chem.MolFromSmiles("CCO"))

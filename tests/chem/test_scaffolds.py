import pytest
from rdkit import Chem

from molgfn.chem.scaffolds import murcko_scaffold


@pytest.mark.parametrize(
    ("smiles", "scaffold"),
    [
        ("CC(=O)Oc1ccccc1C(=O)O", "c1ccccc1"),
        ("Cc1cc(Oc2nccc(CCC)c2)ccc1", "c1ccc(Oc2ccccn2)cc1"),
        ("C[C@H]1CC[C@@H](c2ccccc2)O1", "c1ccc(C2CCCO2)cc1"),
        ("Cn1cccc1", "c1cc[nH]c1"),
        ("CN1CCCCC1=O", "O=C1CCCCN1"),
        ("C1CC1.CCO", "C1CC1"),
        ("CCCC(=O)N", ""),
        ("C", ""),
    ],
)
def test_scaffold_is_rings_and_linkers(smiles, scaffold):
    assert murcko_scaffold(Chem.MolFromSmiles(smiles)) == scaffold


@pytest.mark.parametrize("smiles", ["Cc1ccc(C(=O)N2CCCC2)cc1", "Cn1cnc2c1c(=O)n(C)c(=O)n2C", "OC1CCC2(CC1)OCCO2"])
def test_scaffold_of_a_scaffold_is_itself(smiles):
    scaffold = murcko_scaffold(Chem.MolFromSmiles(smiles))
    assert murcko_scaffold(Chem.MolFromSmiles(scaffold)) == scaffold

import pytest
from rdkit import Chem
from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogParams

from molgfn.chem.pains import _screen, pains_alerts

MOLECULES = [
    "O=C1C=CC(=O)C=C1",
    "Cc1cc(C=C2SC(=S)NC2=O)c(C)n1-c1ccccc1",
    "CN(C)c1ccc(N=Nc2ccccc2)cc1",
    "Oc1ccccc1C=NNC(=O)c1ccccc1",
    "CCN(CC)c1ccc(C=C(C#N)C#N)cc1",
    "Oc1ccc(C2c3ccccc3C(=O)N2c2ccccc2)cc1O",
    "CC1=C(C(=O)OCC)C(c2ccccc2)C(C#N)=C(N)O1",
    "COc1ccc2c(c1)[nH]c1c2CCNC1C",
    "O=C(c1cc(Cc2n[nH]c(=O)c3ccccc23)ccc1F)N1CCN(C(=O)C2CC2)CC1",
    "CSc1ncccc1C(=O)Nc1ccc(N2CCN(Cc3ccccc3)CC2)cc1",
    "CC(=O)Oc1ccccc1C(=O)O",
    "C",
]


@pytest.fixture(scope="module")
def catalog():
    return FilterCatalog(FilterCatalogParams(FilterCatalogParams.FilterCatalogs.PAINS))


@pytest.mark.parametrize("smiles", MOLECULES)
def test_answers_are_those_of_the_catalog(catalog, smiles):
    mol = Chem.MolFromSmiles(smiles)
    assert pains_alerts(mol) == sorted(entry.GetDescription() for entry in catalog.GetMatches(mol))


def test_some_of_these_molecules_raise_alerts_and_some_do_not():
    raised = [bool(pains_alerts(Chem.MolFromSmiles(smiles))) for smiles in MOLECULES]
    assert any(raised)
    assert not all(raised)


def test_every_pattern_is_screened():
    entries, required = _screen()
    assert len(entries) == 480
    assert required.any(axis=1).all()


def test_a_pattern_that_cannot_be_read_is_matched_against_every_molecule(monkeypatch):
    monkeypatch.setattr("molgfn.chem.pains._smarts_by_name", dict)
    monkeypatch.setattr("molgfn.chem.pains._screen", _screen.__wrapped__)
    assert pains_alerts(Chem.MolFromSmiles(MOLECULES[0])) == ["quinone_A(370)"]

import re

import pytest
from rdkit import Chem

from molgfn.chem.alerts import ALERT_CATALOGS, find_alerts

QUINONE = Chem.MolFromSmiles("O=C1C=CC(=O)C=C1")


def test_clean_molecule_raises_none():
    assert find_alerts(Chem.MolFromSmiles("CC(=O)Nc1ccc(F)cc1"), ["PAINS"]) == ()


@pytest.mark.parametrize(
    ("smiles", "alert"),
    [
        ("O=C1C=CC(=O)C=C1", "PAINS: quinone_A(370)"),  # family A
        ("O=C1NC(=S)SC1=Cc1ccccc1", "PAINS: ene_rhod_A(235)"),
        ("CC=O", "BRENK: aldehyde"),
        ("CC(=O)Cl", "BRENK: acid_halide"),
        ("N#CC(O)C", "NIH: cyanohydrin"),
        ("CC=O", "CHEMBL: aldehyde"),
    ],
)
def test_known_offenders_are_named(smiles, alert):
    catalog, _, _ = alert.partition(":")
    assert alert in find_alerts(Chem.MolFromSmiles(smiles), [catalog])


def test_the_three_pains_families_are_searched():
    # one molecule each of family A, B and C
    for smiles, alert in [
        ("O=C1C=CC(=O)C=C1", "quinone_A"),
        ("CN(C)c1ccc(N=Nc2ccccc2)cc1", "azo"),
        ("Oc1ccccc1C=NNC(=O)c1ccccc1", "hzone_phenol"),
    ]:
        assert any(alert in name for name in find_alerts(Chem.MolFromSmiles(smiles), ["PAINS"])), alert


def test_order_is_that_of_the_catalogs_then_of_names_and_nothing_repeats():
    alerts = find_alerts(QUINONE, ALERT_CATALOGS)
    groups = [alert.split(":")[0] for alert in alerts]
    assert groups == sorted(groups, key=ALERT_CATALOGS.index)
    for catalog in ALERT_CATALOGS:
        names = [alert for alert in alerts if alert.startswith(catalog)]
        assert names == sorted(set(names))
    assert find_alerts(QUINONE, ["BRENK", "PAINS"])[-1] == "PAINS: quinone_A(370)"


def test_alerts_do_not_depend_on_the_spelling():
    other = Chem.MolFromSmiles("C1(=O)C=CC(C=C1)=O")
    assert find_alerts(other, ALERT_CATALOGS) == find_alerts(QUINONE, ALERT_CATALOGS)


def test_unknown_catalog_is_named_with_what_is_accepted():
    message = "unknown alert catalog 'PAIN'; accepted: PAINS, BRENK, NIH, CHEMBL. Did you mean `PAINS`?"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        find_alerts(QUINONE, ["PAIN"])

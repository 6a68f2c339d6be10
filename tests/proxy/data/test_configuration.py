"""Configuration is seen wherever it is drawn: at carbon and sulfur, across rings, and at double bonds."""

import pytest
from rdkit import Chem

from molgfn.proxy.data import configuration as module
from molgfn.proxy.data.configuration import ATOM_CODES, BOND_CODES, configuration

S_ALANINE, TRANS_RING = "C[C@H](N)C(=O)O", "C[C@H]1CC[C@@H](O)CC1"


def atoms(smiles: str) -> list[int]:
    return [code for code in configuration(Chem.MolFromSmiles(smiles))[0] if code]


def bonds(smiles: str) -> list[int]:
    return [code for code in configuration(Chem.MolFromSmiles(smiles))[1] if code]


def test_enantiomers_have_opposite_codes() -> None:
    assert atoms(S_ALANINE) == [ATOM_CODES["S"]]
    assert atoms("C[C@@H](N)C(=O)O") == [ATOM_CODES["R"]]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("C[S@](=O)c1ccccc1", "C[S@@](=O)c1ccccc1"),
        (TRANS_RING, "C[C@H]1CC[C@H](O)CC1"),
        ("C[C@@H]1CCCC[C@H]1O", "C[C@H]1CCCC[C@H]1O"),
    ],
    ids=["sulfoxides", "cis and trans in 1,4", "cis and trans in 1,2"],
)
def test_other_stereoisomers_are_told_apart(first: str, second: str) -> None:
    assert atoms(first)
    assert atoms(second)
    assert atoms(first) != atoms(second)


def test_double_bonds_are_e_or_z() -> None:
    assert (bonds("C/C=C/Cl"), bonds("C/C=C\\Cl")) == ([BOND_CODES["E"]], [BOND_CODES["Z"]])
    assert (bonds("C/C=N/O"), bonds("C/C=N\\O")) == ([BOND_CODES["E"]], [BOND_CODES["Z"]])


@pytest.mark.parametrize("smiles", ["CC(N)C(=O)O", "CC=CCl", "CC1CCC(O)CC1", "C"])
def test_without_a_drawn_configuration_all_codes_are_0(smiles: str) -> None:
    mol = Chem.MolFromSmiles(smiles)
    assert configuration(mol) == (bytes(mol.GetNumAtoms()), bytes(mol.GetNumBonds()))


def test_a_search_that_takes_too_long_falls_back_to_older_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_STEPS", 1)
    with pytest.raises(RuntimeError, match="Max Iterations"):
        module.rdCIPLabeler.AssignCIPLabels(Chem.MolFromSmiles(TRANS_RING), maxRecursiveIterations=1)
    assert atoms(S_ALANINE) == [ATOM_CODES["S"]]
    assert atoms(TRANS_RING) == []

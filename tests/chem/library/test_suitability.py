"""Blocks that a vocabulary should not hold."""

import pytest
from rdkit import Chem

from molgfn.chem.library.census import Census
from molgfn.chem.library.choice import choose_vocabulary
from molgfn.chem.library.suitability import capped, has_aromatic_tautomer, holders_of, why_unsuitable
from molgfn.chem.standardise import standard_mol
from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.fragmentation import fragment


def census_of(molecules: list[str]) -> Census:
    return Census([fragment(standard_mol(smiles)) for smiles in molecules], molecules)


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        ("C1=Nc2ccccc2C1", True),  # 3H-indole
        ("CC1=C(C)C(C)N=N1", True),  # 3H-pyrazole
        ("CC1(C)N=NC(C)=C1C", False),  # two methyls keep it from becoming a 1H-pyrazole
        ("CC1=c2cc(C)ccc2=NC1", True),  # an isoindole drawn with an o-quinoid ring
        ("C1=NCCN1", False),  # imidazoline: no other form is aromatic
        ("C1=NNCC1", False),
        ("O=C1CC=NN1", False),  # pyrazolone: both forms are usual
        ("O=C1CNC(=O)N1", False),
        ("c1cn[nH]c1", False),
        ("C1CCNCC1", False),
        ("C1=CCCC1", False),
    ],
)
def test_rings_with_an_aromatic_tautomer(smiles: str, expected: bool) -> None:
    assert has_aromatic_tautomer(Chem.MolFromSmiles(smiles)) is expected


def test_a_block_is_judged_with_its_stems_in_use() -> None:
    # Pyrrole written as 2H-pyrrole: with both hydrogens of its carbon replaced there is nothing to move.
    block = Block("C1=CCN=C1", (2,), (1,))
    assert Chem.MolToSmiles(capped(block)) == "CC1C=CC=N1"
    assert why_unsuitable(block, []) == "another tautomer is aromatic"


def test_a_block_that_alerts_in_every_molecule_is_left_out_one_that_alerts_in_some_is_not() -> None:
    thiol = ["SCc1ccccc1", "SCCNC(=O)c1ccccc1", "SCC1CCNCC1"]
    acetyl = ["CC(=O)NCc1ccccc1", "CC(=O)Oc1ccccc1", "CC(C)=O"]
    assert why_unsuitable(Block("S", (0,), (2,)), thiol) == "BRENK: thiol_2 in every molecule with it"
    assert why_unsuitable(Block("S", (0,), (2,)), [*thiol, "CSCc1ccccc1"]) == ""
    assert why_unsuitable(Block("CC=O", (1,), (1,)), acetyl) == ""


def test_holders_are_the_first_fifty_molecules_with_a_block() -> None:
    census = census_of([f"{'C' * n}c1ccccc1" for n in range(1, 61)])
    holders = holders_of(census, ["c1ccccc1", "C1CC1"])
    assert holders["c1ccccc1"] == census.smiles[:50]
    assert "C1CC1" not in holders


def test_the_vocabulary_says_what_it_left_out() -> None:
    molecules = ["SCc1ccccc1", "SCc1ccncc1", "Cc1ccccc1", "Cc1ccncc1"] * 3
    vocabulary = choose_vocabulary(census_of(molecules), 10, "own")
    assert "CS" not in vocabulary.numbers
    assert {"C", "c1ccccc1", "c1ccncc1"} <= vocabulary.numbers.keys()
    assert vocabulary.source["unsuitable"] == {"CS": "BRENK: thiol_2 in every molecule with it"}

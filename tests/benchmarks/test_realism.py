import random

import pytest
from rdkit import Chem

from benchmarks.realism import Library, described, ring_systems, same_size

SMILES = ["c1ccccc1", "C1CCNCC1", "Cc1ccccc1", "c1ccc2ccccc2c1", "CC(=O)Nc1ccccc1"]


@pytest.mark.parametrize(
    ("smiles", "systems"),
    [
        ("CCO", set()),
        ("Cc1ccccc1-c1ccncc1", {"c1ccccc1", "c1ccncc1"}),
        ("O=C1CCc2ccccc2N1C", ring_systems(Chem.MolFromSmiles("c1ccc2c(c1)CCCN2"))),
        ("C1CCC2(CC1)CCNCC2", {"C1CCC2(CC1)CCNCC2"}),
    ],
)
def test_ring_systems_stand_without_what_hangs_on_them(smiles: str, systems: set[str]) -> None:
    assert ring_systems(Chem.MolFromSmiles(smiles)) == systems


def test_matched_molecules_have_the_same_sizes() -> None:
    matched = same_size(["c1ccncc1", "Nc1ccccc1", "CCCCCCC"], SMILES, random.Random(0))
    sizes = [Chem.MolFromSmiles(smiles).GetNumHeavyAtoms() for smiles in matched]
    assert (sorted(sizes), len(set(matched))) == ([6, 6, 7], 3)


def test_a_set_is_described() -> None:
    library = Library.of(SMILES)
    found = described(["CC(=O)Nc1ccccc1", "OC1CCCN1C", "OC1CCCN1C", "Cc1ccccc1"], library)
    assert found["novel"] == 0.5
    assert found["unique"] == 0.75
    assert found["new_ring_systems"] == 0.5
    assert found["liabilities"] == 0.5
    assert (found["acyclic_amide"], found["sulfonamide"], found["amide_or_sulfonamide"]) == (0.25, 0, 0.25)

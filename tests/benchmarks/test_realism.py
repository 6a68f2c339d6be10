import numpy as np
import pandas as pd
import pytest
from rdkit import Chem

from benchmarks.realism import Library, described, docked, ring_systems, same_size

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
    matched = same_size(["c1ccncc1", "Nc1ccccc1", "CCCCCCC"], SMILES)
    sizes = [Chem.MolFromSmiles(smiles).GetNumHeavyAtoms() for smiles in matched]
    assert sizes == [6, 7, 6]
    assert matched[:2] == ["c1ccccc1", "Cc1ccccc1"]


def test_docked_candidates_are_compared_with_what_their_size_explains() -> None:
    names = ["c1ccccc1", "Cc1ccccc1", "c1ccc2ccccc2c1", "CCO"]
    table = pd.DataFrame({"smiles": names, "oracle_value": [-5.0, -6.0, -7.0, np.nan]})
    found = docked(table)
    assert (found["docked"], found["score"], found["best"]) == (3, -6.0, -7.0)
    better = docked(table.assign(oracle_value=table["oracle_value"] - 1))
    assert better["beyond_size"] == pytest.approx(found["beyond_size"] - 1)
    # By the line of the data, 0.18 kcal/mol come with a heavy atom.
    larger = docked(table.assign(smiles=["Cc1ccccc1", "CCc1ccccc1", "Cc1ccc2ccccc2c1", "CCO"]))
    assert larger["beyond_size"] - found["beyond_size"] == pytest.approx(0.18, abs=0.03)


def test_a_set_is_described() -> None:
    library = Library.of(SMILES)
    found = described(["CC(=O)Nc1ccccc1", "OC1CCCN1C", "OC1CCCN1C", "Cc1ccccc1"], library)
    assert found["novel"] == 0.5
    assert found["unique"] == 0.75
    assert found["new_ring_systems"] == 0.5
    assert found["liabilities"] == 0.5
    assert (found["acyclic_amide"], found["sulfonamide"], found["amide_or_sulfonamide"]) == (0.25, 0, 0.25)

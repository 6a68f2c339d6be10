"""Known molecules have the values that follow from the published definitions."""

import numpy as np
import pytest
from rdkit import Chem

from benchmarks.property_oracles import ALBUTEROL, CAMPHOR, MENTHOL, PERINDOPRIL, property_oracle, similarity
from tests.library import library_molecules


def value(name: str, smiles: str) -> float:
    return float(property_oracle(name)([smiles])[0])


def test_albuterol_and_its_close_relatives_have_the_highest_value() -> None:
    assert value("albuterol similarity", ALBUTEROL) == 1.0
    assert value("albuterol similarity", "CC(C)NCC(O)c1ccc(O)c(CO)c1") > 0.9  # isopropyl for tert-butyl
    assert value("albuterol similarity", "c1ccncc1") < 0.2


def test_perindopril_itself_lacks_two_aromatic_rings() -> None:
    assert value("perindopril MPO", PERINDOPRIL) == pytest.approx(np.exp(-4))
    biphenyl = "c1ccc(-c2ccccc2)cc1"
    assert value("perindopril MPO", biphenyl) == pytest.approx(
        np.sqrt(similarity(PERINDOPRIL)(Chem.MolFromSmiles(biphenyl)))
    )


def test_median_1_is_the_same_from_both_of_its_ends() -> None:
    assert value("median 1", CAMPHOR) == pytest.approx(value("median 1", MENTHOL))
    assert value("median 1", "c1ccccc1") == 0.0


@pytest.mark.parametrize("name", ["albuterol similarity", "perindopril MPO", "median 1"])
def test_values_lie_between_0_and_1(name: str) -> None:
    values = property_oracle(name)(library_molecules(100))
    assert ((values >= 0) & (values <= 1)).all()
    assert len(set(values.tolist())) > 50

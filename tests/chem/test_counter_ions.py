import pytest

from molgfn.chem.counter_ions import ACIDS, BASES, SOLVENTS
from molgfn.chem.standardise import MoleculeError, standard_smiles

SMALL_AMINE = "CNCc1ccc[nH]1"
SMALL_ACID = "O=C(O)c1ccc[nH]1"


@pytest.mark.parametrize("name", [*ACIDS, *SOLVENTS])
def test_a_small_amine_is_kept_beside_every_acid_and_solvent(name: str) -> None:
    other = {**ACIDS, **SOLVENTS}[name]
    assert standard_smiles(f"{other}.{SMALL_AMINE}") == SMALL_AMINE


@pytest.mark.parametrize("name", BASES)
def test_a_small_acid_is_kept_beside_every_base(name: str) -> None:
    assert standard_smiles(f"{SMALL_ACID}.{BASES[name]}") == SMALL_ACID


@pytest.mark.parametrize(
    ("salt", "compound"),
    [
        ("C[NH2+]Cc1ccc[nH]1.Cc1ccc(cc1)S(=O)(=O)[O-]", SMALL_AMINE),
        ("CNCc1ccc[nH]1.O[C@H]([C@@H](O)C(O)=O)C(O)=O.O", SMALL_AMINE),
        ("CNCc1ccc[nH]1.CNCc1ccc[nH]1.OC(=O)/C=C/C(=O)O", SMALL_AMINE),
        ("CNCc1ccc[nH]1.F[P-](F)(F)(F)(F)F", SMALL_AMINE),
        ("[K+].[O-]C(=O)c1ccc[nH]1", SMALL_ACID),
        ("NCCCC[C@H](N)C(=O)O.OC(=O)c1ccc[nH]1", SMALL_ACID),
    ],
)
def test_charged_stereo_and_hydrated_forms_are_known_too(salt: str, compound: str) -> None:
    assert standard_smiles(salt) == compound


@pytest.mark.parametrize(
    ("smiles", "compound"),
    [
        ("OC(=O)c1ccccc1", "O=C(O)c1ccccc1"),
        ("[Na+].[O-]C(=O)c1ccccc1", "O=C(O)c1ccccc1"),
        ("CC(=O)O.C1CCOC1", "CC(=O)O"),
        ("Cc1ccccc1.Cl", "Cc1ccccc1"),
    ],
)
def test_a_counter_ion_that_is_the_compound_itself_is_kept(smiles: str, compound: str) -> None:
    assert standard_smiles(smiles) == compound


def test_two_counter_ions_and_no_compound_are_a_mixture() -> None:
    with pytest.raises(MoleculeError, match="a mixture of 2 molecules"):
        standard_smiles("C[N+](C)(C)CCO.[O-]C(=O)c1ccccc1O")

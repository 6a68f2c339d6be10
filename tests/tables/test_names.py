import pytest

from molgfn.tables.names import structure_column


@pytest.mark.parametrize(
    ("header", "number"),
    [
        (("Molecule ChEMBL ID", "Smiles", "Standard Value"), 1),
        (("PUBCHEM_SID", "PUBCHEM_EXT_DATASOURCE_SMILES"), 1),
        (("BindingDB MonomerID", "Ligand SMILES", "Ki (nM)"), 1),
        (("structure", "smiles"), 1),
        (("Structure", "IC50"), 0),
        (("name", "value"), None),
    ],
)
def test_the_structures_of_public_tables_are_found(header: tuple[str, ...], number: int | None) -> None:
    assert structure_column(header) == number

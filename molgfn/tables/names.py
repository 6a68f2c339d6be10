"""Names of columns in public and laboratory tables, as `fold_name` returns them."""

import re
from collections.abc import Sequence

STRUCTURE_COLUMNS = (
    "smiles",
    "canonical smiles",
    "isomeric smiles",
    "structure smiles",
    "smiles structure",
    "ligand smiles",
    "compound smiles",
    "molecule smiles",
    "parent smiles",
    "pubchem ext datasource smiles",
    "pubchem smiles",
    "structure",
    "mol",
)
"""Columns that hold a structure as SMILES. If a table has several, the first name of this list is read."""


def fold_name(header: str) -> str:
    """Return a column name in lower case, with one blank in place of all other signs than letters and digits.

    Examples
    --------
    >>> fold_name("Canonical_SMILES"), fold_name("PUBCHEM_EXT_DATASOURCE_SMILES")
    ('canonical smiles', 'pubchem ext datasource smiles')
    """
    return " ".join(re.sub(r"[^a-z0-9]+", " ", header.casefold()).split())


def structure_column(header: Sequence[str]) -> int | None:
    """Return the number of the column that holds the structures, or None if no name means that.

    Examples
    --------
    >>> structure_column(("Name", "Ligand SMILES", "IC50"))
    1
    """
    folded = [fold_name(name) for name in header]
    return next((folded.index(name) for name in STRUCTURE_COLUMNS if name in folded), None)

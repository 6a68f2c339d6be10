"""Structural alerts: substructures that medicinal chemists avoid, from the catalogs that RDKit carries.

PAINS (Baell and Holloway 2010), BRENK (Brenk et al. 2008), NIH (Jadhav et al. 2010) and the rule sets collected by
ChEMBL.
"""

from collections.abc import Iterable
from functools import cache

from rdkit import Chem
from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogParams

from molgfn.chem.pains import pains_alerts
from molgfn.errors import did_you_mean

ALERT_CATALOGS = ("PAINS", "BRENK", "NIH", "CHEMBL")


@cache
def _catalog(name: str) -> FilterCatalog:
    if name not in ALERT_CATALOGS:
        accepted = ", ".join(ALERT_CATALOGS)
        raise ValueError(
            f"unknown alert catalog {name!r}; accepted: {accepted}. {did_you_mean(name, ALERT_CATALOGS)}".rstrip()
        )
    return FilterCatalog(FilterCatalogParams(getattr(FilterCatalogParams.FilterCatalogs, name)))


def find_alerts(mol: Chem.Mol, catalogs: Iterable[str] = ("PAINS", "BRENK")) -> tuple[str, ...]:
    """Name the alerts that a molecule raises, each once: by catalog as asked for, then by name.

    Raises
    ------
    ValueError
        If a catalog is not one of `ALERT_CATALOGS`.

    Examples
    --------
    >>> find_alerts(Chem.MolFromSmiles("O=C1C=CC(=O)C=C1"), ["PAINS"])
    ('PAINS: quinone_A(370)',)
    """
    return tuple(f"{catalog}: {name}" for catalog in catalogs for name in _names(mol, catalog))


def _names(mol: Chem.Mol, catalog: str) -> list[str]:
    if catalog == "PAINS":
        return pains_alerts(mol)
    return sorted({entry.GetDescription() for entry in _catalog(catalog).GetMatches(mol)})

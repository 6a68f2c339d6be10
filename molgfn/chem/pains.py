"""PAINS alerts, several times faster than RDKit's catalog alone and with the same answer.

Each of the 480 substructures sets bits in a pattern fingerprint that every molecule with that substructure sets too, so
a molecule is matched only against those whose bits it has: about 35 of them.
"""

import csv
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, RDConfig
from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogEntry, FilterCatalogParams, SmartsMatcher
from rdkit.DataStructs import BitVectToBinaryText, ExplicitBitVect

_BITS = 2048


def pains_alerts(mol: Chem.Mol) -> list[str]:
    """Return the names of the PAINS alerts of families A, B and C, sorted.

    Examples
    --------
    >>> pains_alerts(Chem.MolFromSmiles("O=C1C=CC(=O)C=C1"))
    ['quinone_A(370)']
    """
    entries, required = _screen()
    lacking = ~_words(Chem.PatternFingerprint(mol, _BITS))
    candidates = np.flatnonzero(~(required & lacking).any(axis=1))
    return sorted(entries[index].GetDescription() for index in candidates if entries[index].HasFilterMatch(mol))


@cache
def _screen() -> tuple[list[FilterCatalogEntry], NDArray[np.uint64]]:
    """Return the catalog's entries and the bits that a molecule needs for each, shape (entries, words)."""
    catalog = FilterCatalog(FilterCatalogParams(FilterCatalogParams.FilterCatalogs.PAINS))
    entries = [catalog.GetEntryWithIdx(index) for index in range(catalog.GetNumEntries())]
    smarts = _smarts_by_name()
    return entries, np.array([_required_bits(entry, smarts.get(entry.GetDescription(), "")) for entry in entries])


def _smarts_by_name() -> dict[str, str]:
    path = Path(RDConfig.RDDataDir) / "Pains" / "wehi_pains.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {name.removeprefix("<regId=").removesuffix(">"): smarts for smarts, name in csv.reader(file)}


def _required_bits(entry: FilterCatalogEntry, smarts: str) -> NDArray[np.uint64]:
    """Return the bits of a SMARTS; none, so that every molecule is matched, unless it is that of the entry."""
    for merge_hydrogens in (True, False):
        pattern = Chem.MolFromSmarts(smarts, mergeHs=merge_hydrogens)
        if pattern is not None and _same(entry, pattern):
            return _words(Chem.PatternFingerprint(pattern, _BITS))
    return np.zeros(_BITS // 64, dtype=np.uint64)


def _same(entry: FilterCatalogEntry, pattern: Chem.Mol) -> bool:
    """Tell whether a catalog entry is this very pattern: the catalog does not show its patterns."""
    name = entry.GetDescription()
    other = FilterCatalogEntry(name, SmartsMatcher(name, pattern, 1))
    for key in entry.GetPropList():
        other.SetProp(key, entry.GetProp(key))
    return bool(entry.Serialize() == other.Serialize())


def _words(bits: ExplicitBitVect) -> NDArray[np.uint64]:
    return np.frombuffer(BitVectToBinaryText(bits), dtype=np.uint64)

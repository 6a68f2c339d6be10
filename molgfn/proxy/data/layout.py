"""Which features of atoms and bonds a proxy sees; those of configuration only where stereoisomers are kept apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from molgfn.arrays import IntArray
from molgfn.chem.standardise import Stereo
from molgfn.proxy.data.configuration import ATOM_CODES

ATOM_FEATURES = {
    "element": 12,
    "hydrogens": 5,
    "charge": 3,
    "hybridisation": 4,
    "neighbours": 6,
    "ring_size": 6,
    "rings": 4,
    "aromatic": 2,
}
"""Name and number of values of each feature of an atom; value 0 of `element` and `hybridisation` means any other."""

BOND_TYPES = ("single end", "single chain", "single ring", "double chain", "double ring", "triple", "aromatic")
"""`single end` leads to an atom without further neighbours; `single chain` is what chemists count as rotatable."""


@dataclass(frozen=True)
class Layout:
    """The features of atoms and bonds, in order.

    Attributes
    ----------
    atom_features : mapping
        Name and number of values of each.
    bond_types : tuple of str
    """

    atom_features: Mapping[str, int]
    bond_types: tuple[str, ...]

    @property
    def n_atom_features(self) -> int:
        """Columns of an atom, one-hot."""
        return sum(self.atom_features.values())

    @property
    def n_bond_types(self) -> int:
        return len(self.bond_types)

    @property
    def n_counts(self) -> int:
        """Kinds of atoms and bonds that are counted in a molecule."""
        return self.n_atom_features + self.n_bond_types

    @cached_property
    def offsets(self) -> IntArray:
        """First column of each feature of an atom."""
        offsets: IntArray = np.cumsum([0, *self.atom_features.values()])[:-1]
        return offsets

    @cached_property
    def highest(self) -> IntArray:
        """Highest value of each feature of an atom."""
        highest: IntArray = np.array(list(self.atom_features.values())) - 1
        return highest


LAYOUTS: dict[Stereo, Layout] = {
    "merge": Layout(ATOM_FEATURES, BOND_TYPES),
    "keep": Layout(ATOM_FEATURES | {"configuration": len(ATOM_CODES) + 1}, (*BOND_TYPES, "double E", "double Z")),
}
"""Features of configuration stand last: value 0 means that an atom has none, or that none is drawn."""

"""What the size of a molecule alone gives is taken out of its value.

Large molecules dock better whatever they are (Kuntz et al., PNAS 1999, 96, 9997; Pan et al., J. Chem. Inf. Comput. Sci.
2003, 43, 267). A fixed amount for each heavy atom keeps the unit of the value, which a quotient such as the ligand
efficiency does not, and does not favour fragments as the quotient does.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rdkit.Chem import Mol

from molgfn.direction import Direction

Array = NDArray[np.float64]
UNCORRECTED_ATOMS = 25
"""A molecule with so many heavy atoms keeps its value."""


def size_corrected(mols: Sequence[Mol], values: Array, per_atom: float, direction: Direction) -> Array:
    """Return values, shape (B,), without what the heavy atoms above `UNCORRECTED_ATOMS` give.

    Parameters
    ----------
    mols : sequence of Mol
    values : array, shape (B,)
    per_atom : float
        What one heavy atom gives, in the unit of the values; at least 0.
    direction : str
        "minimise" or "maximise": how values get better.

    Examples
    --------
    >>> from rdkit import Chem
    >>> size_corrected([Chem.MolFromSmiles("C" * 35)], np.array([-11.0]), 0.1, "minimise").tolist()
    [-10.0]
    """
    by_size = per_atom * (np.array([mol.GetNumHeavyAtoms() for mol in mols]) - UNCORRECTED_ATOMS)
    return values + by_size if direction == "minimise" else values - by_size

"""Morgan environments (Rogers and Hahn 2010), which hold the configuration where stereoisomers are kept apart.

RDKit's own option for that leaves out sulfoxides and cis and trans of most rings. Here the CIP code of an atom counts
like its element, and E and Z like the order of a bond. What has no configuration has the environments that it has
where stereoisomers are merged.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdMolDescriptors
from rdkit.DataStructs import ExplicitBitVect

from molgfn.chem.similarity import MORGAN
from molgfn.chem.standardise import Stereo
from molgfn.proxy.data.configuration import configuration

_ATOM_STEP = 0x9E3779B9
"""Makes other numbers of 32 bits of the numbers that RDKit tells atoms apart by."""
_BOND_STEP = 1000
"""Above all orders of bonds."""


def environment_counts(mol: Chem.Mol, stereo: Stereo) -> Iterable[tuple[int, int]]:
    """Return column and count of each environment of a molecule as `standard_mol` makes it."""
    counts: dict[int, int] = MORGAN.GetCountFingerprint(mol, **_invariants(mol, stereo)).GetNonzeroElements()
    return counts.items()


def environment_array(mol: Chem.Mol, stereo: Stereo) -> NDArray[np.uint32]:
    """Return the counts of all columns, shape (2048,)."""
    counts: NDArray[np.uint32] = MORGAN.GetCountFingerprintAsNumPy(mol, **_invariants(mol, stereo))
    return counts


def environment_bits(mol: Chem.Mol, stereo: Stereo) -> ExplicitBitVect:
    """Return which columns have a count; where stereoisomers are merged as `molgfn.chem.similarity.fingerprint`."""
    bits: ExplicitBitVect = MORGAN.GetFingerprint(mol, **_invariants(mol, stereo))
    return bits


def _invariants(mol: Chem.Mol, stereo: Stereo) -> dict[str, Any]:
    """Return what atoms and bonds are told apart by, where that is more than RDKit sees."""
    if stereo == "merge":
        return {}
    atom_codes, bond_codes = configuration(mol)
    if not any(atom_codes) and not any(bond_codes):
        return {}
    atoms = rdMolDescriptors.GetConnectivityInvariants(mol)
    orders = [int(mol.GetBondWithIdx(number).GetBondType()) for number in range(mol.GetNumBonds())]
    return {
        "customAtomInvariants": [
            (atom + code * _ATOM_STEP) % 2**32 for atom, code in zip(atoms, atom_codes, strict=True)
        ],
        "customBondInvariants": [order + code * _BOND_STEP for order, code in zip(orders, bond_codes, strict=True)],
    }

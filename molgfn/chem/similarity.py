"""Structural similarity: Tanimoto on Morgan fingerprints of radius 2, 2048 bits (Rogers and Hahn 2010)."""

from rdkit import Chem
from rdkit.Chem import rdFingerprintGenerator
from rdkit.DataStructs import ExplicitBitVect

N_ENVIRONMENTS = 2048
"""Bits of a fingerprint, or columns of Morgan counts."""
MORGAN = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=N_ENVIRONMENTS)


def fingerprint(mol: Chem.Mol) -> ExplicitBitVect:
    """Return the Morgan fingerprint of radius 2, folded to 2048 bits."""
    bits: ExplicitBitVect = MORGAN.GetFingerprint(mol)
    return bits

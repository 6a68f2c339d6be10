"""Structural similarity: Tanimoto on Morgan fingerprints of radius 2, 2048 bits (Rogers and Hahn 2010)."""

from collections.abc import Sequence

from rdkit import Chem
from rdkit.Chem import rdFingerprintGenerator
from rdkit.DataStructs import ExplicitBitVect
from rdkit.SimDivFilters.rdSimDivPickers import LeaderPicker

N_ENVIRONMENTS = 2048
"""Bits of a fingerprint, or columns of Morgan counts."""
MORGAN = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=N_ENVIRONMENTS)
_ROUNDING = 1e-9


def fingerprint(mol: Chem.Mol) -> ExplicitBitVect:
    """Return the Morgan fingerprint of radius 2, folded to 2048 bits."""
    bits: ExplicitBitVect = MORGAN.GetFingerprint(mol)
    return bits


def pick_diverse(
    fingerprints: Sequence[ExplicitBitVect],
    n: int,
    highest_similarity: float,
    taken: Sequence[ExplicitBitVect] = (),
) -> list[int]:
    """Pick greedily, best first, skipping what is too similar to a better pick (sphere exclusion, RDKit).

    Parameters
    ----------
    fingerprints : sequence of ExplicitBitVect
        Candidates in the order of preference.
    n : int
        Number wanted.
    highest_similarity : float
        Two picks are at most this similar (Tanimoto).
    taken : sequence of ExplicitBitVect
        Molecules already picked elsewhere, such as those still at the oracle.

    Returns
    -------
    list of int
        Positions in `fingerprints`, ascending; fewer than `n` where diversity forbids more.
    """
    # The picker takes no negative threshold: it would pick one molecule again and again.
    if n == 0 or not fingerprints or highest_similarity > 1 - 2 * _ROUNDING:
        return list(range(min(n, len(fingerprints))))
    everything, before = [*taken, *fingerprints], len(taken)
    # The picker wants distances above its threshold; molecules that are just similar enough are kept.
    picks = LeaderPicker().LazyBitVectorPick(
        everything,
        poolSize=len(everything),
        threshold=1 - highest_similarity - _ROUNDING,
        pickSize=min(n + before, len(everything)),
        firstPicks=list(range(before)),
    )
    return [place - before for place in picks if place >= before]

"""The domain of a proxy: near enough to its training molecules, by a threshold learnt from its own errors."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, FiniteFloat
from rdkit import Chem
from rdkit.DataStructs import BulkTanimotoSimilarity, ExplicitBitVect

from molgfn.arrays import FloatArray, IntArray
from molgfn.chem.standardise import Stereo
from molgfn.proxy.data.morgan import environment_bits

WORSE = 1.5
"""Out of the domain the expected error is more than this times the usual one."""
_FARTHEST = 0.01
"""Share of the training molecules that are farther from all others than what counts as tested."""
_MOST = 2000


class Domain(BaseModel):
    """The threshold of similarity to the nearest training molecule.

    Attributes
    ----------
    threshold : float
        Tanimoto similarity (Morgan, radius 2, 2048 bits) from which on a molecule is in the domain; 0 where the error
        does not depend on similarity, so that there is none.
    usual_error : float
        Mean absolute error that it was learnt from.
    n : int
        Molecules it was learnt from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: FiniteFloat
    usual_error: FiniteFloat
    n: int

    @property
    def has_threshold(self) -> bool:
        """Whether there is a similarity below which errors were larger."""
        return self.threshold > 0

    def verdicts(self, similarity: FloatArray, least_tested: float) -> tuple[bool | None, ...]:
        """Return for each of B molecules whether it is in the domain; None where that is not known.

        Without a threshold nothing tells which molecules are in the domain. Those farther from the training molecules
        than any similarity that was tested are outside all the same.

        Parameters
        ----------
        similarity : (B,)
            To the nearest training molecule.
        least_tested : float
            See `least_tested`.
        """
        if self.has_threshold:
            return tuple((similarity >= self.threshold).tolist())
        return tuple(False if is_beyond else None for is_beyond in (similarity < least_tested).tolist())


def fingerprints(smiles: Sequence[str], stereo: Stereo = "merge") -> list[ExplicitBitVect]:
    """Return the fingerprints of standard SMILES, with their configuration where that is kept."""
    return [environment_bits(Chem.MolFromSmiles(text), stereo) for text in smiles]


def nearest(
    smiles: Sequence[str], training: Sequence[ExplicitBitVect], stereo: Stereo = "merge"
) -> tuple[FloatArray, IntArray]:
    """Return similarity to, and number of, the nearest training molecule, each of shape (B,).

    Parameters
    ----------
    smiles : sequence of str, length B
        Standard.
    training : sequence of ExplicitBitVect
        See `fingerprints`.
    stereo : "merge" or "keep"
        As that of the training molecules.
    """
    similarity, number = np.zeros(len(smiles)), np.zeros(len(smiles), dtype=np.int64)
    for row, bits in enumerate(fingerprints(smiles, stereo)):
        to_all = BulkTanimotoSimilarity(bits, training)
        # As a list: making an array of it would take longer than the search.
        similarity[row] = max(to_all)
        number[row] = to_all.index(similarity[row])
    return similarity, number


def nearest_other(training: Sequence[ExplicitBitVect], rows: IntArray) -> FloatArray:
    """Return the similarity of some training molecules to the nearest other one, shape (R,)."""
    similarity = np.zeros(len(rows))
    for place, row in enumerate(rows):
        to_all = np.array(BulkTanimotoSimilarity(training[row], training))
        to_all[row] = 0.0
        similarity[place] = to_all.max()
    return similarity


def evenly(n: int, most: int = _MOST) -> IntArray:
    """Return at most `most` of n rows, evenly spaced: as many as the search for neighbours has time for."""
    return np.linspace(0, n - 1, min(n, most)).astype(np.int64)


def least_tested(training: Sequence[ExplicitBitVect]) -> float:
    """Return the similarity to their nearest other one that 99 % of the training molecules have, or more."""
    return float(np.quantile(nearest_other(training, evenly(len(training))), _FARTHEST))


def fit_domain(similarity: FloatArray, error: FloatArray) -> Domain:
    """Learn the threshold from molecules that training never saw; 0 where the error does not grow with distance.

    The expected absolute error is fitted as a falling function of similarity (isotonic regression); the domain begins
    where it comes down to 1.5 times the mean.

    Parameters
    ----------
    similarity, error : arrays, shape (B,)
        To the nearest training molecule; absolute.
    """
    from sklearn.isotonic import IsotonicRegression  # loading it takes a second, and reading a domain needs it not

    usual = float(error.mean())
    expected = IsotonicRegression(increasing=False).fit(similarity, error).predict(similarity)
    inside = similarity[expected <= WORSE * usual]
    threshold = float(inside.min()) if len(inside) < len(similarity) else 0.0
    return Domain(threshold=threshold, usual_error=usual, n=len(error))

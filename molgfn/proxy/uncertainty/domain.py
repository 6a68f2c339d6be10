"""Where a proxy can be believed: near enough to what it was trained on, by a threshold learnt from its own errors."""

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, FiniteFloat
from rdkit import Chem
from rdkit.DataStructs import BulkTanimotoSimilarity, ExplicitBitVect
from sklearn.isotonic import IsotonicRegression

from molgfn.arrays import BoolArray, FloatArray, IntArray
from molgfn.chem.similarity import fingerprint

WORSE = 1.5
"""Out of the domain the expected error is more than this times the usual one."""


class Domain(BaseModel):
    """The threshold of similarity to the nearest training molecule.

    Attributes
    ----------
    threshold : float
        Tanimoto similarity (Morgan, radius 2, 2048 bits) from which on a molecule is in the domain; 0 where the error
        does not depend on similarity.
    usual_error : float
        Mean absolute error that it was learnt from.
    n : int
        Molecules it was learnt from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: FiniteFloat
    usual_error: FiniteFloat
    n: int

    def holds(self, similarity: FloatArray) -> BoolArray:
        """Return whether molecules are in the domain, shape (B,)."""
        return similarity >= self.threshold


def fingerprints(smiles: Sequence[str]) -> list[ExplicitBitVect]:
    """Return the fingerprints of standard SMILES."""
    return [fingerprint(Chem.MolFromSmiles(text)) for text in smiles]


def nearest(smiles: Sequence[str], training: Sequence[ExplicitBitVect]) -> tuple[FloatArray, IntArray]:
    """Return similarity to, and number of, the nearest training molecule, each of shape (B,); SMILES are standard."""
    similarity, number = np.zeros(len(smiles)), np.zeros(len(smiles), dtype=np.int64)
    for row, bits in enumerate(fingerprints(smiles)):
        found = BulkTanimotoSimilarity(bits, training)
        # As a list: making an array of it would take longer than the search.
        similarity[row] = max(found)
        number[row] = found.index(similarity[row])
    return similarity, number


def nearest_other(smiles: Sequence[str], rows: IntArray) -> FloatArray:
    """Return the similarity of some molecules to the nearest other one of the same list, shape (R,)."""
    known, similarity = fingerprints(smiles), np.zeros(len(rows))
    for place, row in enumerate(rows):
        found = np.array(BulkTanimotoSimilarity(known[row], known))
        found[row] = 0.0
        similarity[place] = found.max()
    return similarity


def fit_domain(similarity: FloatArray, error: FloatArray) -> Domain:
    """Learn the threshold from molecules that training never saw.

    The expected absolute error is fitted as a falling function of similarity (isotonic regression); the domain begins
    where it comes down to 1.5 times the mean.

    Parameters
    ----------
    similarity, error : arrays, shape (B,)
        To the nearest training molecule; absolute.
    """
    usual = float(error.mean())
    expected = IsotonicRegression(increasing=False).fit(similarity, error).predict(similarity)
    inside = similarity[expected <= WORSE * usual]
    threshold = float(inside.min()) if len(inside) < len(similarity) else 0.0
    return Domain(threshold=threshold, usual_error=usual, n=len(error))

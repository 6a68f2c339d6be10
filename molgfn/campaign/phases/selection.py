"""Choice of a batch: the best acquisition first, without molecules that are too similar."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from rdkit.DataStructs import BulkTanimotoSimilarity, ExplicitBitVect

from molgfn.arrays import FloatArray
from molgfn.chem.similarity import fingerprint
from molgfn.chem.standardise import parse_smiles

RELAXATION = 0.1
"""Steps in which the highest similarity is raised where no other molecule may be chosen."""
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Candidate:
    """A molecule that may be sent to the oracle; a higher `acquisition` is better."""

    compound_id: str
    smiles: str
    acquisition: float


def select_batch(
    candidates: Sequence[Candidate],
    size: int,
    max_similarity: float,
    *,
    cost: float = np.inf,
    pending: Collection[str] = (),
    known: Collection[str] = (),
) -> list[Candidate]:
    """Choose up to `size` candidates, greedily by acquisition; ties go to the lower compound id.

    A candidate is passed over if its similarity (Tanimoto, Morgan radius 2) to a chosen or pending molecule is above
    `max_similarity`, and there is a less similar one that is at most `cost` worse than the best one left. If there is
    none, the limit is raised in steps of `RELAXATION`. So the batch is full if there are enough candidates.

    Parameters
    ----------
    candidates : sequence of Candidate
        None of them may have been sent to the oracle before.
    size : int
        Number wanted.
    max_similarity : float
        0 to 1; at 1 the similarity has no effect.
    cost : float
        How much acquisition each choice may cost; at 0 the similarity has no effect but among equals.
    pending : collection of str
        SMILES of the molecules that are at the oracle now.
    known : collection of str
        Canonical SMILES that are never chosen, such as the initial data.

    Returns
    -------
    list of Candidate
        In the order of choice.
    """
    left = sorted(
        (candidate for candidate in candidates if candidate.smiles not in known),
        key=lambda candidate: (-candidate.acquisition, candidate.compound_id),
    )
    prints = [fingerprint(parse_smiles(candidate.smiles)) for candidate in left]
    acquisition = np.array([candidate.acquisition for candidate in left])
    similarity = np.zeros(len(left))
    for smiles in pending:
        similarity = _highest(similarity, fingerprint(parse_smiles(smiles)), prints)
    is_open = np.ones(len(left), dtype=np.bool_)
    chosen: list[Candidate] = []
    while len(chosen) < size and is_open.any():
        places = np.flatnonzero(is_open)
        places = places[acquisition[places] >= acquisition[places[0]] - cost]
        steps = np.ceil((similarity[places] - max_similarity - _ROUNDING) / RELAXATION).clip(min=0)
        # The first of the smallest is the best one by acquisition.
        place = int(places[np.argmin(steps)])
        chosen.append(left[place])
        is_open[place] = False
        similarity = _highest(similarity, prints[place], prints)
    return chosen


def _highest(similarity: FloatArray, one: ExplicitBitVect, prints: Sequence[ExplicitBitVect]) -> FloatArray:
    """Return the highest similarity of each molecule to those before and to one more, shape (B,)."""
    higher: FloatArray = np.maximum(similarity, BulkTanimotoSimilarity(one, prints))
    return higher

"""Choice of a batch: the best acquisition first, without molecules that are too similar."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from molgfn.chem.similarity import fingerprint, pick_diverse
from molgfn.chem.standardise import parse_smiles

RELAXATION = 0.1
"""By how much the highest similarity is raised each time the candidates run out."""


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
    pending: Collection[str] = (),
    known: Collection[str] = (),
) -> list[Candidate]:
    """Choose up to `size` candidates, greedily by acquisition; ties go to the lower compound id.

    A candidate is skipped if its similarity (Tanimoto, Morgan radius 2) to a chosen or pending molecule is above
    `max_similarity`. If no other candidate is left, the limit is raised in steps of `RELAXATION`. So the batch is full
    if there are enough candidates.

    Parameters
    ----------
    candidates : sequence of Candidate
        None of them may have been sent to the oracle before.
    size : int
        Number wanted.
    max_similarity : float
        0 to 1; at 1 the similarity has no effect.
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
    taken = [fingerprint(parse_smiles(smiles)) for smiles in pending]
    chosen: list[Candidate] = []
    limit = max_similarity
    while left and len(chosen) < size:
        picks = pick_diverse(prints, size - len(chosen), limit, taken)
        chosen += [left[position] for position in picks]
        taken += [prints[position] for position in picks]
        picked = set(picks)
        left = [candidate for position, candidate in enumerate(left) if position not in picked]
        prints = [bits for position, bits in enumerate(prints) if position not in picked]
        limit = min(limit + RELAXATION, 1.0)
    return chosen

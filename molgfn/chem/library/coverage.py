"""How much of a library a vocabulary builds, and why not the rest."""

from collections import Counter
from dataclasses import dataclass

from molgfn.chem.library.census import Census
from molgfn.chem.trees.fragmentation import Fragments
from molgfn.chem.trees.vocabulary import NotCovered, Vocabulary

CURVE = (50, 100, 150, 200, 250, 300, 400, 500)


@dataclass(frozen=True)
class Coverage:
    """How much of a library a vocabulary builds, within `max_blocks`.

    Attributes
    ----------
    molecules : int
    curve : dict of int to float
        Fraction whose blocks are all among the most frequent n (joins not looked at).
    covered : float
        Fraction that the vocabulary builds.
    reasons : dict of str to int
        Molecules not covered, by first reason.
    missing : list of (str, int)
        The most frequent blocks that were left out.
    """

    molecules: int
    max_blocks: int
    curve: dict[int, float]
    covered: float
    reasons: dict[str, int]
    missing: list[tuple[str, int]]


def measure_coverage(census: Census, vocabulary: Vocabulary, max_blocks: int = 8) -> Coverage:
    """Count which of the library's molecules the vocabulary builds, and why not the others."""
    frequency = census.block_frequency()
    rank = {name: number for number, (name, _) in enumerate(frequency, start=1)}
    reasons: Counter[str] = Counter()
    worst = []
    for fragments in census.molecules:
        worst.append(
            max(rank[name] for name in fragments.smiles) if len(fragments.smiles) <= max_blocks else len(rank) + 1
        )
        reasons[_first_reason(fragments, vocabulary, max_blocks)] += 1
    total = len(census.molecules)
    covered = reasons.pop("covered", 0)
    return Coverage(
        total,
        max_blocks,
        {n: sum(w <= n for w in worst) / total for n in CURVE},
        covered / total,
        dict(reasons.most_common()),
        [(name, n) for name, n in frequency if name not in vocabulary.numbers][:15],
    )


def _first_reason(fragments: Fragments, vocabulary: Vocabulary, max_blocks: int) -> str:
    if len(fragments.smiles) > max_blocks:
        return f"more than {max_blocks} blocks"
    try:
        vocabulary.tree(fragments)
    except NotCovered as error:
        return (
            " ".join(error.reasons[0].split()[:2]) if error.reasons[0].startswith("no") else "too many joins on an atom"
        )
    return "covered"

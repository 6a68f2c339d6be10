"""A molecule that a source proposes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from molgfn.campaign.models.interfaces import Score


@dataclass(frozen=True)
class Proposed:
    """A molecule and the SMILES of its blocks; none if it was not built from blocks."""

    smiles: str
    blocks: tuple[str, ...] = ()


def best_first(smiles: Sequence[str], score: Score) -> list[Proposed]:
    """Return molecules in the order of their scores; equal ones stay in the order given."""
    if not smiles:
        return []
    order = np.argsort(-score(smiles), kind="stable")
    return [Proposed(smiles[place]) for place in order]

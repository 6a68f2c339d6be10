"""A molecule that a source proposes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Proposed:
    """A molecule and the SMILES of its blocks; none if it was not built from blocks."""

    smiles: str
    blocks: tuple[str, ...] = ()

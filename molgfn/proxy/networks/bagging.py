"""Which molecules each member of an ensemble is trained on (bagging without repeats: Buehlmann and Yu 2002)."""

import hashlib
from collections.abc import Sequence

import numpy as np

from molgfn.arrays import BoolArray, FloatArray

SHARE = 0.75
"""Of the molecules that each member is trained on. Of five members, two or more leave out a third of the molecules."""


def drawn(smiles: Sequence[str], member: int) -> BoolArray:
    """Return which molecules one member is trained on, shape (B,).

    This depends only on the molecule and the member. So a member that is trained further on more data never sees the
    molecules that it was not trained on before, and its errors on these remain errors on new molecules.
    """
    is_drawn = _uniform(smiles, str(member)) < SHARE
    # Of very few molecules a member may have drawn one or none.
    return is_drawn if is_drawn.sum() > 1 else np.ones(len(smiles), dtype=np.bool_)


def stopping(smiles: Sequence[str]) -> BoolArray:
    """Return the half of the molecules that decides when members stop that are not trained on them, shape (B,).

    The other half is left for the error bars and the domain.
    """
    return _uniform(smiles, "stopping") < 0.5


def _uniform(smiles: Sequence[str], salt: str) -> FloatArray:
    digests = [hashlib.sha256(f"{salt} {text}".encode()).digest() for text in smiles]
    return (np.array([int.from_bytes(digest[:6], "big") for digest in digests], dtype=np.float64) + 0.5) / 2**48

"""Which member of an ensemble learns from which molecule (bagging without repeats: Buehlmann and Yu 2002)."""

import hashlib
from collections.abc import Sequence

import numpy as np

from molgfn.arrays import BoolArray, FloatArray

SHARE = 0.75
"""Of the molecules that each member learns from: from one molecule in three, two of five members or more are kept."""


def drawn(smiles: Sequence[str], member: int) -> BoolArray:
    """Return which molecules one member learns from, shape (B,).

    That depends on the molecule and the member alone: a member that goes on learning from more data never sees what
    was kept from it before, so that the errors on those molecules stay those of new molecules.
    """
    is_drawn = _uniform(smiles, str(member)) < SHARE
    # Of a handful of molecules a member may have drawn one or none.
    return is_drawn if is_drawn.sum() > 1 else np.ones(len(smiles), dtype=np.bool_)


def stopping(smiles: Sequence[str]) -> BoolArray:
    """Return the half of the molecules that tell members which have not drawn them when to stop, shape (B,).

    The other half is left to learn error bars and domain from.
    """
    return _uniform(smiles, "stopping") < 0.5


def _uniform(smiles: Sequence[str], salt: str) -> FloatArray:
    digests = [hashlib.sha256(f"{salt} {text}".encode()).digest() for text in smiles]
    return (np.array([int.from_bytes(digest[:6], "big") for digest in digests], dtype=np.float64) + 0.5) / 2**48

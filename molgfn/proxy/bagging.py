"""Which member of an ensemble learns from which molecule (online bagging, Oza and Russell 2001)."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson


def draws(smiles: Sequence[str], member: int) -> NDArray[np.int64]:
    """Return how often one member has drawn each molecule, shape (B,): Poisson with mean 1.

    That depends on the molecule and the member alone: a member that goes on learning from more data never meets what
    was kept from it before, and so keeps its own mind.
    """
    times: NDArray[np.int64] = poisson.ppf(_uniform(smiles, str(member)), 1.0).astype(np.int64)
    # Of a handful of molecules a member may have drawn none.
    return times if times.any() else np.ones(len(smiles), dtype=np.int64)


def stopping(smiles: Sequence[str]) -> NDArray[np.bool_]:
    """Return the half of the molecules that tell members which have not drawn them when to stop, shape (B,).

    The other half is left to tell how far the members can be believed.
    """
    return _uniform(smiles, "stopping") < 0.5


def _uniform(smiles: Sequence[str], salt: str) -> NDArray[np.float64]:
    digests = [hashlib.sha256(f"{salt} {text}".encode()).digest() for text in smiles]
    return (np.array([int.from_bytes(digest[:6], "big") for digest in digests], dtype=np.float64) + 0.5) / 2**48

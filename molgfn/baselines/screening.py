"""Screening: a library in random order, the simplest way to use an oracle."""

from collections.abc import Sequence

import numpy as np

from molgfn.baselines.scoring import readable, score_smiles
from molgfn.flow.fragments.reward import Reward, Scored


class Screening:
    """Each molecule of a library once; a `Method`.

    Parameters
    ----------
    library : sequence of str
        SMILES; those that cannot be read are left out, equal ones counted once.
    reward : Reward
    batch_size : int
    seed : int
        Of the order.
    """

    def __init__(self, library: Sequence[str], reward: Reward, batch_size: int, seed: int) -> None:
        self._reward, self._batch_size = reward, batch_size
        molecules = readable(library, "the library to screen")
        self._left = [molecules[place] for place in np.random.default_rng(seed).permutation(len(molecules))]

    @property
    def left(self) -> int:
        """Molecules not yet visited."""
        return len(self._left)

    def step(self) -> list[Scored]:
        """Visit the next molecules; none once the library is exhausted."""
        batch, self._left = self._left[: self._batch_size], self._left[self._batch_size :]
        return score_smiles(batch, self._reward)

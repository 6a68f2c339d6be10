"""Scores of a search, which needs to know only the best molecules exactly."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from molgfn.campaign.reward.objective import Objective

Array = NDArray[np.float64]
_CHUNK = 128


class BestScores:
    """The log rewards of a search; molecules that are surely not among its best ones get minus infinity.

    The most that a molecule can have (`Objective.bound`) costs a tenth of its log reward. The molecules are taken from
    the highest bound on, until no bound reaches the best scores so far.

    Parameters
    ----------
    objective : Objective
    number : int
        How many of the best molecules of all calls get their exact scores.
    """

    def __init__(self, objective: Objective, number: int) -> None:
        self._objective, self._number, self._best = objective, number, np.empty(0)

    def __call__(self, smiles: Sequence[str]) -> Array:
        """Return the score of each molecule, shape (B,)."""
        bounds = self._objective.bound(smiles)
        order = np.argsort(-bounds, kind="stable")
        scores = np.full(len(smiles), -np.inf)
        for start in range(0, len(order), _CHUNK):
            rows = order[start : start + _CHUNK]
            rows = rows[bounds[rows] >= self._least]
            if not len(rows):
                break
            scores[rows] = self._objective.assess([smiles[row] for row in rows], self._least).log_reward
            self._best = np.sort(np.concatenate([self._best, scores[rows]]))[-self._number :]
        return scores

    @property
    def _least(self) -> float:
        """The score that a molecule needs to be among the best."""
        return float(self._best[0]) if len(self._best) == self._number else -np.inf

"""Error bars learn from the answers: they are multiplied by how far off those of the last batch were."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_PRIOR_WEIGHT = 10.0
"""Molecules without surprise that count beside those of a batch, so that a small batch changes little."""


def scale_of(batches: Iterable[tuple[Array, Array]]) -> float:
    """Return the factor of the error bars after some batches: 1 before the first one.

    Molecules that are chosen for their predictions are worse than predicted, most of all in the first round, when there
    is little near them to learn from. Later ones lie near the measured molecules, and errors get smaller than molecules
    far away let expect. The factor is that of the last batch alone, relative to error bars without any factor.

    Parameters
    ----------
    batches : iterable of (array, array)
        In their order: errors of the predictions, and the standard deviations that were recorded, shape (n,).
    """
    scale = 1.0
    for error, std in batches:
        squares = np.square(scale * error / std)
        scale = float(np.sqrt((_PRIOR_WEIGHT + squares.sum()) / (_PRIOR_WEIGHT + len(squares))))
    return scale

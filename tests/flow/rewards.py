"""Rewards for tests of the sampler."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import QED


@lru_cache(maxsize=100_000)
def _log_qed(smiles: str) -> float:
    return float(np.log(QED.qed(Chem.MolFromSmiles(smiles))))


def log_qed4(smiles: Sequence[str]) -> NDArray[np.float64]:
    """Log reward of R = QED^4."""
    return np.array([4 * _log_qed(s) for s in smiles])


def qed4(smiles: Sequence[str]) -> NDArray[np.float64]:
    return np.exp(log_qed4(smiles))

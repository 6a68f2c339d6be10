"""Molecules without blocks: reading those that a user gives, and scoring by SMILES."""

from collections.abc import Iterable, Sequence

import numpy as np

from molgfn.chem.standardise import MoleculeError, standard_smiles
from molgfn.errors import DataError
from molgfn.flow.fragments.reward import Reward, Scored, check_finite


def readable(smiles: Iterable[str], what: str) -> list[str]:
    """Return the distinct standard SMILES of those that can be read, in their order.

    One bad line must not end a comparison of days; only a list without any molecule does.

    Parameters
    ----------
    smiles : iterable of str
    what : str
        What the list is, for the error.

    Raises
    ------
    DataError
        If none can be read.
    """
    found: dict[str, None] = {}
    problem = "it is empty"
    for given in smiles:
        try:
            found[standard_smiles(given)] = None
        except MoleculeError as error:
            problem = f"the last line read: {error}"
    if not found:
        raise DataError(f"{what}: no molecule could be read; {problem}.", "Accepted: one SMILES each.")
    return list(found)


def score_smiles(smiles: Sequence[str], reward: Reward) -> list[Scored]:
    """Return molecules with their rewards; they have no blocks, and nothing to correct.

    Raises
    ------
    MolgfnError
        If the reward of a molecule is NaN or infinite; the message names the molecule.
    """
    if not smiles:
        return []
    values = np.asarray(reward(smiles), dtype=np.float64)
    check_finite(smiles, values)
    return [Scored(name, (), value, value) for name, value in zip(smiles, values.tolist(), strict=True)]

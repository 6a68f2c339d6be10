"""Compounds that already have an id, so that a table needs no structure for them."""

import re
from collections.abc import Mapping

_SUFFIX = re.compile(r"(.+-\d{6,})(?:[\s._:/#-].*|[A-Za-z].*)")
"""An id of molgfn and what a lab writes after it: a batch, a salt, a plate."""


class RegisteredCompounds:
    """SMILES of the compounds of a run by id, as a lab may write it: in small letters, or with a batch behind it.

    Parameters
    ----------
    smiles : mapping of str to str
        By id.
    """

    def __init__(self, smiles: Mapping[str, str]) -> None:
        self._smiles = smiles
        self._ids = {compound_id.casefold(): compound_id for compound_id in smiles}

    def __len__(self) -> int:
        return len(self._smiles)

    def id_of(self, written: str) -> str:
        """Return the id of the run that is meant; empty if it is not one.

        Examples
        --------
        >>> RegisteredCompounds({"PARP1-000142": "CCO"}).id_of("parp1-000142-B2")
        'PARP1-000142'
        """
        folded = written.strip().casefold()
        if folded in self._ids:
            return self._ids[folded]
        match = _SUFFIX.fullmatch(folded)
        return self._ids.get(match[1], "") if match else ""

    def smiles_of(self, compound_id: str) -> str:
        """Return the SMILES of an id of the run; empty where it is none."""
        return self._smiles.get(compound_id, "")


NONE_REGISTERED = RegisteredCompounds({})

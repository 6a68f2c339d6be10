"""The compound of a row: its structure in standard form, and the changes that were made."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rdkit import Chem

from molgfn.chem.counter_ions import inchi_blocks
from molgfn.chem.standardise import MoleculeError, Parent, Stereo, compound_mol, parent_of, standard_mol

_STEREO = re.compile(r"[@/\\]")


@dataclass(frozen=True, slots=True)
class Structure:
    """A compound in standard form.

    Attributes
    ----------
    smiles : str
        Standard SMILES: without salt, charge, isotopes and, where stereoisomers are merged, configuration; the tautomer
        is that of the row.
    key : str
        Rows with one key are one compound. The first block of the InChIKey, which tautomers by a mobile hydrogen share;
        where stereo is kept the second block too.
    configuration : str
        Second block of the InChIKey, as the row draws it.
    changes : tuple of str
        Of "salt stripped", "neutralised", "stereo removed", "isotopes removed".
    """

    smiles: str
    key: str
    configuration: str
    changes: tuple[str, ...]

    @property
    def skeleton(self) -> str:
        """First block of the InChIKey, which stereoisomers share."""
        return self.key.partition("-")[0]


@lru_cache(maxsize=20_000)
def structure_of(smiles: str, stereo: Stereo = "merge") -> Structure:
    """Standardise the structure of a row.

    Raises
    ------
    MoleculeError
        If it is not a molecule, a mixture, or cannot train a proxy; the message gives the reason.
    """
    mol = compound_mol(smiles, stereo)
    drawn = standard_mol(smiles, "keep") if _STEREO.search(smiles) else mol
    skeleton, configuration = inchi_blocks(drawn)
    if not skeleton:
        raise MoleculeError("no InChI can be made of it")
    key = f"{skeleton}-{configuration}" if stereo == "keep" else skeleton
    return Structure(Chem.MolToSmiles(mol), key, configuration, tuple(_changes(smiles, stereo)))


def _changes(smiles: str, stereo: Stereo) -> list[str]:
    if not re.search(r"[.\[@/\\]", smiles):
        return []
    parent = parent_of(smiles)
    changes = {
        "salt stripped": parent.stripped,
        "neutralised": parent.neutralised,
        "stereo removed": stereo == "merge" and _is_configured(smiles, parent),
        "isotopes removed": any(atom.GetIsotope() for atom in parent.mol.GetAtoms()),
    }
    return [change for change, is_so in changes.items() if is_so]


def _is_configured(smiles: str, parent: Parent) -> bool:
    # Looking for stereo is slow, and most SMILES contain none.
    if not _STEREO.search(smiles):
        return False
    elements = Chem.FindPotentialStereo(parent.mol, cleanIt=False, flagPossible=False)
    return any(element.specified == Chem.StereoSpecified.Specified for element in elements)

"""From the structure of a row to the compound it counts as, with what was changed on the way."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from rdkit import Chem
from rdkit.Chem import rdinchi
from rdkit.Chem.SaltRemover import SaltRemover
from rdkit.rdBase import BlockLogs

from molgfn.chem.standardise import MoleculeError, parent_mol, parse_smiles, standard_mol

MAX_ATOMS = 150
_STEREO = re.compile(r"[@/\\]")


@dataclass(frozen=True, slots=True)
class Structure:
    """A compound as molgfn reasons about it.

    Attributes
    ----------
    smiles : str
        Standard SMILES: without salt, charge, stereo and isotopes; the tautomer is that of the row.
    key : str
        First block of the InChIKey, which tautomers by a mobile hydrogen share: rows with one key are one compound.
    changes : tuple of str
        Of "salt stripped", "neutralised", "stereo removed", "isotopes removed".
    """

    smiles: str
    key: str
    changes: tuple[str, ...]


@lru_cache(maxsize=20_000)
def structure_of(smiles: str) -> Structure:
    """Standardise the structure of a row.

    Raises
    ------
    MoleculeError
        If it is no molecule, a mixture, or nothing that the proxy can be trained on; the message says why.
    """
    drawn = parse_smiles(smiles)
    if "." in smiles:
        _refuse_mixture(drawn)
    mol = standard_mol(smiles)
    if not mol.HasSubstructMatch(_carbon()):
        raise MoleculeError("no carbon in it")
    if mol.GetNumHeavyAtoms() > MAX_ATOMS:
        raise MoleculeError(f"{mol.GetNumHeavyAtoms()} heavy atoms; at most {MAX_ATOMS} are read")
    if "*" in smiles and any(atom.GetAtomicNum() == 0 for atom in mol.GetAtoms()):
        raise MoleculeError("an atom is open (*)")
    with BlockLogs():
        key: str = rdinchi.InchiToInchiKey(rdinchi.MolToInchi(mol)[0])
    if not key:
        raise MoleculeError("no InChI can be made of it")
    parent = parent_mol(smiles) if "." in smiles else drawn
    return Structure(Chem.MolToSmiles(mol), key.split("-")[0], tuple(_changes(smiles, drawn, parent)))


@cache
def _carbon() -> Chem.Mol:
    return Chem.MolFromSmarts("[#6]")


@cache
def _salts() -> SaltRemover:
    return SaltRemover()  # type: ignore[no-untyped-call]


def _refuse_mixture(drawn: Chem.Mol) -> None:
    left = _salts().StripMol(drawn, dontRemoveEverything=True)  # type: ignore[no-untyped-call]
    parts = {Chem.MolToSmiles(part) for part in Chem.GetMolFrags(left, asMols=True) if part.GetNumHeavyAtoms() > 5}
    if len(parts) > 1:
        raise MoleculeError(f"a mixture of {len(parts)} molecules")


def _changes(smiles: str, drawn: Chem.Mol, parent: Chem.Mol) -> list[str]:
    # Walking atoms and looking for stereo is slow; most SMILES hold no sign of either.
    atoms = list(drawn.GetAtoms()) if "[" in smiles else []
    stereo = Chem.FindPotentialStereo(parent, cleanIt=False, flagPossible=False) if _STEREO.search(smiles) else ()
    found = {
        "salt stripped": "." in smiles and len(Chem.GetMolFrags(drawn)) > 1,
        "neutralised": any(atom.GetFormalCharge() and not _is_paired(atom) for atom in atoms),
        "stereo removed": any(centre.specified == Chem.StereoSpecified.Specified for centre in stereo),
        "isotopes removed": any(atom.GetIsotope() for atom in atoms),
    }
    return [change for change, is_so in found.items() if is_so]


def _is_paired(atom: Chem.Atom) -> bool:
    """Return whether a charge belongs to a neighbour's opposite one, as in a nitro group."""
    return any(atom.GetFormalCharge() * other.GetFormalCharge() < 0 for other in atom.GetNeighbors())

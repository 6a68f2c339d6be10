"""From a SMILES to the three-dimensional ligand that Vina reads, or the reason why it cannot be docked."""

from dataclasses import dataclass

from meeko import MoleculePreparation, PDBQTWriterLegacy
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdForceFieldHelpers
from rdkit.Chem.EnumerateStereoisomers import EnumerateStereoisomers, StereoEnumerationOptions
from rdkit.rdBase import BlockLogs

from molgfn.chem.standardise import MoleculeError, parent_mol, parse_smiles
from molgfn.oracles.docking.protonation import protonation_states as protonation_states_of

# Vina types no other element: boron raises, silicon is silently taken for something else.
DOCKABLE_ELEMENTS = ("H", "C", "N", "O", "F", "P", "S", "Cl", "Br", "I")
MAX_HEAVY_ATOMS = 50
MAX_TORSIONS = 20
_CONFORMER_SEED = 1
_MMFF_ITERATIONS = 500
_TRIED_ISOMERS, _ISOMER_ATTEMPTS = 32, 10


class Refusal(ValueError):
    """A molecule that is not docked; `code` is a word for programs, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Ligand:
    """A molecule ready to dock.

    Attributes
    ----------
    mol : Chem.Mol
        With all hydrogens and one conformer.
    smiles : str
        The isomer that the conformer shows, every stereo centre assigned.
    pdbqt : str
        The same conformer for Vina, with a map from its atoms to those of `mol`.
    """

    mol: Chem.Mol
    smiles: str
    pdbqt: str


def prepare_ligands(
    smiles: str, protonation_states: int = 1, stereo_isomers: int = 2, max_rigid_ring: int = 12
) -> list[Ligand]:
    """Strip salts, and prepare the protonation states and stereoisomers that are docked.

    The result depends on the molecule, not on how its SMILES is spelled.

    Parameters
    ----------
    smiles : str
    protonation_states : int
        States at pH 7.4 at most, the main state first; 0: the neutral form.
    stereo_isomers : int
        Isomers of each state at most, where stereo is not defined. Isomers that cannot be embedded are left out. 1: the
        isomer that the embedding of seed 1 happens to give.
    max_rigid_ring : int
        Rings of 7 to so many atoms keep the shape of the conformer; larger rings are opened, and may change it in
        docking (Forli and Botta 2007). 6: all rings of 7 and more atoms are opened.

    Returns
    -------
    list of Ligand
        At least one.

    Raises
    ------
    Refusal
        With code unparsable, several_fragments, unsupported_element, not_organic, radical, too_large, no_conformer,
        no_pdbqt or too_flexible.
    """
    parent = dockable_mol(smiles)
    states = protonation_states_of(parent, protonation_states) if protonation_states else [parent]
    return [ligand for state in states for ligand in _isomers(state, stereo_isomers, max_rigid_ring)]


def _isomers(mol: Chem.Mol, number: int, max_rigid_ring: int) -> list[Ligand]:
    if number == 1:
        return [_prepared(mol, max_rigid_ring)]
    options = StereoEnumerationOptions(  # type: ignore[no-untyped-call]
        onlyUnassigned=True, unique=True, maxIsomers=_TRIED_ISOMERS
    )
    isomers = list(EnumerateStereoisomers(mol, options))  # type: ignore[no-untyped-call]
    if len(isomers) == 1:
        return [_prepared(parse_smiles(Chem.MolToSmiles(isomers[0])), max_rigid_ring)]
    found: dict[str, Ligand] = {}
    for isomer in isomers:
        try:
            ligand = _prepared(parse_smiles(Chem.MolToSmiles(isomer)), max_rigid_ring, _ISOMER_ATTEMPTS)
        except Refusal as refusal:
            if refusal.code != "no_conformer":
                raise
            continue  # such as a bridge whose two ends cannot have these configurations
        found.setdefault(ligand.smiles, ligand)
        if len(found) == number:
            break
    return list(found.values()) or [_prepared(mol, max_rigid_ring)]


def _prepared(mol: Chem.Mol, max_rigid_ring: int, attempts: int = 0) -> Ligand:
    with_hydrogens = Chem.AddHs(mol)
    _embed(with_hydrogens, attempts)
    return Ligand(with_hydrogens, _smiles_of_conformer(with_hydrogens), _write_pdbqt(with_hydrogens, max_rigid_ring))


def dockable_mol(smiles: str) -> Chem.Mol:
    """Return the neutral parent, stereo kept, atoms in the order of its canonical SMILES.

    Raises
    ------
    Refusal
        As `prepare_ligands`, for everything that is known before the embedding.
    """
    try:
        mol = parent_mol(smiles)
    except MoleculeError as error:
        raise Refusal(error.code, str(error)) from error
    _refuse_atoms(mol)
    for atom in mol.GetAtoms():
        atom.SetIsotope(0)
        atom.SetAtomMapNum(0)
    return parse_smiles(Chem.MolToSmiles(Chem.RemoveHs(mol)))


def _refuse_atoms(mol: Chem.Mol) -> None:
    strange = sorted({atom.GetSymbol() for atom in mol.GetAtoms()} - set(DOCKABLE_ELEMENTS))
    if strange:
        raise Refusal("unsupported_element", f"Vina has no parameters for {', '.join(strange)}")
    if not any(atom.GetAtomicNum() == 6 for atom in mol.GetAtoms()):
        raise Refusal("not_organic", "no carbon atom")
    if any(atom.GetNumRadicalElectrons() for atom in mol.GetAtoms()):
        raise Refusal("radical", "an atom has an unpaired electron or an empty valence")
    if mol.GetNumHeavyAtoms() > MAX_HEAVY_ATOMS:
        raise Refusal("too_large", f"{mol.GetNumHeavyAtoms()} heavy atoms; at most {MAX_HEAVY_ATOMS} are docked")


def _embed(mol: Chem.Mol, attempts: int) -> None:
    """Add a conformer, in at most so many attempts; 0: in as many as RDKit takes, twice."""
    parameters = rdDistGeom.srETKDGv3()
    parameters.randomSeed = _CONFORMER_SEED  # type: ignore[assignment]
    parameters.maxIterations = attempts  # type: ignore[assignment]
    with BlockLogs():
        if rdDistGeom.EmbedMolecule(mol, parameters) != 0:
            parameters.useRandomCoords = True  # type: ignore[assignment]
            if attempts or rdDistGeom.EmbedMolecule(mol, parameters) != 0:
                raise Refusal("no_conformer", "no three-dimensional conformer could be made")
        rdForceFieldHelpers.MMFFOptimizeMolecule(mol, maxIters=_MMFF_ITERATIONS)


def _write_pdbqt(mol: Chem.Mol, max_rigid_ring: int) -> str:
    try:
        setup = MoleculePreparation(min_ring_size=max_rigid_ring + 1).prepare(mol)[0]
        pdbqt, valid, reason = PDBQTWriterLegacy.write_string(setup, add_index_map=True)
    except Exception as error:  # meeko raises what its parts happen to raise
        raise Refusal("no_pdbqt", f"meeko: {error}") from error
    if not valid:
        raise Refusal("no_pdbqt", f"meeko: {' '.join(reason.split())}")
    torsions = int(pdbqt.rsplit("TORSDOF", 1)[1])
    if torsions > MAX_TORSIONS:
        raise Refusal("too_flexible", f"{torsions} rotatable bonds; at most {MAX_TORSIONS} are docked")
    return str(pdbqt)


def _smiles_of_conformer(mol: Chem.Mol) -> str:
    isomer = Chem.Mol(mol)
    Chem.AssignStereochemistryFrom3D(isomer)
    return Chem.MolToSmiles(Chem.RemoveHs(isomer))

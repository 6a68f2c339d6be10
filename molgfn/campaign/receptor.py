"""The receptor and the docking box that a campaign names."""

from pathlib import Path

import numpy as np
from rdkit import Chem
from rdkit.rdBase import BlockLogs

from molgfn.campaign.sections import DockingSection
from molgfn.errors import ConfigError, DataError
from molgfn.oracles.targets import Receptor, Vector, find_target

LIGAND_FORMATS = (".sdf", ".mol", ".mol2", ".pdb")
MARGIN = 6.0
"""Room on each side of a bound ligand, angstrom: about one ring, so that a larger molecule fits."""
SMALLEST_BOX = 20.0


def receptor_of(section: DockingSection) -> Receptor:
    """Return the receptor with its box.

    Raises
    ------
    ConfigError, DataError
        If the target is unknown, or a file cannot be used.
    """
    if section.target is not None:
        return find_target(section.target)
    if section.receptor is None:
        raise ConfigError("[oracle] names neither a target nor a receptor")
    check_receptor(section.receptor)
    if section.ligand is not None:
        center, size = box_around(read_ligand(section.ligand))
    elif section.center is not None and section.size is not None:
        center, size = section.center, section.size
    else:
        raise ConfigError("[oracle] has a receptor, but no box (center and size) and no ligand")
    return Receptor(section.receptor.stem, section.receptor, center, size)


def check_receptor(path: Path) -> None:
    """See that a file is a rigid receptor in PDBQT.

    Raises
    ------
    DataError
        If it is not; the message says what it looks like instead.
    """
    hint = "A PDB file becomes PDBQT with: mk_prepare_receptor.py --read_pdb receptor.pdb -o receptor -p"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as a receptor: {error}", hint) from None
    atoms = [(number, line) for number, line in enumerate(lines, start=1) if line.startswith(("ATOM", "HETATM"))]
    if not atoms:
        raise DataError(f"{path}: no ATOM lines, so no receptor", hint)
    if any(line.startswith(("ROOT", "BRANCH")) for line in lines):
        raise DataError(f"{path}: a flexible ligand (it has ROOT or BRANCH lines), not a rigid receptor", hint)
    for number, line in atoms:
        try:
            float(line[30:38]), float(line[38:46]), float(line[46:54]), float(line[70:76])
        except ValueError:
            raise DataError(f"{path}, line {number}: no PDBQT atom (x, y, z and partial charge)", hint) from None
        if not line[77:79].strip():
            raise DataError(f"{path}, line {number}: no AutoDock atom type in columns 78-79", hint)


def read_ligand(path: Path) -> Chem.Mol:
    """Read a bound ligand with its coordinates.

    Raises
    ------
    DataError
        If the format is unknown, the file cannot be read, or it has no three-dimensional coordinates.
    """
    accepted = f"Accepted: {', '.join(LIGAND_FORMATS)}, with the coordinates in the frame of the receptor."
    if path.suffix.lower() not in LIGAND_FORMATS:
        raise DataError(f"{path}: unknown kind of ligand file", accepted)
    try:
        with BlockLogs():
            mol = _read(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error}", accepted) from None
    if mol is None or mol.GetNumAtoms() == 0:
        raise DataError(f"{path}: holds no molecule that can be read", accepted)
    if not mol.GetNumConformers() or not mol.GetConformer().Is3D():
        raise DataError(f"{path}: has no three-dimensional coordinates", accepted)
    return mol


def _read(path: Path) -> Chem.Mol | None:
    # Only the coordinates matter here: valences that RDKit would refuse are let pass.
    match path.suffix.lower():
        case ".mol2":
            return Chem.MolFromMol2File(str(path), sanitize=False)
        case ".pdb":
            return Chem.MolFromPDBFile(str(path), sanitize=False)
        case _:
            with Chem.SDMolSupplier(str(path), sanitize=False) as molecules:
                return next(iter(molecules), None)


def box_around(mol: Chem.Mol) -> tuple[Vector, Vector]:
    """Return center and size of the box around a bound ligand, in angstrom, to two decimals."""
    heavy = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]
    places = np.asarray(mol.GetConformer().GetPositions())[heavy]
    low, high = places.min(axis=0), places.max(axis=0)
    center = np.round((low + high) / 2, 2)
    size = np.round(np.maximum(high - low + 2 * MARGIN, SMALLEST_BOX), 2)
    return _vector(center), _vector(size)


def _vector(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Vector:
    x, y, z = values.tolist()
    return x, y, z

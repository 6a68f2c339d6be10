"""From the pose that Vina writes back to a molecule with bonds, as a record of an SDF file."""

import re
from collections.abc import Mapping
from io import StringIO

from rdkit import Chem
from rdkit.Geometry import Point3D

from molgfn.oracles.docking.ligand import Ligand


def pose_record(ligand: Ligand, docked_pdbqt: str, title: str, properties: Mapping[str, str]) -> str:
    """Return the docked ligand as an SDF record.

    Heavy atoms lie where Vina put them. Hydrogens are added anew: Vina scores none and moves only the polar ones.

    Parameters
    ----------
    docked_pdbqt : str
        Vina's output; its first pose is taken.
    title : str
    properties : mapping
        Name and value of each data field.
    """
    mol = Chem.RemoveHs(ligand.mol)
    conformer = mol.GetConformer()
    serials = _serial_of_atom(ligand.pdbqt)
    positions = _positions(docked_pdbqt)
    # Hydrogens follow the heavy atoms of `ligand.mol`, so that these keep their index.
    for index in range(mol.GetNumAtoms()):
        conformer.SetAtomPosition(index, positions[serials[index]])
    mol = Chem.AddHs(mol, addCoords=True)
    mol.SetProp("_Name", title)
    for name, value in properties.items():
        mol.SetProp(name, value)
    text = StringIO()
    with Chem.SDWriter(text) as writer:
        writer.write(mol)
    return text.getvalue()


def _serial_of_atom(pdbqt: str) -> dict[int, int]:
    """Return the PDBQT serial of each atom of the molecule that was written."""
    numbers = [int(number) for line in re.findall(r"^REMARK INDEX MAP (.*)$", pdbqt, re.M) for number in line.split()]
    return {atom - 1: serial for atom, serial in zip(numbers[::2], numbers[1::2], strict=True)}


def _positions(pdbqt: str) -> dict[int, Point3D]:
    first = pdbqt.split("ENDMDL", 1)[0]
    lines = [line for line in first.splitlines() if line.startswith(("ATOM", "HETATM"))]
    return {int(line[6:11]): Point3D(*(float(line[start : start + 8]) for start in (30, 38, 46))) for line in lines}

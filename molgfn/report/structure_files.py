"""Candidates as files that other chemistry programs read: SMILES and SD files."""

from pathlib import Path

import pandas as pd
from rdkit import Chem
from rdkit.Chem.rdDepictor import Compute2DCoords

from molgfn.chem.standardise import MoleculeError, parse_smiles
from molgfn.files import whole_file
from molgfn.report.columns import CANDIDATE_COLUMNS


def write_smiles(path: Path, candidates: pd.DataFrame) -> None:
    """Write one line for each candidate: SMILES, a tab and the compound id.

    Parameters
    ----------
    path : Path
        Written whole or not at all.
    candidates : DataFrame
        From `candidate_table`.
    """
    with whole_file(path) as file:
        for smiles, compound_id in zip(candidates["smiles"], candidates["compound_id"], strict=True):
            file.write(f"{smiles}\t{compound_id}\n")


def write_sdf(path: Path, candidates: pd.DataFrame) -> None:
    """Write one record for each candidate: its id as title, a flat drawing, its columns that have a value as fields.

    Parameters
    ----------
    path : Path
        Written whole or not at all.
    candidates : DataFrame
        From `candidate_table`.
    """
    fields = {column.name: list(column.cells(candidates[column.name])) for column in CANDIDATE_COLUMNS}
    with whole_file(path) as file:
        writer = Chem.SDWriter(file)
        for position, smiles in enumerate(candidates["smiles"]):
            mol = _flat(smiles)
            mol.SetProp("_Name", str(fields["compound_id"][position]))
            for name, cells in fields.items():
                if cells[position] not in (None, ""):
                    mol.SetProp(name, str(cells[position]))
            writer.write(mol)
        writer.close()


def _flat(smiles: str) -> Chem.Mol:
    """Return a molecule with coordinates in the plane; without atoms where the SMILES cannot be read."""
    try:
        mol = parse_smiles(smiles)
    except MoleculeError:  # the record keeps its fields, `smiles` among them
        return Chem.Mol()
    Compute2DCoords(mol)
    return mol

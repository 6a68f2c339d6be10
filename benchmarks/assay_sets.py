"""Two data sets that come with packages: a published series with its activities, and docked molecules."""

import csv
from pathlib import Path

import rdkit

from molgfn.bundled import bundled
from molgfn.direction import Direction
from molgfn.proxy.data.training_data import TrainingData, merge, read_table

SETS: dict[str, tuple[str, Direction]] = {
    "CHEMBL2321810": ("log activity", "maximise"),
    "parp1_docked": ("kcal/mol", "minimise"),
}


def load(name: str) -> TrainingData:
    """Return a data set by name: CHEMBL2321810 of the rdkit package, or the docked set of molgfn."""
    if name == "parp1_docked":
        return read_table(bundled("data", "parp1_docked.csv"), "score_kcal_mol")
    folder = Path(rdkit.__file__).parent / "Contrib" / "FreeWilson" / "data"
    words = (line.split() for line in (folder / "CHEMBL2321810.smi").read_text().splitlines() if line.strip())
    smiles = {identity: text for text, identity in words}
    with (folder / "CHEMBL2321810_act.csv").open(newline="") as file:
        value = {row["Name"]: float(row["Act"]) for row in csv.DictReader(file)}
    known = sorted(smiles.keys() & value.keys())
    return merge([smiles[name] for name in known], [value[name] for name in known])

"""The training molecules of a proxy, kept beside it: to find the nearest one, and to train on them again."""

import csv
from pathlib import Path

import numpy as np

from molgfn.chem.standardise import Stereo
from molgfn.errors import ConfigError
from molgfn.files import write_csv
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.plain_description import plain_description

FILE = "molecules.csv"
COLUMNS = ("smiles", "value", "relation", "n")
_RELATIONS = {0: "=", -1: "<", 1: ">"}
_SIDES = {relation: side for side, relation in _RELATIONS.items()}


def write_training_molecules(data: TrainingData, folder: Path) -> None:
    """Write molecules, values, relations (`<`: the true value is below) and numbers of measurements into a folder."""
    columns = (
        data.smiles,
        data.values.tolist(),
        map(_RELATIONS.__getitem__, data.sides.tolist()),
        data.counts.tolist(),
    )
    write_csv(folder / FILE, COLUMNS, zip(*columns, strict=True))


def stereo_of_folder(folder: Path) -> Stereo:
    """Return `stereo` of the proxy in a folder without loading the proxy; "merge" if there is none."""
    stereo: Stereo = plain_description(folder).get("stereo", "merge")
    return stereo


def kept_molecules(folder: Path, stereo: Stereo) -> TrainingData | None:
    """Read what `write_training_molecules` wrote into the folder of a proxy; none where nothing is kept there.

    Parameters
    ----------
    folder : Path
    stereo : "merge" or "keep"
        As the description of the proxy says.

    Raises
    ------
    ConfigError
        If it is not such a table.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        return TrainingData(
            tuple(row["smiles"] for row in rows),
            np.array([float(row["value"]) for row in rows], dtype=np.float64),
            np.array([_SIDES[row["relation"]] for row in rows], dtype=np.int64),
            np.array([float(row["n"]) for row in rows], dtype=np.float64),
            n_rows=len(rows),
            stereo=stereo,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{path}: not the molecules of a proxy", f"Found {error}; train it again.") from error

"""From an assay table to what a proxy learns from."""

import numpy as np

from molgfn.assay.table_import import Assay
from molgfn.assay.values import Relation
from molgfn.proxy.data.training_data import BadRow, TrainingData

SIDES: dict[Relation, int] = {"=": 0, "<": -1, ">": 1}


def training_data(assay: Assay) -> TrainingData:
    """Return the compounds of a table: bounds stay bounds, and replicates count by their number."""
    compounds = sorted(assay.compounds, key=lambda compound: compound.smiles)
    return TrainingData(
        tuple(compound.smiles for compound in compounds),
        np.array([compound.value for compound in compounds], dtype=np.float64),
        np.array([SIDES[compound.relation] for compound in compounds], dtype=np.int64),
        np.array([compound.n for compound in compounds], dtype=np.float64),
        n_rows=assay.n_rows,
        n_not_completed=len(assay.unused) - len(assay.bad),
        n_merged=len(assay.readings) - len(compounds),
        bad_rows=tuple(BadRow(row.line, f"{row.reason}: {row.found}".removesuffix(": ")) for row in assay.bad),
        days=tuple(compound.day for compound in compounds) if any(compound.day for compound in compounds) else (),
        stereo=assay.stereo,
    )

"""An existing proxy judged by measured values; molecules that it was trained on are judged separately."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from molgfn.assay.compounds import Noise, replicate_noise
from molgfn.assay.quantities import KCAL, is_log
from molgfn.assay.table_import import ReadingOptions, read_assay
from molgfn.chem.standardise import Stereo
from molgfn.direction import Direction
from molgfn.errors import DataError
from molgfn.progress import Progress
from molgfn.proxy.data.compound_key import compound_key
from molgfn.proxy.data.from_assay import training_data
from molgfn.proxy.data.graphs import featurise_smiles
from molgfn.proxy.data.training_data import TrainingData, read_table
from molgfn.proxy.evaluation.bootstrap import Judged, compare
from molgfn.proxy.evaluation.cross_validation import SelfAssessment
from molgfn.proxy.evaluation.held_out import BarsJudged, DomainJudged, judge_bars, judge_domain
from molgfn.proxy.proxy import Proxy


@dataclass(frozen=True)
class Group:
    """Molecules that are judged together.

    Attributes
    ----------
    molecules : int
        With a measured value.
    metrics : dict
        Each of `Metrics`; empty where there are no molecules.
    bars, domain : optional
        None where there are no molecules, or the proxy has no error bars or no domain.
    bounds, bounds_met : int
        Molecules with a bound only, and those among them whose prediction is on the right side of it.
    """

    molecules: int
    metrics: Judged
    bars: BarsJudged | None
    domain: DomainJudged | None
    bounds: int
    bounds_met: int


@dataclass(frozen=True)
class Verification:
    """How well an existing proxy predicts the compounds of a table.

    Attributes
    ----------
    proxy, file, unit, direction : str
    stereo : "merge" or "keep"
        Whether the table's stereoisomers are one compound.
    rows, left_out : int
        Of the table.
    noise : Noise or None
        Replicate noise, where the table has replicates.
    limits : tuple of str
        What the proxy does not give: error bars, domain.
    training_known : bool
        Whether the proxy keeps its training molecules; if not, all molecules count as new.
    new, trained_on : Group
    """

    proxy: str
    file: str
    unit: str
    direction: Direction
    stereo: Stereo
    rows: int
    left_out: int
    noise: Noise | None
    limits: tuple[str, ...]
    training_known: bool
    new: Group
    trained_on: Group


def verify(proxy: Proxy, file: Path, options: ReadingOptions, progress: Progress) -> Verification:
    """Judge a proxy by the compounds of a table.

    Parameters
    ----------
    proxy : Proxy
    file : Path
        An assay table, if the unit of the proxy is one of assays; else a CSV with the columns `smiles` and that which
        `options` names for the value, taken to be in the unit of the proxy.
    options : ReadingOptions
        Where they do not say what becomes of stereoisomers, the table is read as the proxy was trained.
    progress : Progress

    Raises
    ------
    DataError
        If the table cannot be read, has no usable row, or is of another unit.
    """
    stereo = proxy.info.stereo
    data, noise = _read(proxy, file, replace(options, stereo=options.stereo or stereo), progress)
    # Not by SMILES: another tautomer of a training molecule is not a new compound.
    trained_on = {
        compound_key(smiles, stereo) for smiles in (proxy.training_molecules.smiles if proxy.training_molecules else ())
    }
    was_seen = np.array([compound_key(smiles, stereo) in trained_on for smiles in data.smiles], dtype=np.bool_)
    with progress.step("judging"):
        new, seen = (_judge(proxy, data.take(np.flatnonzero(rows))) for rows in (~was_seen, was_seen))
    return Verification(
        proxy=proxy.name,
        file=str(file),
        unit=proxy.unit,
        direction=proxy.direction,
        stereo=data.stereo,
        rows=data.n_rows,
        left_out=len(data.bad_rows) + data.n_not_completed,
        noise=noise,
        limits=proxy.limits.sentences,
        training_known=proxy.training_molecules is not None,
        new=new,
        trained_on=seen,
    )


def _read(proxy: Proxy, file: Path, options: ReadingOptions, progress: Progress) -> tuple[TrainingData, Noise | None]:
    if proxy.unit != KCAL and not is_log(proxy.unit):
        return _read_own_unit(proxy, file, options), None
    assay = read_assay(file, options, progress)
    if assay.quantity.unit != proxy.unit:
        raise DataError(
            f"{file}: the values are {assay.quantity.unit}, but proxy {proxy.name!r} predicts {proxy.unit}.",
            "Give a table of the same quantity. --type reads one endpoint of several, --unit is for rows without one.",
        )
    return training_data(assay), replicate_noise(assay.compounds)


def _read_own_unit(proxy: Proxy, file: Path, options: ReadingOptions) -> TrainingData:
    column = options.columns.get("value", "")
    unit = options.unit or proxy.unit
    if unit != proxy.unit:
        raise DataError(f"{file}: the values are in {unit}, but proxy {proxy.name!r} predicts {proxy.unit}.")
    if not column:
        raise DataError(
            f"{file}: proxy {proxy.name!r} predicts {proxy.unit}, which is not a unit of assays: which column is it?",
            "Name it: --column value=NAME.",
        )
    return read_table(file, column, options.columns.get("smiles", "smiles"), stereo=options.stereo or "merge")


def _judge(proxy: Proxy, data: TrainingData) -> Group:
    measured = data.take(np.flatnonzero(data.sides == 0))
    met = _bounds_met(proxy, data.take(np.flatnonzero(data.sides != 0)))
    if not len(measured):
        return Group(0, {}, None, None, len(data), met)
    prediction = proxy.predict(measured.smiles)
    heavy_atoms = featurise_smiles(measured.smiles, measured.stereo).n_atoms
    compared = compare({"proxy": prediction.mean}, measured.values, heavy_atoms, proxy.direction)
    self_assessment, error = SelfAssessment.of(proxy, prediction, measured.smiles), measured.values - prediction.mean
    return Group(
        molecules=len(measured),
        metrics=compared.methods["proxy"],
        bars=judge_bars(self_assessment.bars, error) if self_assessment.bars else None,
        domain=judge_domain(self_assessment.in_domain, error) if self_assessment.in_domain is not None else None,
        bounds=len(data) - len(measured),
        bounds_met=met,
    )


def _bounds_met(proxy: Proxy, bounds: TrainingData) -> int:
    if not len(bounds):
        return 0
    return int((bounds.sides * (proxy.predict(bounds.smiles).mean - bounds.values) > 0).sum())

"""Predicts the molecules of a file with a proxy; the file is read, predicted and written in pieces."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import isnan
from pathlib import Path

from molgfn.chem.standardise import MoleculeError, Stereo, compound_smiles
from molgfn.errors import DataError
from molgfn.files import refuse_input_as_output, write_csv
from molgfn.progress import Progress, Step
from molgfn.proxy.interfaces import IN_DOMAIN
from molgfn.proxy.proxy import Proxy
from molgfn.tables.molecules import MoleculeFile, open_molecules
from molgfn.tables.table import Row

_PIECE = 1000
_SHOWN = 5
ADDED = ("pred_mean", "pred_std", "unit", "extrapolated", "in_domain", "nn_similarity", "nn_smiles", "error")
"""Columns that are added to those of the file."""


@dataclass
class ScoredFile:
    """The number of rows with and without a prediction, with the first reasons."""

    molecules: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _ScoredRow:
    """The cells of a row, with its prediction (None where there is none) and what `ADDED` holds of it."""

    cells: tuple[object, ...]
    mean: float | None
    added: tuple[object, ...]


def score_file(
    proxy: Proxy, path: Path, out: Path, progress: Progress, column: str = "", best_first: bool = False
) -> ScoredFile:
    """Predict every molecule of a file; every row of it is in the table that is written.

    Parameters
    ----------
    proxy : Proxy
    path : Path
        A table with a column of SMILES, whose other columns are kept; or a list of SMILES (see `open_molecules`).
    out : Path
        Table that is written, whole or not at all: the columns of the file and `ADDED`. Where the file has a column of
        one of these names, the new one gets a number (`pred_mean_2`). A row without a usable molecule has no
        prediction; its error says why, and in which line of the file it is.
    progress : Progress
    column : str
        Name of the column of structures; by default found by its name.
    best_first : bool
        Sort the rows by prediction, the best first by the direction of the proxy; rows without a prediction come last.
        Equal rows keep their order. All rows are held in memory. By default the order of the file is kept.

    Raises
    ------
    ConfigError
        If `out` is the file itself.
    DataError
        If the file cannot be read, has no such column, or no row of it holds a usable molecule; nothing is written.
    """
    refuse_input_as_output(out, [path])
    for sentence in proxy.limits.sentences:
        progress.log(f"proxy {proxy.name}: {sentence}")
    file, scored = open_molecules(path, column), ScoredFile()
    with progress.step(f"scoring {path.name}", total=file.text.n_lines) as step:
        rows: Iterable[_ScoredRow] = _count(_scored(proxy, file, step), scored, path)
        if best_first:
            rows = sorted(rows, key=lambda row: _place(row.mean, proxy))
        write_csv(out, (*file.header, *_new_names(file.header)), ((*row.cells, *row.added) for row in rows))
    return scored


def _place(mean: float | None, proxy: Proxy) -> tuple[bool, float]:
    """Return the key that sorts predictions: the best first, missing ones last."""
    if mean is None:
        return True, 0.0
    return False, mean if proxy.direction == "minimise" else -mean


def _new_names(header: Sequence[str]) -> list[str]:
    """Return the names of `ADDED`; those that the file has already get the first number that is free for all."""
    there = {name.casefold() for name in header}
    number = 2
    while any(f"{name}_{number}" in there for name in ADDED):
        number += 1
    return [f"{name}_{number}" if name in there else name for name in ADDED]


def _count(rows: Iterable[_ScoredRow], scored: ScoredFile, path: Path) -> Iterator[_ScoredRow]:
    """Yield rows and count them; a file in which no molecule could be scored is an error."""
    for row in rows:
        if row.mean is not None:
            scored.molecules += 1
        else:
            scored.failed += 1
            if len(scored.reasons) < _SHOWN:
                scored.reasons.append(str(row.added[-1]))
        yield row
    if not scored.molecules:
        more = [f"and {scored.failed - _SHOWN:,} more"] if scored.failed > _SHOWN else []
        raise DataError(
            f"{path}: none of its {scored.failed:,} rows holds a molecule that can be scored.",
            "\n".join([*scored.reasons, *more, "--column NAME names the column that holds the SMILES."]),
        )


def _scored(proxy: Proxy, file: MoleculeFile, step: Step) -> Iterator[_ScoredRow]:
    rows, line = file.rows(), 0
    while piece := list(islice(rows, _PIECE)):
        standard = [_standard(row, file.column, proxy.info.stereo) for row in piece]
        predictions = _predicted(proxy, [smiles for smiles, error in standard if not error])
        for row, (_, error) in zip(piece, standard, strict=True):
            cells = (*row.cells, *[""] * (len(file.header) - len(row.cells)))
            if error:
                added = (None, None, proxy.unit, "", "", None, "", f"line {row.line}: {error}")
                yield _ScoredRow(cells, None, added)
            else:
                mean, others = next(predictions)
                yield _ScoredRow(cells, mean, (mean, *others, ""))
        step.advance(piece[-1].line - line)
        line = piece[-1].line
    step.advance(file.text.n_lines - line)


def _predicted(proxy: Proxy, smiles: Sequence[str]) -> Iterator[tuple[float, tuple[object, ...]]]:
    """Yield the prediction and the other cells of `ADDED` but the last for each molecule (standard SMILES)."""
    if not smiles:
        return
    prediction, near = proxy.predict(smiles), proxy.neighbours(smiles)
    numbers = (prediction.mean.round(4).tolist(), prediction.std.round(4).tolist(), near.similarity.round(3).tolist())
    beyond = proxy.value_range.is_beyond(prediction.mean) if proxy.value_range else [False] * len(smiles)
    columns = (*numbers, ["yes" if is_beyond else "" for is_beyond in beyond], near.in_domain, near.smiles)
    for mean, std, similarity, extrapolated, inside, nearest in zip(*columns, strict=True):
        yield mean, (_or_blank(std), proxy.unit, extrapolated, IN_DOMAIN[inside], _or_blank(similarity), nearest)


def _or_blank(number: float) -> float | None:
    """Return a number, or None if the proxy does not give it."""
    return None if isnan(number) else number


def _standard(row: Row, column: int, stereo: Stereo) -> tuple[str, str]:
    """Return the standard SMILES of a row, or the reason if there is none."""
    if row.fault:
        return "", row.fault
    try:
        return compound_smiles(row.cells[column], stereo), ""
    except MoleculeError as error:
        return "", str(error)

"""Scoring a file of molecules with a proxy, however long: read, predicted and written in pieces."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import isnan
from pathlib import Path

from molgfn.chem.standardise import MoleculeError, compound_smiles
from molgfn.errors import DataError, did_you_mean
from molgfn.files import write_csv
from molgfn.progress import Progress, Step
from molgfn.proxy.interfaces import IN_DOMAIN
from molgfn.proxy.proxy import Proxy
from molgfn.tables.table import Row, Table
from molgfn.tables.text import TextFile, open_text

_PIECE = 1000
ADDED = ("pred_mean", "pred_std", "unit", "in_domain", "nn_similarity", "nn_smiles", "error")
"""Columns that are added to those of the file."""


@dataclass(frozen=True)
class Scored:
    """How many molecules were scored, and how many rows hold none."""

    molecules: int
    failed: int


@dataclass(frozen=True)
class _Source:
    """The columns of a file, which of them is the structure, and its rows."""

    header: tuple[str, ...]
    column: int
    rows: Iterator[Row]


def score_file(proxy: Proxy, path: Path, out: Path, progress: Progress, column: str = "") -> Scored:
    """Predict every molecule of a file; every row of it is in the table that is written, in order.

    Parameters
    ----------
    proxy : Proxy
    path : Path
        A table (.csv, .tsv) with a column of SMILES, whose other columns are kept; or SMILES, one a line, with a name
        after it if there is one.
    out : Path
        Table that is written, whole or not at all: the columns of the file and `ADDED`. A row without a usable molecule
        has empty predictions and says why.
    progress : Progress
    column : str
        Name of the column; by default `smiles`, in any case.

    Raises
    ------
    DataError
        If the file cannot be read, or has no such column.
    """
    source = _open(path, column)
    counts = {True: 0, False: 0}

    def count(rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
        for row in rows:
            counts[row[-1] == ""] += 1
            yield row

    with progress.step(f"scoring {path.name}") as step:
        write_csv(out, (*source.header, *ADDED), count(_scored(proxy, source, step)))
    return Scored(counts[True], counts[False])


def _scored(proxy: Proxy, source: _Source, step: Step) -> Iterator[Sequence[object]]:
    while piece := list(islice(source.rows, _PIECE)):
        read = [_standard(row, source.column) for row in piece]
        said = _predicted(proxy, [smiles for smiles, error in read if not error])
        for row, (_, error) in zip(piece, read, strict=True):
            cells = (*row.cells, *[""] * (len(source.header) - len(row.cells)))
            yield (*cells, None, None, proxy.unit, "", None, "", error) if error else (*cells, *next(said), "")
        step.advance(len(piece))


def _predicted(proxy: Proxy, smiles: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """Yield the cells of `ADDED` but the last for each molecule (standard SMILES)."""
    if not smiles:
        return
    prediction, near = proxy.predict(smiles), proxy.neighbours(smiles)
    numbers = (prediction.mean.round(4).tolist(), prediction.std.round(4).tolist(), near.similarity.round(3).tolist())
    for mean, std, similarity, inside, nearest in zip(*numbers, near.in_domain, near.smiles, strict=True):
        # Not a number where the proxy does not know its training molecules.
        yield mean, std, proxy.unit, IN_DOMAIN[inside], None if isnan(similarity) else similarity, nearest


def _standard(row: Row, column: int) -> tuple[str, str]:
    """Return the standard SMILES of a row, or why there is none."""
    if row.fault:
        return "", row.fault
    try:
        return compound_smiles(row.cells[column]), ""
    except MoleculeError as error:
        return "", str(error)


def _open(path: Path, column: str) -> _Source:
    text = open_text(path)
    if path.suffix.lower() not in (".csv", ".tsv"):
        return _Source(("smiles", "name"), 0, _lines(text))
    table = Table.of(text, least_columns=1)
    place = _column(path, table.header, column)
    return _Source(table.header, place, table.rows([place]))


def _lines(text: TextFile) -> Iterator[Row]:
    for number, line in enumerate(text.lines(), start=1):
        if line.strip():
            smiles, *name = line.split(maxsplit=1)
            yield Row(number, (smiles, name[0].strip() if name else ""))


def _column(path: Path, header: Sequence[str], wanted: str) -> int:
    names = list(header) if wanted else [name.casefold() for name in header]
    found = names.index(wanted or "smiles") if (wanted or "smiles") in names else None
    if found is None:
        hint = did_you_mean(wanted or "smiles", header) or "Say which: --column NAME."
        raise DataError(f"{path}: no column {wanted or 'smiles'!r}. Found: {', '.join(header[:20])}.", hint)
    return found

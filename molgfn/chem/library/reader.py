"""Reading compound libraries: one SMILES a line, or CSV with a column `smiles`."""

import csv
from collections.abc import Iterator
from pathlib import Path

from molgfn.errors import DataError, did_you_mean


def read_smiles(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line number (from 1) and SMILES of each line that is not blank.

    A `.csv` or `.tsv` file needs a column `smiles` (in any case); of others the first word of a line is the SMILES.

    Raises
    ------
    DataError
        If the file is missing, not text, empty, or has no such column.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{path}: no such file.") from None
    except IsADirectoryError:
        raise DataError(f"{path}: a folder, not a file of SMILES.") from None
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: not a text file in UTF-8 (byte {error.start}).",
            "Accepted: one SMILES a line, or CSV with a column `smiles`.",
        ) from None
    if not text.strip():
        raise DataError(f"{path}: an empty file.", "Accepted: one SMILES a line, or CSV with a column `smiles`.")
    if path.suffix.lower() in (".csv", ".tsv"):
        yield from _column(path, text)
    else:
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                yield number, line.split()[0]


def _column(path: Path, text: str) -> Iterator[tuple[int, str]]:
    rows = csv.reader(text.splitlines(), delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
    header = [name.strip() for name in next(rows)]
    folded = [name.casefold() for name in header]
    if "smiles" not in folded:
        raise DataError(
            f"{path}, line 1: no column `smiles`; found {', '.join(header)}.", did_you_mean("smiles", header)
        )
    place = folded.index("smiles")
    for row in rows:
        if len(row) > place and row[place].strip():
            yield rows.line_num, row[place].strip()

"""Messages about a damaged record or checkpoint, as after a disk error."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from molgfn.errors import ConfigError, DataError
from molgfn.files import is_disk_full

_WHOLE = ("exports/candidates.csv", "rounds", "poses", "checkpoints", "inputs", "campaign.toml")
"""What a run directory holds besides its record."""


def damaged_record(path: Path, error: sqlite3.DatabaseError) -> DataError:
    """Return the error for a record that SQLite cannot read or write."""
    whole = [name for name in _WHOLE if (path.parent / name).exists()]
    others = f"These are still there: {', '.join(whole)}.\n" if whole else ""
    return DataError(
        f"{path}: the record of this run is damaged ({error})",
        f"{others}Restore a copy of {path.name}, such as a backup, and resume. Values of finished rounds are also in "
        "rounds/*/results.csv.",
    )


@contextmanager
def reading_checkpoint(folder: Path, remedy: str) -> Iterator[None]:
    """Name the checkpoint in the error if one of its files is incomplete or damaged.

    Raises
    ------
    DataError
        With `remedy` as the hint.
    """
    try:
        yield
    except ConfigError as error:
        raise DataError(error.message, f"{error.hint}\n{remedy}".strip()) from error
    except (SafetensorError, json.JSONDecodeError, UnicodeDecodeError, KeyError, OSError, RuntimeError) as error:
        if is_disk_full(error):
            raise
        raise DataError(f"{folder}: a file of this checkpoint is missing or damaged ({error})", remedy) from error

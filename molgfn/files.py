"""Files that are written whole or not at all, and tables that a spreadsheet opens safely."""

import csv
import errno
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from molgfn.errors import ConfigError

_RUN_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell begins with that a spreadsheet may run; the last four are full-width forms of the first."""
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)*|[.,]\d+)([eE][+-]?\d+)?\s?%?")
"""A number as laboratories write it, with a decimal point or comma, an exponent or a per cent sign."""
_LEAST_FREE = 64 * 1024
"""Bytes below which an error of input or output is put down to a full disk."""


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Give a file to write in that takes the place of `path` when all is written, and is removed otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all; its folder is made if missing."""
    with whole_file(path) as file:
        file.write(text)


def write_json(path: Path, content: Any) -> None:
    """Write JSON for people and programs, whole or not at all."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table row by row, whole or not at all.

    Text that a spreadsheet would run as a formula gets a leading apostrophe, in the header too (see `harmless`).
    """
    with whole_file(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([harmless(name) for name in columns])
        writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)


def harmless(cell: str) -> str:
    """Return text that no spreadsheet takes for a formula; numbers stay numbers.

    Examples
    --------
    >>> harmless("=1+1"), harmless("-9.6"), harmless("-9.6+cmd"), harmless("c1ccccc1"), harmless("=")
    ("'=1+1", '-9.6', "'-9.6+cmd", 'c1ccccc1', '=')
    """
    if len(cell) < 2 or not (cell.startswith(_RUN_AS_FORMULA) or cell.lstrip().startswith(_RUN_AS_FORMULA)):
        return cell
    return cell if _NUMBER.fullmatch(cell.strip()) else f"'{cell}"


def refuse_input_as_output(out: Path, inputs: Iterable[Path]) -> None:
    """See that a file to be written is none of those that are read, whatever its spelling, and through links too.

    Raises
    ------
    ConfigError
        If it is one of them.
    """
    for path in inputs:
        same = out.exists() and path.exists() and out.samefile(path)
        if same or out.resolve() == path.resolve():
            raise ConfigError(
                f"-o {out}: this is the input file {path}, which would be overwritten.",
                "Give another name for the output.",
            )


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a folder to write in that replaces `path` when all is written, and is removed otherwise."""
    draft = path.with_name(f".{path.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        for file in draft.rglob("*"):
            _flush(file)
        shutil.rmtree(path, ignore_errors=True)
        draft.rename(path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def whole_files(path: Path, gone: Sequence[str] = ()) -> Iterator[Path]:
    """Give a folder to write in whose files move into `path` when all are written, and are removed otherwise.

    Parameters
    ----------
    path : Path
        Made if missing; all else that is in it stays.
    gone : sequence of str
        Names of files that are removed from it where they were not written anew.
    """
    draft = path / ".draft"
    is_new = not path.exists()
    draft.mkdir(parents=True, exist_ok=True)
    try:
        yield draft
        written = list(draft.iterdir())
        for file in written:
            _flush(file)
        for file in written:
            file.replace(path / file.name)
        for name in set(gone) - {file.name for file in written}:
            (path / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if is_new and not any(path.iterdir()):
            path.rmdir()


def _flush(path: Path) -> None:
    """Have the disk keep what was written before its name is changed."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_disk_full(error: BaseException, folder: Path | None = None) -> bool:
    """Tell whether an error, or one behind it, comes from a full disk.

    Parameters
    ----------
    error : BaseException
    folder : Path, optional
        Where was written: SQLite does not always say what kind of error the disk gave.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        words = str(cause)
        if "database or disk is full" in words or "No space left on device" in words:
            return True
        if isinstance(cause, sqlite3.OperationalError) and "disk I/O error" in words and folder is not None:
            return shutil.disk_usage(folder).free < _LEAST_FREE
        cause = cause.__cause__ or cause.__context__
    return False

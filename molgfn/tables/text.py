"""Kind and encoding of a text file; they are found before any row is read."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from molgfn.errors import DataError

MAX_LINE = 1_000_000
"""Characters; a longer line is not a row of a table."""
_CHUNK = 1 << 20

_OTHER_FILES = {
    b"PK\x03\x04": ("an Excel workbook or another zip archive", "Save it as CSV (in Excel: Save As, CSV UTF-8)."),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook (.xls)", "Save it as CSV (in Excel: Save As, CSV UTF-8)."),
    b"\x1f\x8b": ("a gzip archive", "Unpack it first: gunzip FILE."),
    b"%PDF": ("a PDF", "Export the table as CSV."),
}
# The mark of UTF-32 begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class TextFile:
    """A text file with its encoding.

    Attributes
    ----------
    path : Path
    encoding : str
        The name that Python uses.
    remark : str
        A note for the user about the encoding; empty for UTF-8.
    n_lines : int
        Of the file; 0 if they were not counted.
    """

    path: Path
    encoding: str
    remark: str = ""
    n_lines: int = 0

    def lines(self) -> Iterator[str]:
        """Yield the lines, without their ends; they end at LF, CR LF or CR."""
        with self.path.open(encoding=self.encoding, newline=None) as file:
            for line in file:
                yield line.rstrip("\n")


def open_text(path: Path) -> TextFile:
    """Find the encoding of a file.

    UTF-8, UTF-16 (found by its byte order mark, or by the zero bytes of plain letters), UTF-32 (found by its mark). A
    file that is none of these is read as Windows-1252.

    Raises
    ------
    DataError
        If it cannot be read, is empty, is another kind of file, or has a line of more than a million characters.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4096)
        _refuse_others(path, start)
        text = _decoded(path, start)
        return replace(text, n_lines=_count_lines(text))
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def _refuse_others(path: Path, start: bytes) -> None:
    if not start.strip():
        raise DataError(f"{path}: empty file", "Expected a table whose first line names the columns.")
    for magic, (kind, hint) in _OTHER_FILES.items():
        if start.startswith(magic):
            raise DataError(f"{path}: {kind}, not a text table.", hint)


def _decoded(path: Path, start: bytes) -> TextFile:
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return _checked(TextFile(path, encoding, "" if encoding == "utf-8-sig" else f"Read as {encoding.upper()}."))
    zeros = [start[offset::2].count(0) / max(len(start) // 2, 1) for offset in (0, 1)]
    if max(zeros) > 0.3 > min(zeros):
        encoding = "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
        return _checked(TextFile(path, encoding, "Read as UTF-16 (it has no mark)."))
    if b"\0" in start:
        raise DataError(f"{path}: a binary file, not a text table.", "Save the table as CSV.")
    utf8 = TextFile(path, "utf-8")
    return utf8 if _is_valid(utf8) else _checked(TextFile(path, "cp1252", "Not UTF-8: read as Windows-1252."))


def _checked(text: TextFile) -> TextFile:
    if not _is_valid(text):
        hint = "Save the table as CSV (UTF-8)."
        raise DataError(f"{text.path}: holds bytes that are not text ({text.encoding}).", hint)
    return text


def _is_valid(text: TextFile) -> bool:
    decoder = codecs.getincrementaldecoder(text.encoding)()
    try:
        with text.path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _count_lines(text: TextFile) -> int:
    """Count lines; refuse a line that is too long, without reading all of it into memory."""
    line, length = 1, 0
    with text.path.open(encoding=text.encoding, newline=None) as file:
        while chunk := file.read(_CHUNK):
            *ended, rest = chunk.split("\n")
            for part in ended:
                _check_length(text.path, line, length + len(part))
                line, length = line + 1, 0
            length += len(rest)
            _check_length(text.path, line, length)
    return line if length else line - 1


def _check_length(path: Path, line: int, length: int) -> None:
    if length > MAX_LINE:
        raise DataError(
            f"{path}, line {line}: longer than {MAX_LINE:,} characters, which cannot be a row of a table.",
            "Each compound needs a line of its own.",
        )

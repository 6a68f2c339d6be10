"""Reads values as people write them into a cell: `10`, `>10`, `~5 uM`, `n.d.`."""

import math
import re
from dataclasses import dataclass
from typing import Literal

Relation = Literal["=", "<", ">"]
Decimal = Literal["point", "comma"]

_APPROXIMATE = ("~", "≈", "≅", "ca.", "ca", "c.", "approx.", "approx")
_RELATIONS: dict[str, Relation] = {
    "": "=", "=": "=", "==": "=", **dict.fromkeys(_APPROXIMATE, "="),
    ">": ">", ">=": ">", "≥": ">", ">>": ">", "=>": ">", "<": "<", "<=": "<", "≤": "<", "<<": "<", "=<": "<",
}  # fmt: skip
_NO_VALUE = {
    "", "n.d.", "n.d", "nd", "n/d", "n.a.", "n.a", "na", "n/a", "#n/a", "n.t.", "n.t", "nt", "nan", "none", "null",
    "-", "--", "—", "–", ".", "?", "??", "x", "tbd", "pending", "failed", "inconclusive", "unknown", "missing",
    "not determined", "not tested", "not available", "no data",
    # Not a bound, because the concentration is not known.
    "inactive", "not active", "no inhibition", "no activity", "ni", "n.i.",
}  # fmt: skip
_NUMBER = r"[+-]?[0-9.,]*[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?"
_CELL = re.compile(
    rf"^(?P<relation>[<>=~≈≅≥≤]{{0,2}}|ca?\.?|approx\.?)\s*(?P<number>{_NUMBER})"
    rf"(?:\s*\(?(?:±|\+/-|\+-)\s*(?P<spread>{_NUMBER})\)?)?"
    r"(?:\s*\(n\s*=\s*[0-9]+\))?\s*(?P<unit>[A-Za-zµμ%].*)?$"
)
_GROUPED = re.compile(r"(?<![0-9.,])([0-9]{1,3}(?: [0-9]{3})+)(?![0-9])")
"""Thousands set apart by blanks."""
_POINT = re.compile(r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$")
_THOUSANDS = re.compile(r"^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?$")


class CellError(ValueError):
    """A cell that is not a value; the message gives the reason."""


class CommaFound(ValueError):
    """A number with a comma, while the decimal mark is not known."""


@dataclass(frozen=True)
class Value:
    """The content of a cell.

    Attributes
    ----------
    number : float
    relation : "=", "<" or ">"
        Whether the true value is above or below the number.
    unit : str
        Empty if the cell has none.
    is_approximate : bool
        Whether the cell says "about".
    has_spread : bool
        Whether a standard deviation or error follows the number, as in `3.8 ± 0.4`.
    """

    number: float
    relation: Relation
    unit: str = ""
    is_approximate: bool = False
    has_spread: bool = False


def is_blank(cell: str) -> bool:
    """Return whether a cell means "no value".

    Examples
    --------
    >>> is_blank("N/A"), is_blank("-"), is_blank("A-1")
    (True, True, False)
    """
    return _bare(cell) in _NO_VALUE


def is_approximate(relation: str) -> bool:
    """Return whether a relation in a column of relations means "about".

    Examples
    --------
    >>> is_approximate("'~'"), is_approximate("=")
    (True, False)
    """
    return _bare(relation) in _APPROXIMATE


def is_relation(cell: str) -> bool:
    """Return whether a cell holds a relation, or is empty."""
    return _bare(cell) in _RELATIONS


def _bare(cell: str) -> str:
    # `split` removes all kinds of blanks; Excel writes no-break spaces.
    return " ".join(cell.split()).strip("'\"").strip().casefold()


def read_relation(cell: str) -> Relation:
    """Read a relation from a column of relations, with or without quotes.

    Examples
    --------
    >>> read_relation("'>'"), read_relation("~"), read_relation("")
    ('>', '=', '=')

    Raises
    ------
    CellError
        If it is no relation.
    """
    relation = _RELATIONS.get(_bare(cell))
    if relation is None:
        raise CellError(f"relation {cell!r} is none of =, <, >, <=, >=, ~")
    return relation


def read_value(cell: str, decimal: Decimal | None) -> Value | None:
    """Read a cell; None if it means "no value".

    Examples
    --------
    >>> read_value(">10", None)
    Value(number=10.0, relation='>', unit='', is_approximate=False, has_spread=False)
    >>> read_value("n.d.", None), read_value("1,5 nM", "comma").number, read_value("3.8 ± 0.4", None).number
    (None, 1.5, 3.8)

    Raises
    ------
    CommaFound
        If it holds a comma and `decimal` is None: 1,500 may be 1.5 or 1500.
    CellError
        If it is no number.
    """
    if is_blank(cell):
        return None
    words = _GROUPED.sub(lambda group: group[1].replace(" ", ""), " ".join(cell.split()).strip("'\"").strip())
    parts = _CELL.match(words)
    if parts is None:
        raise CellError(f"{cell!r} is not a number")
    number = _number(parts["number"], decimal)
    if number is None or not math.isfinite(number):
        raise CellError(f"{cell!r} is not a number")
    return Value(
        number,
        read_relation(parts["relation"]),
        (parts["unit"] or "").strip(),
        is_approximate(parts["relation"]),
        parts["spread"] is not None,
    )


def _number(text: str, decimal: Decimal | None) -> float | None:
    if "," in text:
        if decimal is None:
            raise CommaFound(text)
        if decimal == "point":
            text = text.replace(",", "") if _THOUSANDS.match(text) else ""
        else:
            text = "" if "." in text else text.replace(",", ".")
    elif decimal == "comma" and "." in text:
        return None
    return float(text) if _POINT.match(text) else None

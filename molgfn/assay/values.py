"""Values as people write them into a cell: `10`, `>10`, `~5 uM`, `n.d.`."""

import math
import re
from dataclasses import dataclass
from typing import Literal

Relation = Literal["=", "<", ">"]
Decimal = Literal["point", "comma"]

_RELATIONS: dict[str, Relation] = {
    "": "=", "=": "=", "==": "=", "~": "=", "≈": "=", "ca.": "=", "ca": "=",
    ">": ">", ">=": ">", "≥": ">", ">>": ">", "=>": ">", "<": "<", "<=": "<", "≤": "<", "<<": "<", "=<": "<",
}  # fmt: skip
_NO_VALUE = {
    "", "n.d.", "n.d", "nd", "n/d", "n.a.", "n.a", "na", "n/a", "#n/a", "n.t.", "n.t", "nt", "nan", "none", "null",
    "-", "--", "—", "not determined", "not tested", "not available",
}  # fmt: skip
_CELL = re.compile(
    r"^(?P<relation>[<>=~≈≥≤]{0,2}|ca\.?)\s*(?P<number>[+-]?[0-9.,]*[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?)"
    r"\s*(?P<unit>[A-Za-zµμ%].*)?$"
)
_POINT = re.compile(r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$")
_THOUSANDS = re.compile(r"^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?$")


class CellError(ValueError):
    """A cell that is no value; the message says why in a few words."""


class CommaFound(ValueError):
    """A number with a comma, while nobody has said what commas mean."""


@dataclass(frozen=True)
class Value:
    """What a cell says: a number, whether the true value is above or below it, and the unit if one is written."""

    number: float
    relation: Relation
    unit: str = ""


def read_relation(cell: str) -> Relation:
    """Read a relation from a column of its own, with or without quotes.

    Examples
    --------
    >>> read_relation("'>'"), read_relation("~"), read_relation("")
    ('>', '=', '=')

    Raises
    ------
    CellError
        If it is no relation.
    """
    found = _RELATIONS.get(cell.strip().strip("'\"").strip().casefold())
    if found is None:
        raise CellError(f"relation {cell!r} is none of =, <, >, <=, >=, ~")
    return found


def read_value(cell: str, decimal: Decimal | None) -> Value | None:
    """Read a cell; None where it says that there is no value.

    Examples
    --------
    >>> read_value(">10", None), read_value("n.d.", None), read_value("1,5 nM", "comma")
    (Value(number=10.0, relation='>', unit=''), None, Value(number=1.5, relation='=', unit='nM'))

    Raises
    ------
    CommaFound
        If it holds a comma and `decimal` is None: 1,500 may be 1.5 or 1500.
    CellError
        If it is no number.
    """
    words = cell.strip().strip("'\"").strip()
    if words.casefold() in _NO_VALUE:
        return None
    found = _CELL.match(words)
    if found is None:
        raise CellError(f"{cell!r} is not a number")
    number = _number(found["number"], decimal)
    if number is None or not math.isfinite(number):
        raise CellError(f"{cell!r} is not a number")
    return Value(number, read_relation(found["relation"]), (found["unit"] or "").strip())


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

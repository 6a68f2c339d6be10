"""What was measured and in which unit: every value ends as a p-value (-log10 M) or in kcal/mol."""

import math
import re
from dataclasses import dataclass

from molgfn.direction import Direction
from molgfn.errors import did_you_mean

ACCEPTED = "M, mM, uM, nM, pM, pIC50, pKi, pKd, pEC50, kcal/mol, kJ/mol"
ENDPOINTS = ("IC50", "EC50", "XC50", "AC50", "Ki", "Kd", "GI50", "CC50", "potency")
KCAL = "kcal/mol"

_MOLAR = {"M": 0, "mM": 3, "uM": 6, "µM": 6, "μM": 6, "nM": 9, "pM": 12, "fM": 15}
_MOLAR_WORDS = {
    "mol/l": 0, "mmol/l": 3, "umol/l": 6, "µmol/l": 6, "μmol/l": 6, "nmol/l": 9, "pmol/l": 12,
    "molar": 0, "millimolar": 3, "micromolar": 6, "nanomolar": 9, "picomolar": 12,
}  # fmt: skip
_CAPITALS = {"UM": "uM", "NM": "nM"}
"""Units at the end of a header in capitals, such as `IC50_NM`. MM and PM have two meanings and are not read."""
_ENERGY = {"kcal/mol": 1.0, "kcal mol-1": 1.0, "kcal.mol-1": 1.0, "kj/mol": 1 / 4.184, "kj mol-1": 1 / 4.184}
_LOG_WORDS = {"-log m", "-log(m)", "-log10 m", "-log10(m)", "p", "pactivity"}
_LEAST, _MOST = -2.0, 16.0
"""p-values outside are mistakes: 100 M, or less than one molecule in a litre."""


class QuantityError(ValueError):
    """A value that cannot be used; the message gives the reason."""


class PercentError(QuantityError):
    """Per cent of inhibition, which cannot train a regression."""


@dataclass(frozen=True)
class Quantity:
    """The quantity of the values of a table after reading.

    Attributes
    ----------
    unit : str
        "pIC50", "pKi", ..., "pActivity" if the endpoint is not named, or "kcal/mol".
    direction : str
        Whether higher or lower is better.
    """

    unit: str
    direction: Direction

    @property
    def conflict_range(self) -> float:
        """Range of replicates above which they contradict each other: one log unit, or as much in kcal/mol."""
        return 1.0 if self.unit != KCAL else 1.364


def quantity_of(unit: str) -> Quantity:
    """Return the quantity of a unit of the final scale."""
    return Quantity(unit, "minimise" if unit == KCAL else "maximise")


def endpoint_of(words: str) -> str | None:
    """Return the endpoint that a type or header names, as it is usually written; None for other words.

    Examples
    --------
    >>> endpoint_of("ic50"), endpoint_of("pKi"), endpoint_of("Inhibition")
    ('IC50', 'Ki', None)
    """
    folded = words.strip().casefold()
    return next((name for name in ENDPOINTS if folded in (name.casefold(), f"p{name.casefold()}")), None)


def unit_in_name(column: str) -> str:
    """Return the unit of values whose column has this name; empty if the name does not tell.

    Examples
    --------
    >>> unit_in_name("score_kcal_mol"), unit_in_name("pic50"), unit_in_name("score")
    ('kcal/mol', 'pIC50', '')
    """
    folded = column.strip().casefold()
    if re.search(r"kcal[ ._/]*(per[ ._])?mol", folded):
        return KCAL
    endpoint = endpoint_of(column) if folded.startswith("p") else None
    return f"p{endpoint}" if endpoint and endpoint.casefold() != folded else ""


def is_log(words: str) -> bool:
    """Return whether a type, header or unit means that values are already -log10 M.

    Examples
    --------
    >>> is_log("pIC50"), is_log("IC50"), is_log("potency")
    (True, False, False)
    """
    folded = words.strip().casefold()
    return folded in _LOG_WORDS or any(folded == f"p{name.casefold()}" for name in ENDPOINTS)


def is_per_cent(words: str) -> bool:
    """Return whether a unit or header means per cent, or inhibition without an endpoint.

    Examples
    --------
    >>> is_per_cent("%"), is_per_cent("Inhibition at 10 uM"), is_per_cent("IC50 (nM)")
    (True, True, False)
    """
    folded = words.casefold()
    return "%" in folded or re.search(r"\b(?:percent|per cent|pct|inhibition)\b", folded) is not None


def is_same_unit(first: str, second: str) -> bool:
    """Return whether two spellings mean one unit.

    Examples
    --------
    >>> is_same_unit("µM", "uM"), is_same_unit("nmol/L", "nM"), is_same_unit("nM", "uM")
    (True, True, False)
    """
    return _meaning(first) == _meaning(second)


def is_unit(words: str) -> bool:
    """Return whether words in brackets behind the name of a column are a unit, also one that molgfn does not read.

    Examples
    --------
    >>> is_unit("nM"), is_unit("ug/mL"), is_unit("n=3"), is_unit("target A"), is_unit("-")
    (True, True, False, False, False)
    """
    is_read = isinstance(_meaning(words), tuple) or is_per_cent(words)
    return is_read or is_log(words) or re.search(r"[/^]|\b[munpµμk]?(?:g|mol|cal|J)\b|\w-1\b", words) is not None


def _meaning(unit: str) -> tuple[str, float] | str:
    """Return the scale and the factor of a unit; for other words the word itself."""
    unit = " ".join(unit.split())
    folded = unit.casefold()
    exponent = _MOLAR.get(unit, _MOLAR_WORDS.get(folded))
    if exponent is not None:
        return "M", float(exponent)
    return ("energy", _ENERGY[folded]) if folded in _ENERGY else folded


def scaled(value: float, unit: str, endpoint: str | None, is_log_type: bool) -> tuple[float, str, bool]:
    """Return a value on its final scale, the unit of this scale, and whether the order of values was reversed.

    Parameters
    ----------
    value : float
    unit : str
        As written in the table; may be empty if the type means logarithms.
    endpoint : str or None
        "IC50", "Ki", ...
    is_log_type : bool
        Whether the column or its type means -log10 M.

    Raises
    ------
    PercentError
        For per cent.
    QuantityError
        For an unknown unit, a value that is not positive, or one that is not plausible.
    """
    unit = " ".join(unit.split())
    p_unit = f"p{endpoint or 'Activity'}"
    if is_per_cent(unit):
        raise PercentError("per cent is refused: a share of inhibition at one concentration is not an affinity")
    if is_log(unit) or (is_log_type and not unit):
        named = endpoint_of(unit)
        return _plausible(value, f"p{named}" if named else p_unit, str(value)), f"p{named}" if named else p_unit, False
    if (factor := _ENERGY.get(unit.casefold())) is not None:
        if is_log_type:
            raise QuantityError(f"unit {unit!r} beside a type that is a logarithm (-log10 M)")
        return _finite_energy(value * factor), KCAL, False
    exponent = _MOLAR.get(unit, _MOLAR_WORDS.get(unit.casefold()))
    if exponent is None:
        raise QuantityError(_unknown(unit))
    if is_log_type:
        raise QuantityError(f"unit {unit!r} beside a type that is a logarithm")
    if value <= 0:
        raise QuantityError(f"{value:g} {unit} is not a positive concentration")
    return _plausible(exponent - math.log10(value), p_unit, f"{value:g} {unit}"), p_unit, True


def _plausible(p: float, unit: str, shown: str) -> float:
    if not _LEAST <= p <= _MOST:
        raise QuantityError(f"{shown} is {unit} {p:.1f}, out of the range {_LEAST:g} to {_MOST:g}")
    return p


def _finite_energy(value: float) -> float:
    if abs(value) > 1000:
        raise QuantityError(f"{value:g} kcal/mol is out of the range -1000 to 1000")
    return value


def _unknown(unit: str) -> str:
    if not unit:
        return "no unit"
    near = did_you_mean(unit, [*_MOLAR, *(f"p{name}" for name in ENDPOINTS), KCAL, "kJ/mol"])
    return " ".join(filter(None, (f"unknown unit {unit!r}.", near))).removesuffix(".")


_HEADER = re.compile(
    r"^(?P<type>[-\w ]+?)[\s,:]*(?:[\[(]\s*(?P<in>[^\])]+)\s*[\])]|[_/ ,:]\s*(?P<after>[munpµμf]?M|UM|NM))?$",
    re.UNICODE,
)


def of_header(header: str) -> tuple[str, str] | None:
    """Return the type and unit in the name of a column, or None if it names no endpoint.

    Examples
    --------
    >>> of_header("IC50 (nM)"), of_header("Ki_uM"), of_header("pIC50 (n=3)"), of_header("Notes (nM)")
    (('IC50', 'nM'), ('Ki', 'uM'), ('pIC50', ''), None)
    """
    parts = _HEADER.match(header.strip())
    if parts is None:
        return None
    words = parts["type"].replace("_", " ").strip()
    return (words, _unit_in(parts)) if endpoint_of(words) else None


def within_header(header: str) -> tuple[str, str]:
    """Return the type and unit anywhere in the name of the value column.

    Examples
    --------
    >>> within_header("IC50 mean (µM)"), within_header("Result (nM)"), within_header("hERG pIC50")
    (('IC50', 'µM'), ('', 'nM'), ('pIC50', ''))
    """
    parts = _HEADER.match(header.strip())
    words = re.split(r"[^\w]+|_", header)
    endpoints = dict.fromkeys(word for word in words if endpoint_of(word))
    kind = next(iter(endpoints)) if len(endpoints) == 1 and "log" not in header.casefold() else ""
    return kind, _unit_in(parts) if parts else ""


def _unit_in(parts: re.Match[str]) -> str:
    after = parts["after"] or ""
    if parts["in"]:
        return parts["in"].strip() if is_unit(parts["in"]) else ""
    return _CAPITALS.get(after, after)

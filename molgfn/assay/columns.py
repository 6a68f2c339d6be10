"""Finds the role of each column of a table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from molgfn.assay.quantities import endpoint_of, is_log, is_per_cent, of_header, within_header
from molgfn.errors import DataError, did_you_mean
from molgfn.tables.names import STRUCTURE_COLUMNS, fold_name

ROLES = {
    "smiles": "the structure as SMILES",
    "id": "the name of the compound",
    "value": "the measured value",
    "unit": "its unit",
    "relation": "whether the true value is =, < or >",
    "type": "what was measured: IC50, Ki, pIC50 ...",
    "p_value": "the value as -log10 M, where there is no other",
    "date": "when it was measured",
    "validity": "what a curator remarked on the value",
    "duplicate": "whether a curator holds the value for a copy of another",
}
REMARKS = ("validity", "duplicate")
"""Roles that say nothing of the value itself."""

# As folded by `fold_name`; earlier names win.
_NAMES = {
    "smiles": STRUCTURE_COLUMNS,
    "id": (
        "compound id",
        "molecule chembl id",
        "cmpd id",
        "compound",
        "cmpd",
        "molecule id",
        "formatted id",
        "corporate id",
        "id",
        "name",
        "molecule name",
        "compound name",
        "bindingdb monomerid",
        "pubchem sid",
        "pubchem cid",
    ),
    "value": (
        "standard value",
        "value",
        "oracle value",
        "activity",
        "measured value",
        "result",
        "potency",
        "pubchem standard value",
    ),
    "unit": ("standard units", "standard unit", "unit", "units", "oracle unit"),
    "relation": ("standard relation", "relation", "qualifier", "operator", "prefix", "modifier"),
    "type": ("standard type", "type", "endpoint", "activity type", "readout"),
    "p_value": ("pchembl value", "pchembl"),
    "date": ("date", "assay date", "test date", "tested", "tested on", "measured on", "document year", "year"),
    "validity": ("data validity comment", "data validity description"),
    "duplicate": ("potential duplicate",),
}
_RELATION_WORDS = frozenset(("relation", "qualifier", "operator", "prefix", "modifier", "sign"))
_OF_A_VALUE = frozenset(("value", "activity", "result", "standard", "potency"))


@dataclass(frozen=True)
class Columns:
    """Numbers of the columns that are read.

    Attributes
    ----------
    header : tuple of str
    numbers : dict
        Role -> column; "smiles" is always there, and so is "value" or "p_value".
    type, unit : str
        From the name of the value column, for all rows; may be empty.
    beside : str
        Name of a column of concentrations, if the value column holds logarithms; may be empty. Units and relations in
        other columns then belong to the concentration.
    """

    header: tuple[str, ...]
    numbers: Mapping[str, int]
    type: str
    unit: str
    beside: str = ""

    @property
    def relation_is_of_logarithm(self) -> bool:
        """Whether the relation column has the name of a p-value."""
        return "relation" in self.numbers and any(is_log(word) for word in fold_name(self.name("relation")).split())

    @property
    def telling(self) -> tuple[int, ...]:
        """Numbers of the columns that make a reading, ascending."""
        return tuple(sorted({number for role, number in self.numbers.items() if role not in REMARKS}))

    @property
    def needed(self) -> tuple[int, ...]:
        """Numbers of the columns that are read, ascending."""
        return tuple(sorted(set(self.numbers.values())))

    def name(self, role: str) -> str:
        """Return the header of a role's column."""
        return self.header[self.numbers[role]]

    def cell(self, cells: Sequence[str], role: str) -> str:
        """Return the cell of a role; empty where the table has no such column."""
        number = self.numbers.get(role)
        return "" if number is None else cells[number]


def find_columns(
    path: object, header: Sequence[str], chosen: Mapping[str, str], *, ids_will_do: bool = False
) -> Columns:
    """Find the role of each column.

    Parameters
    ----------
    path : Path
        For messages.
    header : sequence of str
    chosen : mapping
        Role -> header, as chosen by the user; the others are found by the names that labs, ChEMBL and molgfn use.
    ids_will_do : bool
        Whether a table of ids without structures can be read.

    Raises
    ------
    DataError
        If a chosen column does not exist, a needed column is not found, or two columns are possible.
    """
    taken = {role: _chosen(path, header, role, name) for role, name in chosen.items()}
    for role in ROLES:
        number = _by_name(header, role, taken) if role not in taken else None
        if number is not None and number not in taken.values():
            taken[role] = number
    if "value" not in taken and (number := _by_unit_in_header(path, header, taken)) is not None:
        taken["value"] = number
    _check_found(path, header, taken, ids_will_do)
    kind, unit = _named_quantity(header[taken["value"]]) if "value" in taken else ("", "")
    if "relation" not in taken and (number := _relation_of(path, header, taken, kind)) is not None:
        taken["relation"] = number
    beside = _concentration_beside(header, taken) if is_log(kind) else ""
    if beside and "unit" not in chosen:
        taken.pop("unit", None)
    _check_once(path, header, taken)
    return Columns(tuple(header), taken, kind, unit, beside)


def _named_quantity(name: str) -> tuple[str, str]:
    """Return the type and the unit in the name of the value column; each may be empty."""
    kind, unit = of_header(name) or within_header(name)
    return kind, unit or ("%" if is_per_cent(name) else "")


def _concentration_beside(header: Sequence[str], taken: Mapping[str, int]) -> str:
    """Return the name of a column of concentrations that is not read, if there is one."""
    for number, name in enumerate(header):
        quantity = of_header(name)
        names_concentration = quantity is not None and not is_log(quantity[0])
        if number not in taken.values() and (names_concentration or fold_name(name) in _NAMES["value"]):
            return name
    return ""


def _relation_of(path: object, header: Sequence[str], taken: Mapping[str, int], kind: str) -> int | None:
    """Return the column whose name joins an endpoint and a word for relation, as `IC50_QUALIFIER` does."""
    named: dict[int, set[str]] = {}
    for number, name in enumerate(header):
        words = set(fold_name(name).split())
        others = words - _RELATION_WORDS - _OF_A_VALUE
        if number not in taken.values() and words & _RELATION_WORDS and all(endpoint_of(word) for word in others):
            named[number] = {str(endpoint_of(word)) for word in others}
    same = [number for number, endpoints in named.items() if not endpoints or endpoint_of(kind) in endpoints]
    if len(same) > 1:
        names = _listed([header[number] for number in same])
        raise DataError(
            f"{path}: {len(same)} columns could be the relation: {names}.",
            f"Choose one: --column relation={header[same[0]]!r}.",
        )
    return same[0] if same else None


def _chosen(path: object, header: Sequence[str], role: str, name: str) -> int:
    if role not in ROLES:
        hint = did_you_mean(role, ROLES) or f"Accepted: {', '.join(ROLES)}."
        raise DataError(f"{role}={name}: {role!r} is not a column that molgfn reads from an assay table.", hint)
    if name not in header:
        hint = did_you_mean(name, header) or "Write it as in the first line of the file."
        raise DataError(f"{path}: no column {name!r} for {ROLES[role]}. Found: {_listed(header)}.", hint)
    return header.index(name)


def _by_name(header: Sequence[str], role: str, taken: Mapping[str, int]) -> int | None:
    folded = [fold_name(name) for name in header]
    if role == "value":
        folded = [fold_name(re.sub(r"[\[(][^\])]*[\])]", " ", name)) for name in header]
    names = _NAMES[role]
    if "value" in taken and not folded[taken["value"]].startswith("standard"):
        # If the value is not the standard one, prefer the other columns of that value.
        names = tuple(sorted(names, key=lambda name: name.startswith("standard")))
    return next((folded.index(name) for name in names if name in folded), None)


def _by_unit_in_header(path: object, header: Sequence[str], taken: Mapping[str, int]) -> int | None:
    named = [n for n, name in enumerate(header) if n not in taken.values() and of_header(name) is not None]
    if len({header[n] for n in named}) > 1:
        raise DataError(
            f"{path}: {len(named)} columns could be the measured value: {_listed([header[n] for n in named])}.",
            f"Choose one: --column value={header[named[0]]!r}.",
        )
    return named[0] if named else None


def _check_found(path: object, header: Sequence[str], taken: Mapping[str, int], ids_will_do: bool) -> None:
    if "smiles" not in taken and not (ids_will_do and "id" in taken):
        raise _missing(path, header, "smiles", ("smiles", "Smiles", "canonical_smiles"))
    if "value" not in taken and "p_value" not in taken:
        raise _missing(path, header, "value", ("value", "Standard Value", "pChEMBL Value", "pIC50", "IC50 (nM)"))


def _missing(path: object, header: Sequence[str], role: str, names: Sequence[str]) -> DataError:
    hints = [f"Accepted names: {', '.join(names)}, ... Or say which it is: --column {role}=NAME."]
    per_cent = [name for name in header if is_per_cent(name)]
    if role == "value" and per_cent:
        hints.insert(0, f"{per_cent[0]!r} is refused: a share of inhibition at one concentration is not an affinity.")
    if any(_is_number(name) for name in header):
        hints.insert(0, "The first line holds values: it must name the columns.")
    elif sum(not name for name in header) > len(header) / 2:
        hints.insert(0, "The first line must name the columns: remove what stands above them.")
    return DataError(f"{path}: no column for {ROLES[role]}. Found: {_listed(header)}.", "\n".join(hints))


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def _check_once(path: object, header: Sequence[str], taken: Mapping[str, int]) -> None:
    for role, number in taken.items():
        if header.count(header[number]) > 1:
            raise DataError(
                f"{path}: {header.count(header[number])} columns are called {header[number]!r}.", "Rename one."
            )
        if not header[number]:
            raise DataError(f"{path}: the column for {ROLES[role]} has no name.")


def _listed(header: Sequence[str], most: int = 20) -> str:
    readable = ("".join(c if c.isprintable() else "?" for c in name) or "(no name)" for name in header[:most])
    names = [name if len(name) <= 40 else name[:37] + "..." for name in readable]
    return ", ".join(names) + (f" and {len(header) - most} more" if len(header) > most else "")

"""Unused rows: the reasons, the lines, and advice for the user."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from molgfn.assay.columns import ROLES, Columns
from molgfn.assay.quantities import ACCEPTED


@dataclass(frozen=True, slots=True)
class UnusedRow:
    """A row that is not part of a compound.

    Attributes
    ----------
    line : int
    reason, found : str
    is_bad : bool
        False for rows without a value of this assay.
    cells : tuple of str
        The cells of the row.
    """

    line: int
    reason: str
    found: str
    is_bad: bool
    cells: tuple[str, ...]


def reasons(rows: Sequence[UnusedRow], most: int = 5) -> str:
    """List the reasons why rows were not used: for each the number, the lines, and the first row as an example."""
    grouped: dict[str, list[UnusedRow]] = {}
    for row in rows:
        grouped.setdefault(row.reason, []).append(row)
    return "\n".join(
        f"{reason}: {len(group):,} ({line_list([row.line for row in group], most)})"
        + (f", {group[0].found}" if group[0].found else "")
        for reason, group in sorted(grouped.items(), key=lambda item: -len(item[1]))
    )


def counted(n: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def line_list(lines: Sequence[int], most: int = 10) -> str:
    """Name lines of a file.

    Examples
    --------
    >>> line_list([7]), line_list([2, 3, 9]), line_list([2, 3, 4, 5], most=2)
    ('line 7', 'lines 2, 3, 9', 'lines 2, 3 and 2 more')
    """
    if len(lines) == 1:
        return f"line {lines[0]}"
    shown = ", ".join(str(line) for line in lines[:most])
    return f"lines {shown}" + (f" and {len(lines) - most:,} more" if len(lines) > most else "")


def advice(rows: Sequence[UnusedRow], columns: Columns) -> str:
    """Return advice for the most frequent reason; empty if there is none."""
    counts = Counter(row.reason for row in rows)
    reason, _ = counts.most_common(1)[0]
    has_structures = "smiles" in columns.numbers
    named = f"Does column {columns.name('smiles')!r} hold names? " if has_structures else ""
    hints = {
        "unusable structure": f"{named}{_another('smiles')}",
        "no structure": "" if has_structures else _another("smiles"),
        "per cent": f"Accepted: {ACCEPTED}.\n{_another('value')}\nOnly rows of one endpoint: --type IC50.",
        "unusable unit or value": f"Accepted: {ACCEPTED}. Where the table names no unit: --unit UNIT.",
        "another endpoint": "Leave out --type, or name one that the table has.",
        "not a row of this table": "Where commas mark decimals, cells must be separated by semicolon or tab.",
    }
    return hints.get(reason, "")


def _another(role: str) -> str:
    return f"Another column for {ROLES[role]}: --column {role}=NAME."

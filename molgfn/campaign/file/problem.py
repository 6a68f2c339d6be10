"""One problem of a campaign file."""

from dataclasses import dataclass
from typing import Any

MISSING = object()
"""What was found at a place where there is nothing."""


@dataclass(frozen=True)
class Problem:
    """One thing to mend: where (section, key, ...), what to do, and what was found there, if anything.

    `item` counts from 1 where the thing stands in a list.
    """

    place: tuple[str, ...]
    text: str
    found: Any = MISSING
    item: int | None = None

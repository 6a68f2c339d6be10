"""What a check of a campaign found."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One thing that was checked: right (`ok`), or usable but worth a look (`note`)."""

    what: str
    found: str
    level: Literal["ok", "note"] = "ok"

"""What every oracle promises."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from molgfn.direction import Direction

MEASURED_VALUE = "measured value"
"""What an oracle measures, where it does not name it in an attribute `measures` of its own."""


@dataclass(frozen=True)
class Compound:
    """A molecule to ask about; `compound_id` is its lasting name."""

    compound_id: str
    smiles: str


@dataclass(frozen=True)
class Measurement:
    """An answer: `value` in the unit of the oracle.

    `docked_smiles` and `pose` (an SDF record) are empty where the oracle docks nothing.
    """

    compound_id: str
    value: float
    wall_s: float = 0.0
    docked_smiles: str = ""
    pose: str = ""


@dataclass(frozen=True)
class Failure:
    """No answer. `code` is one of a small set of words, `message` is for people; it is never a number."""

    compound_id: str
    code: str
    message: str
    wall_s: float = 0.0


Answer = Measurement | Failure


class Oracle(Protocol):
    """Answers each compound once, in any order, keyed by its id.

    An answer is a Measurement (value in `unit`) or a Failure (code, message). Implementations never raise for a single
    compound; they raise OracleError when no compound can be answered (program missing, receptor unreadable).
    """

    unit: str
    direction: Direction

    def query(self, compounds: Sequence[Compound]) -> Iterator[Answer]: ...

    def close(self) -> None:
        """Release workers; the oracle may not be asked again."""
        ...


def measured_by(oracle: Oracle) -> str:
    """Return the name of what an oracle measures, such as "docking score"."""
    return str(getattr(oracle, "measures", MEASURED_VALUE))

"""What every oracle promises."""

from collections.abc import Sequence
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
class DockedSpecies:
    """A protonation state and stereoisomer of a compound; `score` is None where docking failed, `message` says why."""

    smiles: str
    score: float | None
    message: str = ""


@dataclass(frozen=True)
class Measurement:
    """An answer: `value` in the unit of the oracle.

    Where the oracle docks, `species` are all that were docked. `docked_smiles` and `pose` (an SDF record) are those of
    the best, whose score is the value. They are empty where the oracle docks nothing.
    """

    compound_id: str
    value: float
    wall_s: float = 0.0
    docked_smiles: str = ""
    pose: str = ""
    species: tuple[DockedSpecies, ...] = ()


@dataclass(frozen=True)
class Failure:
    """No value. `code` is one of a small set of words, `message` is for people; it is never a number."""

    compound_id: str
    code: str
    message: str
    wall_s: float = 0.0


Answer = Measurement | Failure


class Oracle(Protocol):
    """Takes compounds at any time and answers each of them once, in any order, keyed by its id.

    An answer is a Measurement (value in `unit`) or a Failure (code, message). A compound without an answer is pending,
    which is no error: docking answers in seconds, a laboratory in weeks. Implementations never raise for a single
    compound; they raise OracleError when no compound can be answered (program missing, receptor unreadable).
    """

    unit: str
    direction: Direction

    def submit(self, compounds: Sequence[Compound]) -> None:
        """Take compounds, whose answers `poll` will return."""
        ...

    def wait(self, seconds: float) -> None:
        """Return once there are answers, or after about `seconds`.

        An oracle that works in this very process works here, for as long as one compound takes. A request to stop may
        raise an exception inside: answers that are complete by then must still be returned by `poll`.
        """
        ...

    def poll(self) -> Sequence[Answer]:
        """Return the answers that have come since the last call, at once; there may be none."""
        ...

    def close(self) -> None:
        """Give up what is pending and release workers; the oracle may not be asked again."""
        ...


def measured_by(oracle: Oracle) -> str:
    """Return the name of what an oracle measures, such as "docking score"."""
    return str(getattr(oracle, "measures", MEASURED_VALUE))

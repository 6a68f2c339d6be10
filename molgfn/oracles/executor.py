"""Where the tasks of an oracle are done: in processes of this machine, or wherever an executor sends them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Task = Mapping[str, Any]
"""Of what JSON can carry, as are the results."""

Job = Callable[[Task], dict[str, Any]]
"""Does one task."""


@dataclass(frozen=True)
class Done:
    """The job's answer to the task with this key."""

    key: str
    result: dict[str, Any]
    wall_s: float


@dataclass(frozen=True)
class Lost:
    """A task that outlasted its limit (code timeout) or took its worker down (code crashed), twice."""

    key: str
    code: str
    message: str
    wall_s: float


class Executor(Protocol):
    """Does tasks side by side; each gets one outcome, in any order."""

    def submit(self, tasks: Mapping[str, Task]) -> None:
        """Take tasks by key; no key may be used again while its task is under way."""
        ...

    def wait(self, seconds: float) -> None:
        """Return once there are outcomes, or after about `seconds`; an exception raised inside loses no outcome."""
        ...

    def poll(self) -> Sequence[Done | Lost]:
        """Return the outcomes since the last call, at once.

        Raises
        ------
        OracleError
            If the job cannot be started at all.
        """
        ...

    def close(self) -> None:
        """Give up what is under way; the executor may not be used again."""
        ...


class StartExecutor(Protocol):
    """Makes the executor of one job."""

    def __call__(self, factory: str, argument: Task, *, time_limit_s: float) -> Executor:
        """Return an executor for the job that `factory` (`module:function`) makes when called with `argument`.

        A task that takes longer than `time_limit_s` is lost.
        """
        ...

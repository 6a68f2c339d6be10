"""An oracle of the user's own: a Python class named as `module:Class`."""

import importlib
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, get_args

from molgfn.direction import Direction
from molgfn.errors import ConfigError, MolgfnError, OracleError
from molgfn.oracles.interfaces import MEASURED_VALUE, Answer, Compound


class QueryClass(Protocol):
    """What the user writes: `query` yields one answer for each compound, and may take its time."""

    unit: str
    direction: Direction

    def query(self, compounds: Sequence[Compound]) -> Iterator[Answer]: ...
    def close(self) -> None: ...


class PythonOracle:
    """An `Oracle` that asks the user's class in this very process, one answer at a time.

    Whatever the class raises becomes an OracleError that names it.

    Parameters
    ----------
    name : str
        What the user calls it.
    user_class : QueryClass
    """

    def __init__(self, name: str, user_class: QueryClass) -> None:
        self.unit, self.direction = user_class.unit, user_class.direction
        self.measures = str(getattr(user_class, "measures", MEASURED_VALUE))
        self._name, self._user_class = name, user_class
        self._batches: deque[Sequence[Compound]] = deque()
        self._answers: Iterator[Answer] | None = None
        self._unanswered: set[str] = set()
        self._ready: list[Answer] = []

    def submit(self, compounds: Sequence[Compound]) -> None:
        """Keep compounds until the ones before them are answered."""
        self._batches.append(compounds)

    def wait(self, seconds: float) -> None:  # noqa: ARG002
        """Have the class answer about one compound, however long that takes.

        Raises
        ------
        OracleError
            If the class raises an error, or has no more answers while compounds wait for one.
        """
        if self._ready or not (self._answers or self._batches):
            return
        try:
            if self._answers is None:
                self._unanswered = {compound.compound_id for compound in self._batches[0]}
                self._answers = iter(self._user_class.query(self._batches[0]))
            self._ready.extend([next(self._answers)])
        except StopIteration:
            self._end_batch()
        except MolgfnError:  # a request to stop among them
            raise
        except Exception as error:
            raise OracleError(f"{self._name}: query failed: {_described(error)}") from error

    def poll(self) -> Sequence[Answer]:
        """Return the answer that the class gave last, if it was not returned before."""
        answers, self._ready = self._ready, []
        self._unanswered -= {getattr(answer, "compound_id", "") for answer in answers}
        return answers

    def close(self) -> None:
        """Close the user's object."""
        try:
            self._user_class.close()
        except Exception as error:
            raise OracleError(f"{self._name}: close failed: {_described(error)}") from error

    def _end_batch(self) -> None:
        batch_size = len(self._batches.popleft())
        self._answers = None
        if self._unanswered:
            raise OracleError(
                f"{self._name} gave no answer for {len(self._unanswered)} of {batch_size} compounds, "
                f"the first is {min(self._unanswered)}",
                "Its query(compounds) yields one Measurement or Failure for each compound.",
            )


def load_python_oracle(factory: str, options: Mapping[str, Any], folder: Path) -> PythonOracle:
    """Import a class, call it with the options as keywords, and see that it has what an oracle needs.

    Parameters
    ----------
    factory : str
        ``module:Class``; any callable that returns such an object will do.
    options : mapping
        Keyword arguments.
    folder : Path
        Searched for the module before the installed packages.

    Raises
    ------
    OracleError
        If the module cannot be imported or the class cannot be called: the campaign must not run without it.
    ConfigError
        If the module has no such name, or what it makes is no oracle.
    """
    user_factory = import_factory(factory, folder)
    try:
        user_class = user_factory(**options)
    except Exception as error:
        called = f"{factory.partition(':')[2]}({_keywords(options)})"
        raise OracleError(f"oracle {factory}: {called} failed: {_described(error)}") from error
    _check(factory, user_class)
    return PythonOracle(f"oracle {factory}", user_class)


def import_factory(factory: str, folder: Path) -> Callable[..., Any]:
    """Return what ``module:name`` names, from a folder or the installed packages; raises as `load_python_oracle`."""
    module_name, _, name = factory.partition(":")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise OracleError(
            f"oracle {factory}: {module_name} cannot be imported: {_described(error)}",
            f"Looked in {folder} and in the installed packages.",
        ) from error
    if not hasattr(module, name):
        raise ConfigError(f"oracle {factory}: {module.__file__} has no {name}")
    imported: Callable[..., Any] = getattr(module, name)
    return imported


def _check(factory: str, user_class: Any) -> None:
    missing = [name for name in ("unit", "direction", "query", "close") if not hasattr(user_class, name)]
    if missing:
        raise ConfigError(
            f"oracle {factory}: no {' and no '.join(missing)}",
            "An oracle has unit (text), direction (minimise or maximise), query(compounds) and close().",
        )
    if not isinstance(user_class.unit, str) or not user_class.unit.strip():
        raise ConfigError(f"oracle {factory}: unit is {user_class.unit!r}", 'Accepted: a text, as "pIC50".')
    accepted = get_args(Direction)
    if user_class.direction not in accepted:
        fault = f"direction is {user_class.direction!r}"
        raise ConfigError(f"oracle {factory}: {fault}", f"Accepted: {' or '.join(accepted)}.")


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _keywords(options: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in options.items())

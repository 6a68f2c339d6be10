"""Errors that a user can cause, each with what was found, what is accepted and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


class MolgfnError(Exception):
    """Base of every error that is shown to the user without a traceback.

    Parameters
    ----------
    message : str
        Where it happened, what was found and what is accepted.
    hint : str, optional
        What the user can do about it; printed on lines of its own, indented.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return "\n  ".join([self.message, *self.hint.splitlines()])


class ConfigError(MolgfnError):
    """A wrong command line or campaign file."""

    exit_code = 2


class DataError(MolgfnError):
    """An input file whose content cannot be used."""

    exit_code = 3


class OracleError(MolgfnError):
    """No compound can be answered: program missing, receptor unreadable, too many failures."""

    exit_code = 4


class NoCandidateError(MolgfnError):
    """No molecule met the constraints."""

    exit_code = 5


class Stopped(MolgfnError):
    """The run was asked to stop and can be resumed."""

    exit_code = 75


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a sentence that names the nearest known word, or nothing.

    Examples
    --------
    >>> did_you_mean("exhaustivness", ["exhaustiveness", "seed"])
    'Did you mean `exhaustiveness`?'
    >>> did_you_mean("zzz", ["seed"])
    ''
    """
    folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f"Did you mean `{folded[near[0]]}`?" if near else ""

"""Asking an oracle, and seeing that what it answers is an answer."""

import math
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import Any

from molgfn.errors import OracleError
from molgfn.oracles.interfaces import Answer, Compound, Failure, Measurement, Oracle

WAIT_S = 1.0
"""How long to wait for an oracle at a time."""


def ask(oracle: Oracle, compounds: Sequence[Compound], name: str = "the oracle") -> Iterator[Answer]:
    """Submit compounds and yield the answers as they come, until each compound has one.

    `name` is what the user calls the oracle, for messages.

    Raises
    ------
    OracleError
        If the oracle cannot answer, or answers about something else.
    """
    waiting = {compound.compound_id for compound in compounds}
    if waiting:
        oracle.submit(compounds)
    while waiting:
        oracle.wait(WAIT_S)
        for answer in oracle.poll():
            checked = checked_answer(answer, waiting, name)
            waiting.remove(checked.compound_id)
            yield checked


def checked_answer(answer: Answer, waiting: Container[str], name: str = "the oracle") -> Answer:
    """Return an answer whose value is a finite number, or the failure that it is otherwise.

    Parameters
    ----------
    answer : Answer
        As it came from the oracle, which may be anyone's code.
    waiting : container of str
        Ids of the compounds that have no answer yet.
    name : str
        What the user calls the oracle, for messages.

    Raises
    ------
    OracleError
        If it is no answer at all, or is about a compound that waits for none.
    """
    if not isinstance(answer, Measurement | Failure):
        raise OracleError(
            f"{name} answered with {answer!r}, which is neither a Measurement nor a Failure",
            "Both are in molgfn.oracles.interfaces.",
        )
    if answer.compound_id not in waiting:
        raise OracleError(
            f"{name} answered about {answer.compound_id}, which it was not asked about, or answered twice",
            "An oracle answers each compound once, under the id it was given.",
        )
    if isinstance(answer, Failure):
        return answer
    number = _number(answer.value)
    if number is None or not math.isfinite(number):
        shown = repr(answer.value) if number is None else number
        message = f"the oracle gave {shown} instead of a number"
        return Failure(answer.compound_id, "not_a_number", message, answer.wall_s)
    return replace(answer, value=number)


def _number(value: Any) -> float | None:
    """Return a value of Python, NumPy or PyTorch as a number; none for a text, a truth value or nothing."""
    if isinstance(value, str | bytes | bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None

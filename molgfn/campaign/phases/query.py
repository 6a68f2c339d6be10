"""Query: ask the oracle about the batch, and keep each answer the moment it arrives."""

import math
from collections import Counter
from collections.abc import Iterator

from molgfn.campaign.phases.state import Context
from molgfn.campaign.record.rows import FailureRow
from molgfn.errors import OracleError
from molgfn.files import write_text
from molgfn.oracles.interfaces import Answer, Compound, Failure, Measurement, measured_by

FEWEST_FAILURES = 5
"""Of one code that stop a campaign, however small the batch."""


def query(context: Context, round_number: int) -> None:
    """Ask about every compound of the batch that has no answer yet.

    Raises
    ------
    OracleError
        If more than `max_failure_rate` of the batch fail with one and the same code, or compounds get no answer at all.
        Those that failed are asked again when the run is resumed.
    Stopped
        If asked to; answers that have arrived are kept.
    """
    _reopen_systematic(context, round_number)
    batch = context.store.compounds(batch_round=round_number)
    waiting = {row.compound_id: row.smiles for row in batch if row.status == "pending"}
    with context.progress.step(f"round {round_number}: asking the oracle", total=len(waiting)) as shown:
        for answer in _answers(context, [Compound(*item) for item in waiting.items()]):
            answer = _checked(answer, waiting)
            _keep(context, round_number, answer)
            del waiting[answer.compound_id]
            shown.advance(1, _note(answer, context.oracle.unit))
            _raise_if_systematic(context, round_number, len(batch))
    if waiting:
        raise OracleError(
            f"round {round_number}: the oracle gave no answer for {len(waiting)} of {len(batch)} compounds, "
            f"the first being {next(iter(waiting))}",
            f"`molgfn resume {context.run.path}` asks for these again.",
        )
    with context.store.transaction():
        context.store.finish(round_number, "query")


def _answers(context: Context, compounds: list[Compound]) -> Iterator[Answer]:
    if not compounds:
        return
    answers = iter(context.oracle.query(compounds))
    try:
        while True:
            with context.stop.waiting():
                answer = next(answers, None)
            if answer is None:
                return
            yield answer
    finally:
        close = getattr(answers, "close", None)
        if close is not None:
            close()


def _checked(answer: Answer, waiting: dict[str, str]) -> Answer:
    if answer.compound_id not in waiting:
        raise OracleError(
            f"the oracle answered about {answer.compound_id}, which it was not asked about, or answered twice",
            "An oracle answers each compound once, under the id it was given.",
        )
    if isinstance(answer, Measurement) and not math.isfinite(answer.value):
        message = f"the oracle gave {answer.value} instead of a number"
        return Failure(answer.compound_id, "not_a_number", message, answer.wall_s)
    return answer


def _keep(context: Context, round_number: int, answer: Answer) -> None:
    if isinstance(answer, Measurement) and answer.pose:
        # Before the answer is recorded, so that no recorded pose is ever missing.
        write_text(context.run.pose(answer.compound_id), answer.pose)
    context.store.record(answer, round_number, context.oracle.unit, measured_by(context.oracle))
    said = {"value": answer.value} if isinstance(answer, Measurement) else {"code": answer.code}
    context.run.log("answered", round=round_number, compound_id=answer.compound_id, **said)


def _note(answer: Answer, unit: str) -> str:
    what = f"{answer.value:.2f} {unit}" if isinstance(answer, Measurement) else f"failed: {answer.code}"
    return f"{answer.compound_id} {what}"


def _systematic(context: Context, round_number: int, batch_size: int) -> list[FailureRow]:
    """Return the failures of the code that more of the batch failed with than is allowed, if there is one."""
    failed = {row.compound_id for row in context.store.compounds(status="failed", batch_round=round_number)}
    latest = {row.compound_id: row for row in context.store.failures(round_number) if row.compound_id in failed}
    limit = max(context.campaign.oracle.max_failure_rate * batch_size, FEWEST_FAILURES - 1)
    for code, count in Counter(row.code for row in latest.values()).most_common(1):
        if count > limit:
            return [row for row in latest.values() if row.code == code]
    return []


def _reopen_systematic(context: Context, round_number: int) -> None:
    batch = context.store.compounds(batch_round=round_number)
    again = _systematic(context, round_number, len(batch))
    if again:
        context.store.reopen(row.compound_id for row in again)
        context.run.log("asked_again", round=round_number, code=again[0].code, compounds=len(again))


def _raise_if_systematic(context: Context, round_number: int, batch_size: int) -> None:
    failures = _systematic(context, round_number, batch_size)
    if failures:
        first = failures[0]
        raise OracleError(
            f"round {round_number}: {len(failures)} of {batch_size} compounds failed with the same code, {first.code}; "
            f"[oracle] max_failure_rate = {context.campaign.oracle.max_failure_rate:g}",
            f"The first, {first.compound_id}: {first.message}\n"
            f"Mend that (`molgfn check` asks about one control compound), then `molgfn resume {context.run.path}`: "
            "these compounds are asked about again.",
        )

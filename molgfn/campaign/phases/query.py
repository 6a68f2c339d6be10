"""Query: send the batch to the oracle, and record each answer as soon as it arrives."""

from collections import Counter

from molgfn.campaign.phases.state import Context
from molgfn.campaign.record.rows import FailureRow
from molgfn.errors import OracleError
from molgfn.files import write_text
from molgfn.oracles.answers import WAIT_S, checked_answer
from molgfn.oracles.interfaces import Answer, Compound, Measurement, measured_by
from molgfn.progress import Step

FEWEST_FAILURES = 5
"""Of one code that stop a campaign, however small the batch."""


def query(context: Context, round_number: int) -> None:
    """Submit every pending compound of the batch, and record the answers until no compound is pending.

    An abandoned compound needs no answer.

    Raises
    ------
    OracleError
        If the oracle cannot answer, or more than `max_failure_rate` of the batch fail with the same code. These
        compounds are sent again when the run is resumed.
    Stopped
        If the user stops it; all answers of the oracle are kept.
    """
    _reopen_systematic(context, round_number)
    batch = context.store.compounds(batch_round=round_number)
    pending = {row.compound_id: row.smiles for row in batch if row.status == "pending"}
    with context.progress.step(f"round {round_number}: asking the oracle", total=len(pending)) as shown:
        if pending:
            context.oracle.submit([Compound(*item) for item in pending.items()])
        while pending:
            try:
                with context.stop.waiting():
                    context.oracle.wait(WAIT_S)
            except Exception:
                # Workers may have finished other compounds meanwhile: these results must not be computed again.
                _record_answers(context, round_number, pending, shown)
                raise
            _record_answers(context, round_number, pending, shown)
            _raise_if_systematic(context, round_number, len(batch))
    with context.store.transaction():
        context.store.finish(round_number, "query")


def _record_answers(context: Context, round_number: int, pending: dict[str, str], shown: Step) -> None:
    """Record the answers of the oracle so far, and remove them from `pending`."""
    for answer in context.oracle.poll():
        checked = checked_answer(answer, pending, context.campaign.oracle.title)
        _keep(context, round_number, checked)
        del pending[checked.compound_id]
        shown.advance(1, _note(checked, context.oracle.unit))


def _keep(context: Context, round_number: int, answer: Answer) -> None:
    if isinstance(answer, Measurement) and answer.pose:
        # Before the answer is recorded, so that every recorded answer has its pose.
        write_text(context.run.pose(answer.compound_id), answer.pose)
    context.store.record(answer, round_number, context.oracle.unit, measured_by(context.oracle))
    outcome = {"value": answer.value} if isinstance(answer, Measurement) else {"code": answer.code}
    context.run.log("answered", round=round_number, compound_id=answer.compound_id, **outcome)


def _note(answer: Answer, unit: str) -> str:
    what = f"{answer.value:.2f} {unit}" if isinstance(answer, Measurement) else f"failed: {answer.code}"
    return f"{answer.compound_id} {what}"


def _systematic(context: Context, round_number: int, batch_size: int) -> list[FailureRow]:
    """Return the failures with one code if they are more than the allowed share of the batch; else none."""
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
        first, oracle = failures[0], context.campaign.oracle
        raise OracleError(
            f"{oracle.title}, round {round_number}: {len(failures)} of {batch_size} compounds failed with the same "
            f"code, {first.code}; [oracle] max_failure_rate = {oracle.max_failure_rate:g}",
            f"The first, {first.compound_id}: {first.message}\n"
            f"Correct that (`molgfn check` tries one control compound), then `molgfn resume {context.run.path}`: "
            "these compounds are sent again.",
        )

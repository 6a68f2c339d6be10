"""The phases of a round and of a campaign, and the function of each phase.

A phase depends only on the record, the files of finished phases and the seed of the campaign. It ends with one
transaction, which writes its results and the note that it is finished. So a phase that was interrupted is done again
from its start, with the same result.
"""

from collections.abc import Callable

from molgfn.campaign.phases.learn import learn
from molgfn.campaign.phases.propose import propose
from molgfn.campaign.phases.query import query
from molgfn.campaign.phases.select import select
from molgfn.campaign.phases.state import Context
from molgfn.campaign.record.rows import PHASES, PhaseName


def planned_phases(rounds: int, *, proxy: bool, data: bool) -> list[tuple[int, PhaseName]]:
    """Return the phases of a campaign in order.

    Round 0 gives the first proxy. With a `proxy` to start from it has no phase. With `data` it only trains the proxy.
    Else it is a whole round on random molecules.
    """
    first: tuple[PhaseName, ...] = () if proxy else ("learn",) if data else PHASES
    return [(0, phase) for phase in first] + [(number, phase) for number in range(1, rounds + 1) for phase in PHASES]


PHASE_FUNCTIONS: dict[PhaseName, Callable[[Context, int], None]] = {
    "propose": propose,
    "select": select,
    "query": query,
    "learn": learn,
}

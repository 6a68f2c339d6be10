"""Which phases a round and a campaign have, and the function that carries out each.

Each is a function of the store, of the files of finished phases and of the campaign's seed alone, and ends by writing
its results and the note that it is finished in one transaction. So a phase that was cut off is done again from its
start, and ends the same.
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

    Round 0 gives the first proxy: nothing is to be done where there is a `proxy` to start from, only its training where
    there is `data`, and else a whole round on random molecules.
    """
    first: tuple[PhaseName, ...] = () if proxy else ("learn",) if data else PHASES
    return [(0, phase) for phase in first] + [(number, phase) for number in range(1, rounds + 1) for phase in PHASES]


PHASE_FUNCTIONS: dict[PhaseName, Callable[[Context, int], None]] = {
    "propose": propose,
    "select": select,
    "query": query,
    "learn": learn,
}

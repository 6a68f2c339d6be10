"""The phases of a round, propose, select, query and learn, and which of them a campaign has.

Each is a function of the store, of the files of finished phases and of the campaign's seed alone, and ends by writing
its results and the note that it is finished in one transaction. So a phase that was cut off is done again from its
start, and ends the same.
"""

from collections.abc import Callable
from contextlib import ExitStack

from molgfn.campaign.context import Context
from molgfn.campaign.lab_data import lab_rows, measured_in_run, with_lab
from molgfn.campaign.parts import ProxyEpoch
from molgfn.campaign.propose import propose
from molgfn.campaign.query import query
from molgfn.campaign.records import PHASES, PhaseName
from molgfn.campaign.selection import Candidate, select_batch
from molgfn.files import whole_folder
from molgfn.progress import Step


def planned_phases(rounds: int, *, proxy: bool, data: bool) -> list[tuple[int, PhaseName]]:
    """Return the phases of a campaign in order.

    Round 0 gives the first proxy: nothing is to be done where there is a `proxy` to start from, only its training where
    there is `data`, and else a whole round on random molecules.
    """
    first: tuple[PhaseName, ...] = () if proxy else ("learn",) if data else PHASES
    return [(0, phase) for phase in first] + [(number, phase) for number in range(1, rounds + 1) for phase in PHASES]


def select(context: Context, round_number: int) -> None:
    """Choose the batch among the candidates of the round, and note that it goes to the oracle."""
    store, plan = context.store, context.campaign.campaign
    acquisitions = {row.compound_id: row.acquisition for row in store.predictions(round_number)}
    of_lab = {row.key for row in lab_rows(store)}
    open_compounds = [row for row in store.compounds(status="proposed") if row.inchikey.split("-")[0] not in of_lab]
    candidates = [
        Candidate(row.compound_id, row.smiles, acquisitions.get(row.compound_id, 0.0)) for row in open_compounds
    ]
    batch = select_batch(
        candidates,
        plan.batch_size if round_number > 0 else plan.initial,
        context.campaign.selection.max_similarity,
        pending=[row.smiles for row in store.compounds(status="pending")],
        known={row.smiles for row in store.initial_data()},
    )
    with store.transaction():
        store.send([candidate.compound_id for candidate in batch], round_number)
        store.finish(round_number, "select")
    context.run.log("selected", round=round_number, compounds=len(batch))


def learn(context: Context, round_number: int) -> None:
    """Train the proxy on all that was measured, going on from the one that the round was proposed with or after.

    What the lab has measured is learnt from too, except for what is held out.
    """
    store = context.store
    data = with_lab(measured_in_run(store), lab_rows(store))
    with ExitStack() as steps:
        shown: list[Step] = []

        def on_epoch(epoch: ProxyEpoch) -> None:
            if not shown:
                name, total = f"round {round_number}: training the proxy", epoch.members * epoch.epochs
                shown.append(steps.enter_context(context.progress.step(name, total=total)))
            shown[0].advance()
            context.stop.check()

        proxy = context.parts.train_proxy(
            [one.smiles for one in data],
            [one.value for one in data],
            sides=[one.side for one in data],
            counts=[one.n for one in data],
            unit=context.oracle.unit,
            direction=context.oracle.direction,
            seed=context.seed(round_number, "learn"),
            initial=context.proxy_folder(round_number - 1) if round_number > 0 else None,
            on_epoch=on_epoch,
        )
    with whole_folder(context.run.proxy(round_number)) as draft:
        proxy.save(draft)
    with store.transaction():
        store.finish(round_number, "learn")
    context.run.log(
        "learnt", round=round_number, molecules=len(data), measured=len(store.compounds(status="completed"))
    )


PHASE_FUNCTIONS: dict[PhaseName, Callable[[Context, int], None]] = {
    "propose": propose,
    "select": select,
    "query": query,
    "learn": learn,
}

"""Select: choose the batch of a round from its candidates."""

from molgfn.campaign.lab.values import lab_rows
from molgfn.campaign.phases.selection import Candidate, select_batch
from molgfn.campaign.phases.state import Context


def select(context: Context, round_number: int) -> None:
    """Choose the batch from the candidates of the round, and mark it as sent to the oracle."""
    store, plan = context.store, context.campaign.campaign
    acquisitions = {row.compound_id: row.acquisition for row in store.predictions(round_number)}
    # A design has no configuration: where stereoisomers are kept apart, any of them that was measured is the design.
    of_lab = {row.key.partition("-")[0] for row in lab_rows(store)}
    open_compounds = [row for row in store.compounds(status="proposed") if row.inchikey.split("-")[0] not in of_lab]
    candidates = [
        Candidate(row.compound_id, row.smiles, acquisitions.get(row.compound_id, 0.0))
        for row in open_compounds
        # Without a proxy nothing is predicted; else what was not predicted in this round is no candidate of it.
        if not acquisitions or row.compound_id in acquisitions
    ]
    section, objective = context.campaign.selection, context.campaign.objective
    # A probability of improvement goes from 0 to 1; the others are in the unit of the oracle.
    span = 1.0 if context.campaign.acquisition.kind == "pi" else abs(objective.best - objective.worst)
    batch = select_batch(
        candidates,
        plan.batch_size if round_number > 0 else plan.initial,
        section.max_similarity,
        cost=section.max_cost * span,
        pending=[row.smiles for row in store.compounds(status="pending")],
        known={row.smiles for row in store.initial_data()},
    )
    with store.transaction():
        store.send([candidate.compound_id for candidate in batch], round_number)
        store.finish(round_number, "select")
    context.run.log("selected", round=round_number, compounds=len(batch))

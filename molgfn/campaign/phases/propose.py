"""Propose: search for candidates, train a flow network on the rewards of the proxy, and sample the others from it."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from molgfn.campaign.lab.values import lab_rows
from molgfn.campaign.models.interfaces import FlowTrainer, ProxyModel, Sampled
from molgfn.campaign.phases.candidates import Proposals, inchikeys_of
from molgfn.campaign.phases.predict import best_first, lacks_error_bars, objective_of, predict, samplers_of, source_name
from molgfn.campaign.phases.prior_network import prior_network
from molgfn.campaign.phases.resumable import STEPS_FILE, train_in_parts
from molgfn.campaign.phases.state import Context
from molgfn.campaign.record.damage import reading_checkpoint
from molgfn.campaign.record.rows import CompoundRow, PredictionRow
from molgfn.campaign.reward.best_scores import BestScores
from molgfn.campaign.reward.objective import Objective
from molgfn.campaign.sources.build import give_all
from molgfn.chem.trees.tree import Tree
from molgfn.files import whole_folder, write_json
from molgfn.oracles.interfaces import measured_by

SAMPLES_AT_ONCE = 256
MAX_SAMPLES = 10_000
MAX_SAMPLES_PER_CANDIDATE = 50
"""Limit of the samples for each wanted candidate; at least `MAX_SAMPLES` are drawn."""


def propose(context: Context, round_number: int) -> None:
    """Record the candidates of a round, with their predictions, and the molecules that were rejected.

    Without a proxy (round 0) the candidates are random molecules, and have no predictions. The best of the
    compounds that were proposed in earlier rounds but never sent stay candidates, and are predicted again.

    Raises
    ------
    NoCandidateError
        If no molecule meets the constraints.
    Stopped
        If the user stops it; the training continues from there after `resume`.
    """
    plan = context.campaign.campaign
    if round_number == 0:
        seed = context.seed(round_number, "propose")
        start = prior_network(context) if context.campaign.core else None
        proposals = _empty(context, round_number, plan.initial)
        _draw(context, proposals, "random", lambda chunk, n: context.parts.random_samples(n, seed + chunk, start))
        _record(context, proposals, [])
        return
    model = context.proxy_folder(round_number - 1)
    with reading_checkpoint(model, "Restore a copy of this folder, such as a backup, and resume."):
        proxy = context.parts.load_proxy(model)
    _tell_limits(context, round_number, proxy)
    objective = objective_of(context.campaign, context.store, proxy, round_number)
    proposals = _empty(context, round_number, plan.proposals)
    _search(context, proposals, objective, proxy.unit)
    if not proposals.complete and not _given_by_sources(context, proposals):
        flow = _trained_flow(context, round_number, objective)
        draws = context.campaign.prior.draws if context.campaign.prior.weight else 1
        name = context.run.relative(context.run.flow(round_number))
        _draw(context, proposals, name, lambda _, n: flow.resample(n, draws) if draws > 1 else flow.sample(n))
    new = proposals.new_compounds(context.id_prefix)
    candidates = [*_earlier(context, proposals), *new]
    measured = measured_by(context.oracle)
    samplers = samplers_of(context.store) | {row.compound_id: proposals.source[row.inchikey] for row in new}
    made = predict(context.run, proxy, model, objective, candidates, round_number, measured, samplers)
    _record(context, proposals, made)


def _earlier(context: Context, proposals: Proposals) -> list[CompoundRow]:
    """Return compounds that were proposed in earlier rounds and never sent, as many as new ones are wanted.

    Those that were found again come first, those without a prediction, and those that an earlier proxy has predicted
    for this round, when the run was over; then the best by their last acquisition. All of them would be more with each
    round, and predicting them again would take longer than the search.
    """
    predictions = sorted(context.store.predictions(), key=lambda row: row.round)
    latest = {row.compound_id: np.inf if row.round == proposals.round else row.acquisition for row in predictions}

    def rank(row: CompoundRow) -> float:
        return -np.inf if row.inchikey in proposals.accepted else -latest.get(row.compound_id, np.inf)

    ranked = sorted(context.store.compounds(status="proposed"), key=rank)
    certain = sum(rank(row) == -np.inf for row in ranked)
    return ranked[: max(proposals.wanted, certain)]


def _tell_limits(context: Context, round_number: int, proxy: ProxyModel) -> None:
    """Log what the proxy of the round does not give (error bars, domain), and what follows from that."""
    folder = context.run.relative(context.proxy_folder(round_number - 1))
    kind = context.campaign.acquisition.kind
    for sentence in proxy.limits.sentences:
        context.progress.log(f"round {round_number}: proxy {folder}: {sentence}")
    if lacks_error_bars(context.campaign, proxy) and kind != "greedy":
        context.progress.log(
            f'round {round_number}: [acquisition] kind = "{kind}" needs error bars: without them molecules are chosen '
            'by the predicted value alone, as with "greedy"'
        )
    if proxy.limits.sentences:
        context.run.log("proxy_limits", round=round_number, proxy=folder, limits=list(proxy.limits.sentences))


def _trained_flow(context: Context, round_number: int, objective: Objective) -> FlowTrainer:
    """Train the flow network of a round, or continue from a checkpoint.

    A checkpoint is used only if it has the proxy of the round: rewards of two proxies are never mixed.
    """
    folder = context.run.flow(round_number)
    flow, steps = _new_flow(context, round_number, objective)
    proxy = context.run.relative(context.proxy_folder(round_number - 1))
    done = 0
    if folder.is_dir():
        remedy = f"Delete this folder, then `molgfn resume {context.run.path}`: the training of the round begins again."
        with reading_checkpoint(folder, remedy):
            kept = json.loads((folder / STEPS_FILE).read_text(encoding="utf-8"))
            # Checkpoints of earlier versions name no proxy, because a round had only one then.
            if kept.get("proxy", proxy) == proxy:
                flow.load(folder)
                objective.load(folder)
                done = int(kept["steps"])
    if not done:
        flow.prepare()
    title = f"round {round_number}: training the flow network"
    train_in_parts(
        context,
        title,
        flow,
        done,
        steps,
        lambda done: _checkpoint(folder, flow, objective, {"steps": done, "proxy": proxy}),
        lambda step: f"mean log reward {step.mean_log_reward:.1f}",
    )
    return flow


def _new_flow(context: Context, round_number: int, objective: Objective) -> tuple[FlowTrainer, int]:
    """Return a flow network that has seen no reward of this round, and its planned steps."""
    seed, library = context.seed(round_number, "propose"), _library(context, round_number)
    before, later_steps = context.run.flow(round_number - 1), context.parts.later_steps()
    if later_steps and before.is_dir():
        remedy = f"Delete this folder, then `molgfn resume {context.run.path}`: the round starts anew."
        with reading_checkpoint(before, remedy):
            return context.parts.flow_trainer(objective, seed, library, before), later_steps
    start, steps = prior_network(context), context.campaign.sampler.steps
    return context.parts.flow_trainer(objective, seed, library, start), steps


def _library(context: Context, round_number: int) -> Sequence[Tree]:
    """Return the trees of the molecules with values, if `library_fraction` is set."""
    if context.campaign.sampler.library_fraction == 0:
        return []
    store = context.store
    smiles = {row.compound_id: row.smiles for row in store.compounds()}
    scored = [row.smiles for row in store.initial_data()] + [smiles[row.compound_id] for row in store.measurements()]
    molecules = list(dict.fromkeys(scored))
    trees = context.parts.library(molecules)
    context.progress.log(
        f"round {round_number}: the vocabulary can build {len(trees)} of {len(molecules)} molecules with values; "
        + ("training uses them" if trees else "library_fraction has no effect")
    )
    return trees


def _checkpoint(folder: Path, flow: FlowTrainer, objective: Objective, progress: dict[str, object]) -> None:
    with whole_folder(folder) as draft:
        flow.save(draft)
        objective.save(draft)
        write_json(draft / STEPS_FILE, progress)


def _empty(context: Context, round_number: int, wanted: int) -> Proposals:
    store = context.store
    return Proposals(
        round_number,
        wanted,
        context.constraints,
        known={row.inchikey: row for row in store.compounds()},
        initial=inchikeys_of([row.smiles for row in store.initial_data()] + [row.smiles for row in lab_rows(store)]),
    )


def _search(context: Context, proposals: Proposals, objective: Objective, unit: str) -> None:
    """Collect the share of each source beside the flow network."""
    generator = np.random.default_rng([context.seed(proposals.round, "propose"), *b"search"])
    measured = [name for name, _ in best_first(context.campaign, context.store, unit)]
    for source in context.parts.sources():
        wanted = min(len(proposals.accepted) + round(source.share * proposals.wanted), proposals.wanted)
        before = len(proposals.accepted)
        with context.progress.step(f"round {proposals.round}: {source.name}", total=wanted - before) as shown:
            context.stop.check()
            score = BestScores(objective, source.exact(wanted))
            found = source.candidates(score, measured, wanted, generator)
            proposals.add(found, source.name, wanted)
            shown.advance(len(proposals.accepted) - before, f"of {len(found)} found")


def _given_by_sources(context: Context, proposals: Proposals) -> bool:
    """Return whether the sources have to give all candidates, and have given enough for a batch."""
    enough = len(proposals.accepted) >= context.campaign.campaign.batch_size
    return enough and give_all(context.parts.sources())


def _draw(context: Context, proposals: Proposals, source: str, sample: Callable[[int, int], Sequence[Sampled]]) -> None:
    """Sample until there are as many candidates as wanted, or the limit of samples is reached.

    `sample` draws molecules; its arguments are the number of the call and the number of molecules.
    """
    limit = proposals.sampled + max(MAX_SAMPLES, MAX_SAMPLES_PER_CANDIDATE * proposals.wanted)
    left = proposals.wanted - len(proposals.accepted)
    with context.progress.step(f"round {proposals.round}: collecting candidates", total=left) as shown:
        chunk, first = 0, proposals.sampled
        while not proposals.complete and proposals.sampled < limit:
            context.stop.check()
            before = len(proposals.accepted)
            proposals.add(sample(chunk, SAMPLES_AT_ONCE), source)
            shown.advance(len(proposals.accepted) - before, f"of {proposals.sampled - first} sampled")
            chunk += 1


def _record(context: Context, proposals: Proposals, predictions: Sequence[PredictionRow]) -> None:
    new = proposals.new_compounds(context.id_prefix)
    with context.store.transaction():
        context.store.add_compounds(new)
        context.store.add_predictions(predictions)
        context.store.add_rejected(proposals.rejected)
        context.store.finish(proposals.round, "propose")
    counts = {
        "sampled": proposals.sampled,
        "candidates": len(proposals.accepted),
        "new": len(new),
        "rejected": len(proposals.rejected),
        "merged_by_inchikey": proposals.merged,
        "by_source": dict(Counter(map(source_name, proposals.source.values()))),
    }
    context.run.log("proposed", round=proposals.round, **counts)
    short = "" if proposals.complete else f" (fewer than the {proposals.wanted} wanted)"
    context.progress.log(
        f"round {proposals.round}: {counts['candidates']} candidates{short} of {proposals.sampled} sampled molecules, "
        f"{counts['rejected']} rejected"
    )

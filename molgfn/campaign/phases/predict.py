"""Predict compounds with the proxy of a round, and renew predictions of earlier proxies."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from molgfn.arrays import FloatArray
from molgfn.campaign.file.load import Campaign, load_resolved
from molgfn.campaign.lab.values import lab_rows
from molgfn.campaign.models.constraints import constraints_of
from molgfn.campaign.models.history import last_learnt, proxy_after
from molgfn.campaign.models.interfaces import ProxyModel
from molgfn.campaign.phases.state import seed_of
from molgfn.campaign.record.damage import reading_checkpoint
from molgfn.campaign.record.rows import CompoundRow, PredictionRow
from molgfn.campaign.record.run_directory import RunDirectory, open_run
from molgfn.campaign.record.store import Store
from molgfn.campaign.reward.error_bars import scale_of
from molgfn.campaign.reward.objective import Objective, acquisition_times_constraints
from molgfn.campaign.reward.scoring import Scoring
from molgfn.campaign.reward.size import size_corrected
from molgfn.chem.standardise import parse_smiles
from molgfn.oracles.interfaces import MEASURED_VALUE


def objective_of(campaign: Campaign, store: Store, proxy: ProxyModel, round_number: int) -> Objective:
    """Return the objective of a round; an improvement is counted from `best_value`.

    Without error bars (see `lacks_error_bars`) every acquisition is "greedy".
    """
    section, acquisition = campaign.objective, campaign.acquisition
    scoring = Scoring(
        # Without error bars the improvement over the best value is 0 for nearly all molecules: no flow can learn that.
        "greedy" if lacks_error_bars(campaign, proxy) else acquisition.kind,
        acquisition.kappa,
        worst=section.worst,
        best=section.best,
        best_so_far=best_value(campaign, store, proxy.unit),
        seed=seed_of(campaign, round_number, "propose"),
    )
    return acquisition_times_constraints(
        proxy,
        scoring,
        constraints_of(campaign),
        unit=proxy.unit,
        exponent=section.exponent,
        floor=section.floor,
        size_correction=section.size_correction,
        second_model=acquisition.second_model,
        error_scale=scale_of(answered(store, proxy.unit).values()) if acquisition.second_model else 1.0,
    )


def answered(store: Store, unit: str) -> dict[int, tuple[FloatArray, FloatArray]]:
    """Return by round the errors of a batch, and the standard deviations of the predictions that it was chosen by."""
    values = {row.compound_id: row.value for row in store.measurements() if row.unit == unit}
    sent = {row.compound_id: row.batch_round for row in store.compounds() if row.compound_id in values}
    of_round: dict[int, list[tuple[float, float]]] = {}
    for row in store.predictions():
        if sent.get(row.compound_id) == row.round and row.pred_std:
            of_round.setdefault(row.round, []).append((row.pred_mean - values[row.compound_id], row.pred_std))
    columns = {number: np.array(pairs).T for number, pairs in sorted(of_round.items())}
    return {number: (error, std) for number, (error, std) in columns.items()}


def lacks_error_bars(campaign: Campaign, proxy: ProxyModel) -> bool:
    """Return whether neither the proxy nor a second model gives standard deviations."""
    return bool(proxy.limits.error_bars) and not (campaign.acquisition.second_model and proxy.has_process)


def best_value(campaign: Campaign, store: Store, unit: str) -> float | None:
    """Return the best value in a unit, corrected for size: of the initial data, the oracle and the lab, no bounds."""
    best = best_first(campaign, store, unit)
    return best[0][1] if best else None


def best_first(campaign: Campaign, store: Store, unit: str) -> list[tuple[str, float]]:
    """Return the SMILES with a value in a unit and this value, corrected for size, best first; without bounds."""
    # Records of earlier versions do not have the unit of the initial data; it was assumed to be that of the oracle.
    known = [(row.smiles, row.value) for row in store.initial_data() if row.unit in ("", unit)]
    of = {row.compound_id: row.smiles for row in store.compounds()}
    known += [(of[row.compound_id], row.value) for row in store.measurements() if row.unit == unit]
    known += [(row.smiles, row.value) for row in lab_rows(store) if row.side == 0]
    per_atom, minimise = campaign.objective.size_correction, campaign.objective.best < campaign.objective.worst
    if per_atom and known:
        mols, values = [parse_smiles(smiles) for smiles, _ in known], np.array([value for _, value in known])
        corrected = size_corrected(mols, values, per_atom, "minimise" if minimise else "maximise")
        known = [(smiles, value) for (smiles, _), value in zip(known, corrected.tolist(), strict=True)]
    return sorted(known, key=lambda one: one[1] if minimise else -one[1])


def samplers_of(store: Store) -> dict[str, str]:
    """Return what first proposed each compound that was predicted before, by compound id."""
    rows = sorted(store.predictions(), key=lambda row: -row.round)
    return {row.compound_id: row.source_model.partition("; ")[0] for row in rows}


def source_name(sampler: str) -> str:
    """Return what a sampler is called for the user: the folder of a flow network stands for one."""
    return "flow network" if sampler.endswith("/flow") else sampler


def predict(
    run: RunDirectory,
    proxy: ProxyModel,
    proxy_folder: Path,
    objective: Objective,
    rows: Sequence[CompoundRow],
    round_number: int,
    measured: str,
    samplers: Mapping[str, str],
) -> list[PredictionRow]:
    """Return the predictions of compounds for a round.

    Parameters
    ----------
    run : RunDirectory
    proxy : ProxyModel
        Read from `proxy_folder`.
    proxy_folder : Path
    objective : Objective
        Of the round.
    rows : sequence of CompoundRow
    round_number : int
    measured : str
        Name of the property that is predicted.
    samplers : mapping of str to str
        What proposed each compound, by compound id; "random" for the others.
    """
    folder = run.relative(proxy_folder)
    smiles = [row.smiles for row in rows]
    assessed, near = objective.assess(smiles), proxy.neighbours(smiles)
    columns = (assessed.mean, assessed.std, assessed.acquisition, assessed.log_reward, near.similarity)
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    neighbours = zip(near.in_domain, near.smiles, strict=True)
    return [
        PredictionRow(
            row.compound_id,
            round_number,
            mean,
            None if math.isnan(std) else std,
            acquisition,
            log_reward,
            f"{samplers.get(row.compound_id, 'random')}; {folder}",
            in_domain,
            None if math.isnan(similarity) else similarity,
            nearest,
            measured,
            proxy.unit,
        )
        for row, (mean, std, acquisition, log_reward, similarity), (in_domain, nearest) in zip(
            rows, numbers, neighbours, strict=True
        )
    ]


def outdated(run: RunDirectory, store: Store) -> list[CompoundRow]:
    """Return the candidates that the proxy in use has not predicted, and that no current round will predict.

    Compounds that were sent to the oracle keep the prediction that they were chosen by. Candidates of a current
    round keep theirs too, because its batch is chosen by them.
    """
    learnt = last_learnt(run, store)
    if learnt is None or store.is_finished(learnt + 1, "propose"):
        return []
    folder = proxy_after(run, store, learnt)
    if not folder.is_dir():
        return []
    latest = {row.compound_id: row for row in sorted(store.predictions(), key=lambda row: row.round)}
    mark = f"; {run.relative(folder)}"
    candidates = store.compounds(status="proposed")
    return [row for row in candidates if row.compound_id in latest and not _by(latest[row.compound_id], mark)]


def _by(prediction: PredictionRow, mark: str) -> bool:
    return prediction.source_model.endswith(mark)


def predict_again(run: RunDirectory, campaign: Campaign, store: Store, load_proxy: Callable[[Path], ProxyModel]) -> int:
    """Predict compounds with outdated predictions again, with the proxy in use; return their number.

    The predictions are recorded for the next round, which would begin with the same proxy.
    """
    rows = outdated(run, store)
    learnt = last_learnt(run, store)
    if not rows or learnt is None:
        return 0
    number, folder = learnt + 1, proxy_after(run, store, learnt)
    with reading_checkpoint(folder, "Restore a copy of this folder, such as a backup."):
        proxy = load_proxy(folder)
    objective = objective_of(campaign, store, proxy, number)
    measured = next((row.property for row in store.measurements()), MEASURED_VALUE)
    predictions = predict(run, proxy, folder, objective, rows, number, measured, samplers_of(store))
    with store.transaction():
        store.add_predictions(predictions)
    run.log("predicted_again", compounds=len(rows), proxy=run.relative(folder))
    return len(rows)


def bring_up_to_date(path: Path, load_proxy: Callable[[Path], ProxyModel] | None = None) -> int:
    """Renew outdated predictions of a run that no process is running; return the number of compounds.

    Raises
    ------
    ConfigError, DataError
        If `path` is no run directory, or one of its files cannot be read.
    """
    run = open_run(path)
    with Store.read(run.database) as store:
        if run.is_locked() or not outdated(run, store):
            return 0
    campaign = load_resolved(run.resolved)
    with run.lock(), Store.open(run.database) as store:
        return predict_again(run, campaign, store, load_proxy or _saved_proxy)


def _saved_proxy(folder: Path) -> ProxyModel:
    from molgfn.proxy.proxy import Proxy  # loads torch, which takes seconds

    return Proxy.load(folder)

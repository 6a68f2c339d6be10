"""Files of a run directory that are written from the record: a table for each phase of a round, the proxy's card."""

import json
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

from molgfn.campaign.models.history import proxy_after
from molgfn.campaign.models.prospective_validation import prospective_validation
from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.campaign.record.store import Store
from molgfn.files import write_csv, write_json
from molgfn.proxy.interfaces import IN_DOMAIN
from molgfn.proxy.uncertainty.limits import limits_of_folder

PROPOSED_COLUMNS = (
    "compound_id", "smiles", "inchikey", "round", "blocks", "pred_mean", "pred_std", "acquisition", "log_reward",
    "in_domain", "nn_similarity", "nn_smiles",
)  # fmt: skip
BATCH_COLUMNS = (
    "compound_id", "smiles", "round", "pred_mean", "pred_std", "acquisition", "in_domain", "nn_similarity", "nn_smiles",
)  # fmt: skip
RESULT_COLUMNS = (
    "compound_id", "smiles", "status", "value", "unit", "docked_smiles", "docked_species", "code", "message", "wall_s",
)  # fmt: skip


def write_round_tables(run: RunDirectory, store: Store, round_number: int) -> None:
    """Write `proposed.csv`, `batch.csv` and `results.csv` of a round, as far as its phases are finished.

    `results.csv` has one row for each compound of the batch. If a compound first failed and then got a value, the row
    has the value. `docked_species` lists the protonation states and stereoisomers that were docked, with their scores.
    """
    writers = {"propose": _write_proposed, "select": _write_batch, "query": _write_results}
    for phase in store.phases():
        if phase.round == round_number and phase.phase in writers:
            writers[phase.phase](run, store, round_number)


def write_proxy_card(run: RunDirectory, store: Store) -> None:
    """Write `proxy_card.json`: the latest proxy, its limits, the card of the first, and how well each predicted."""
    learnt = [phase.round for phase in store.phases() if phase.phase == "learn"]
    folder = proxy_after(run, store, max(learnt, default=0))
    limits = limits_of_folder(folder)
    judged = [prospective_validation(store, number) for number in sorted(learnt)]
    write_json(
        run.proxy_card,
        {
            "folder": run.relative(folder),
            "initial_molecules": len(store.initial_data()),
            "measured_molecules": len(store.compounds(status="completed")) if learnt else 0,
            "proxy": _read_json(folder / "proxy.json"),
            "limits": limits.sentences if limits else (),
            "start": _read_json(run.input_proxy / "card.json"),
            "rounds": [asdict(validation) for validation in judged if validation is not None],
        },
    )


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _write_proposed(run: RunDirectory, store: Store, round_number: int) -> None:
    predictions = {row.compound_id: row for row in store.predictions(round_number)}
    rows = []
    for compound in store.compounds():
        prediction = predictions.get(compound.compound_id)
        if prediction is None and compound.round != round_number:
            continue
        cells: tuple[object, ...] = ("",) * 7
        if prediction is not None:
            numbers = (prediction.pred_mean, prediction.pred_std, prediction.acquisition, prediction.log_reward)
            cells = (*numbers, IN_DOMAIN[prediction.in_domain], prediction.nn_similarity, prediction.nn_smiles)
        blocks = " | ".join(compound.blocks)
        rows.append((compound.compound_id, compound.smiles, compound.inchikey, compound.round, blocks, *cells))
    write_csv(run.round(round_number) / "proposed.csv", PROPOSED_COLUMNS, rows)


def _write_batch(run: RunDirectory, store: Store, round_number: int) -> None:
    predictions = {row.compound_id: row for row in store.predictions(round_number)}
    rows = []
    for compound in store.compounds(batch_round=round_number):
        prediction = predictions.get(compound.compound_id)
        cells: tuple[object, ...] = ("",) * 6
        if prediction is not None:
            nearest = (IN_DOMAIN[prediction.in_domain], prediction.nn_similarity, prediction.nn_smiles)
            cells = (prediction.pred_mean, prediction.pred_std, prediction.acquisition, *nearest)
        rows.append((compound.compound_id, compound.smiles, compound.round, *cells))
    write_csv(run.round(round_number) / "batch.csv", BATCH_COLUMNS, rows)


def _write_results(run: RunDirectory, store: Store, round_number: int) -> None:
    measured = {row.compound_id: row for row in store.measurements(round_number)}
    failed = {row.compound_id: row for row in store.failures(round_number)}
    species = defaultdict(list)
    for docked in store.docked_species():
        score = docked.message if docked.score is None else f"{docked.score:.3f}"
        species[docked.measurement_id].append(f"{docked.smiles} {score}")
    rows: list[tuple[object, ...]] = []
    for compound in store.compounds(batch_round=round_number):
        head = (compound.compound_id, compound.smiles, compound.status)
        if compound.compound_id in measured:
            answer = measured[compound.compound_id]
            docked_species = " | ".join(species[answer.measurement_id])
            value = (answer.value, answer.unit, answer.docked_smiles, docked_species)
            rows.append((*head, *value, "", "", answer.wall_s))
        elif compound.compound_id in failed:
            failure = failed[compound.compound_id]
            rows.append((*head, "", "", "", "", failure.code, failure.message, failure.wall_s))
    write_csv(run.round(round_number) / "results.csv", RESULT_COLUMNS, rows)

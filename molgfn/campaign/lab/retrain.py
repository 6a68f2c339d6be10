"""Retrain the proxy of a campaign on a lab's table, between two rounds, and compare it with the earlier proxy.

The new proxy is trained and written completely. Then one transaction of the record puts it into use. If the process
ends before that, the campaign continues with the proxy that it had.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from molgfn.assay.registered import RegisteredCompounds
from molgfn.assay.report import report
from molgfn.assay.table_import import Assay, ReadingOptions, read_assay
from molgfn.campaign.file.load import Campaign, load_resolved
from molgfn.campaign.lab.values import (
    Example,
    lab_rows_in,
    note_forgetting,
    rows_of_table,
    training_examples,
    with_lab,
)
from molgfn.campaign.models.build import proxy_settings
from molgfn.campaign.models.history import last_learnt, proxy_after, write_index
from molgfn.campaign.record.rows import LabRow, RetrainingRow
from molgfn.campaign.record.run_directory import RunDirectory, open_run
from molgfn.campaign.record.stop import StopRequest, stop_on_signals
from molgfn.campaign.record.store import Store
from molgfn.campaign.record.tables import write_proxy_card
from molgfn.errors import ConfigError, DataError
from molgfn.files import whole_folder, write_json
from molgfn.progress import Progress, Step
from molgfn.proxy.data.compound_key import compound_key
from molgfn.proxy.evaluation.retraining import RetrainingComparison, compare_proxies
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.settings import TrainingEpoch
from molgfn.proxy.train import check_stereo, train_proxy

LEAST_MEASURED = 20
"""Exact values that a proxy of another quantity needs."""
_BETTER = {"minimise": "lower", "maximise": "higher"}


@dataclass(frozen=True)
class Retrained:
    """The result of a retraining.

    Attributes
    ----------
    record : RetrainingRow
    learnt, held_out : int
        Compounds of the lab's tables that the proxy was trained on, and those that are used only to judge it.
    new : int
        Compounds of this table that are in no earlier table, or that had another value there.
    joined : int
        Compounds of this table that are compounds of the run.
    comparison : RetrainingComparison or None
        None if no held-out compound has an exact value.
    next_round : int
        The first round that is proposed with the proxy.
    rounds : int
        Rounds that the campaign has.
    """

    record: RetrainingRow
    learnt: int
    held_out: int
    new: int
    joined: int
    comparison: RetrainingComparison | None
    next_round: int
    rounds: int


def retrain(
    path: Path, table: Path, options: ReadingOptions, progress: Progress, *, transfer: bool = False
) -> Retrained:
    """Train the proxy of a campaign further, with the values of a lab's table; the next rounds use the new proxy.

    Parameters
    ----------
    path : Path
        The run directory.
    table : Path
        Read by `molgfn.assay.table_import.read_assay`; a compound of the run needs only its id there.
    options : ReadingOptions
        Stereoisomers are what they are to the proxy of the campaign.
    progress : Progress
    transfer : bool
        Whether the values may be of another quantity than the oracle's. Then a separate proxy for that quantity is
        trained, from the weights of the campaign's proxy. The campaign does not use it.

    Raises
    ------
    ConfigError
        If `path` is no run directory, is being run, or has no proxy yet; if `stereo` of the options is not that of the
        proxy.
    DataError
        If the table cannot be used, holds nothing new, or is of another quantity and `transfer` is not allowed.
    Stopped
        If the user stops it; nothing is changed then.
    """
    run = open_run(path)
    campaign = load_resolved(run.resolved)
    hint = "The proxy was not changed: give the same command again."
    with run.lock(), stop_on_signals(hint) as stop, Store.open(run.database) as store:
        return _Retraining(run, campaign, store, progress, stop).carry_out(table, options, transfer)


@dataclass(frozen=True)
class _Retraining:
    """One retraining of one run; no other process may run the run meanwhile."""

    run: RunDirectory
    campaign: Campaign
    store: Store
    progress: Progress
    stop: StopRequest

    def carry_out(self, table: Path, options: ReadingOptions, transfer: bool) -> Retrained:
        learnt = last_learnt(self.run, self.store)
        if learnt is None:
            raise ConfigError(
                f"{self.run.path}: this run has no proxy yet that could be retrained",
                f"`molgfn resume {self.run.path}` trains the first one.",
            )
        in_use = proxy_after(self.run, self.store, learnt)
        current = Proxy.load(in_use)
        assay = self._read(table, options, current)
        quantity = (assay.quantity.unit, assay.quantity.direction)
        used = quantity == (current.unit, current.direction)
        if not used and not transfer:
            raise _another_quantity(table, assay, current, self.run)
        if not used:
            in_use = self._last_of(quantity) or in_use
        base = Proxy.load(in_use)
        version = len(self.store.retrainings()) + 1
        earlier = lab_rows_in(self.store, *quantity)
        if not earlier:
            assay.check_trainable()
        if not used:
            _check_enough_to_transfer(table, assay, earlier)
        rows = rows_of_table(
            assay, version, self.store.compounds(), earlier, self._trained_on(base) if used else frozenset()
        )
        new = _new(rows, earlier)
        if not new:
            raise DataError(
                f"{table}: nothing new: all {len(rows)} compounds were in earlier tables, with the same values.",
                f"{self.run.retrained_index} lists what the proxy was retrained on.",
            )
        all_rows = sorted({row.key: row for row in (*earlier, *rows)}.values(), key=lambda row: row.key)
        before = self._earlier_examples() if used else []
        proxy = self._trained(version, assay, base, with_lab(before, all_rows, assay.stereo))
        held_out = [row for row in all_rows if row.held_out]
        comparison = _compared(base, proxy, held_out)
        record = RetrainingRow(
            version,
            learnt,
            self.run.relative(self.run.retrained(version)),
            self.run.relative(in_use),
            *quantity,
            used,
            table.name,
            hashlib.sha256(table.read_bytes()).hexdigest(),
            datetime.now(UTC).isoformat(timespec="milliseconds"),
        )
        self._keep(record, rows, proxy, comparison)
        return Retrained(
            record,
            learnt=len(all_rows) - len(held_out),
            held_out=len(held_out),
            new=len(new),
            joined=sum(bool(row.compound_id) for row in rows),
            comparison=comparison,
            next_round=learnt + 1 + self.store.is_finished(learnt + 1, "propose"),
            rounds=self.campaign.campaign.rounds,
        )

    def _read(self, table: Path, options: ReadingOptions, proxy: Proxy) -> Assay:
        stereo = options.stereo or proxy.info.stereo
        check_stereo(proxy, stereo)
        registered = RegisteredCompounds({row.compound_id: row.smiles for row in self.store.compounds()})
        assay = read_assay(table, replace(options, registered=registered, stereo=stereo), self.progress)
        for line in report(assay).splitlines():
            self.progress.log(line)
        for reading in assay.readings:
            if reading.other_id:
                self.progress.log(
                    f"{table}, line {reading.line}: {reading.other_id} is {registered.smiles_of(reading.other_id)} in "
                    f"this run, but the row draws {reading.structure.smiles}: the value counts for the structure drawn"
                )
        assay.check_rows()
        return assay

    def _last_of(self, quantity: tuple[str, str]) -> Path | None:
        """Return the last proxy that was retrained on tables of another quantity than the oracle's."""
        folders = [row.folder for row in self.store.retrainings() if (row.unit, row.direction) == quantity]
        return self.run.path / folders[-1] if folders else None

    def _earlier_examples(self) -> list[Example]:
        """Return the training data of the campaign's proxies; log a note if some of it was not kept."""
        note_forgetting(self.run, self.progress)
        return training_examples(self.run, self.store)

    def _trained_on(self, base: Proxy) -> frozenset[str]:
        """Return the keys of all molecules that a proxy of this run may have been trained on."""
        smiles = {example.smiles for example in training_examples(self.run, self.store)}
        smiles |= set(base.training_molecules.smiles if base.training_molecules else ())
        return frozenset(compound_key(text, base.info.stereo) for text in smiles)

    def _trained(self, version: int, assay: Assay, base: Proxy, data: Sequence[Example]) -> Proxy:
        torch.set_num_threads(self.campaign.compute.threads)
        entropy = [self.campaign.campaign.seed, version, *b"retrain"]
        with ExitStack() as steps:
            return train_proxy(
                [example.smiles for example in data],
                [example.value for example in data],
                unit=assay.quantity.unit,
                direction=assay.quantity.direction,
                settings=proxy_settings(self.campaign),
                seed=int(np.random.SeedSequence(entropy).generate_state(1)[0]),
                initial=base,
                transfer=True,
                name=self.campaign.campaign.name,
                sides=[example.side for example in data],
                counts=[example.n for example in data],
                on_epoch=self._shown(steps),
            )

    def _shown(self, steps: ExitStack) -> Callable[[TrainingEpoch], None]:
        shown: list[Step] = []

        def on_epoch(epoch: TrainingEpoch) -> None:
            if not shown:
                total = epoch.members * epoch.epochs
                shown.append(steps.enter_context(self.progress.step("retraining the proxy", total=total)))
            shown[0].advance()
            self.stop.check()

        return on_epoch

    def _keep(
        self, record: RetrainingRow, rows: Sequence[LabRow], proxy: Proxy, comparison: RetrainingComparison | None
    ) -> None:
        with whole_folder(self.run.retrained(record.version)) as draft:
            proxy.save(draft)
            write_json(draft / "comparison.json", comparison.as_json() if comparison else {"molecules": 0})
        with self.store.transaction():
            self.store.add_retraining(record, rows)
        write_index(self.run, self.store)
        write_proxy_card(self.run, self.store)
        self.run.log("retrained", version=record.version, after_round=record.round, table=record.file)


def _check_enough_to_transfer(table: Path, assay: Assay, earlier: Sequence[LabRow]) -> None:
    """Check that there are enough values for a proxy of another quantity.

    Raises
    ------
    DataError
        If there are fewer than 20 exact values.
    """
    exact = (compound.smiles for compound in assay.compounds if compound.relation == "=")
    compounds = {compound_key(smiles, assay.stereo) for smiles in exact}
    measured = len(compounds | {row.key for row in earlier if row.side == 0})
    if measured < LEAST_MEASURED:
        raise DataError(
            f"{table}: {measured} compounds have a measured value, but a proxy of another quantity needs "
            f"{LEAST_MEASURED}: trained on fewer, it would predict values far above or below all measured ones.",
            "Bounds (< or >) do not count. Measure more, or add an earlier table.",
        )


def _new(rows: Sequence[LabRow], earlier: Sequence[LabRow]) -> list[LabRow]:
    before = {row.key: (row.value, row.side) for row in earlier}
    return [row for row in rows if before.get(row.key) != (row.value, row.side)]


def _compared(before: Proxy, after: Proxy, held_out: Sequence[LabRow]) -> RetrainingComparison | None:
    judged = [row for row in held_out if row.side == 0]
    if not judged:
        return None
    return compare_proxies(before, after, [row.smiles for row in judged], np.array([row.value for row in judged]))


def _another_quantity(table: Path, assay: Assay, proxy: Proxy, run: RunDirectory) -> DataError:
    unit = assay.quantity.unit
    return DataError(
        f"{table}: its values are in {unit} ({_BETTER[assay.quantity.direction]} is better), but the campaign is about "
        f"{proxy.unit} ({_BETTER[proxy.direction]} is better): one proxy cannot predict both.",
        f"With --transfer molgfn trains a separate proxy for {unit}. It starts from the weights of the proxy in "
        f"{run.path}.\nThe rounds continue as before; use `molgfn proxy score` to rank compounds with the new proxy.",
    )

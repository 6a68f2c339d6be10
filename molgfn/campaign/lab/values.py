"""Values that a lab measured for a campaign: some train its proxies, the others only judge them."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from molgfn.assay.table_import import Assay
from molgfn.campaign.record.rows import CompoundRow, LabRow
from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.campaign.record.store import Store
from molgfn.chem.standardise import Stereo
from molgfn.direction import Direction
from molgfn.progress import Progress
from molgfn.proxy.data.compound_key import compound_key
from molgfn.proxy.data.from_assay import SIDES
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.data.training_molecules import FILE, kept_molecules, stereo_of_folder

HELD_OUT_SHARE = 0.2


@dataclass(frozen=True)
class Example:
    """A molecule with its value or bound; see `molgfn.proxy.data.training_data.TrainingData`."""

    smiles: str
    value: float
    side: int = 0
    n: float = 1.0


def stereo_of_run(run: RunDirectory) -> Stereo:
    """Return `stereo` of all proxies of a run: that of the proxy that it starts from."""
    return stereo_of_folder(run.input_proxy)


def lab_rows(store: Store) -> list[LabRow]:
    """Return the lab's values in the campaign's own quantity, by compound; of several tables the latest is used."""
    return _latest(store, {row.version for row in store.retrainings() if row.used})


def lab_rows_in(store: Store, unit: str, direction: Direction) -> list[LabRow]:
    """Return the lab's values in a given quantity, by compound; of several tables the latest is used."""
    return _latest(
        store, {row.version for row in store.retrainings() if (row.unit, row.direction) == (unit, direction)}
    )


def _latest(store: Store, versions: Collection[int]) -> list[LabRow]:
    latest = {row.key: row for row in store.lab_values() if row.version in versions}
    return [latest[key] for key in sorted(latest)]


def rows_of_table(
    assay: Assay, version: int, compounds: Sequence[CompoundRow], earlier: Iterable[LabRow], trained_on: Collection[str]
) -> list[LabRow]:
    """Return the compounds of a table; each is matched with a compound of the run by id or structure.

    A compound of the run has no configuration: all its stereoisomers are matched with it.

    About a fifth of the new compounds is held out. The structure alone decides which. A compound that was held out
    before stays held out. A compound that a proxy may have been trained on is never held out.

    Parameters
    ----------
    assay : Assay
    version : int
        Of the retraining.
    compounds : sequence of CompoundRow
        Of the run.
    earlier : iterable of LabRow
        Of earlier tables in the same quantity.
    trained_on : collection of str
        Keys of the molecules that the proxies of this quantity were trained on.
    """
    run_ids = {row.compound_id for row in compounds}
    by_key = {row.inchikey.split("-")[0]: row.compound_id for row in compounds}
    decided = {row.key: row.held_out for row in earlier}
    rows = []
    for compound in assay.compounds:
        key = compound_key(compound.smiles, assay.stereo)
        run_id = next((name for name in compound.ids if name in run_ids), by_key.get(key.partition("-")[0], ""))
        lab_id = next((name for name in compound.ids if name not in run_ids), "")
        held_out = decided.get(key, key not in trained_on and _is_drawn(key))
        side, n = SIDES[compound.relation], float(compound.n)
        rows.append(LabRow(version, key, compound.smiles, run_id, lab_id, compound.value, side, n, held_out))
    return rows


def _is_drawn(key: str) -> bool:
    digest = hashlib.sha256(f"held out {key}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48 < HELD_OUT_SHARE


def measured_in_run(store: Store) -> list[Example]:
    """Return the initial data and the values of the oracle, in an order that does not depend on time."""
    smiles_of = {row.compound_id: row.smiles for row in store.compounds(status="completed")}
    answers = [row for row in store.measurements() if row.compound_id in smiles_of]
    return [Example(row.smiles, row.value) for row in store.initial_data()] + [
        Example(smiles_of[row.compound_id], row.value) for row in answers
    ]


def training_examples(run: RunDirectory, store: Store) -> list[Example]:
    """Return the training data of the campaign's proxies, without the lab's values.

    These are the values of the run, and the training molecules of the proxy that the campaign starts from (without
    them the proxy would forget what it learnt from them). If a compound is in both, the value of the run is used.
    """
    measured = measured_in_run(store)
    stereo = stereo_of_run(run)
    kept = kept_molecules(run.input_proxy, stereo)
    if kept is None:
        return measured
    in_run = {compound_key(example.smiles, stereo) for example in measured}
    return [example for example in examples_of(kept) if compound_key(example.smiles, stereo) not in in_run] + measured


def keeps_start(run: RunDirectory) -> bool:
    """Return whether the training molecules of the starting proxy are kept; true too if there is no such proxy."""
    return not run.input_proxy.is_dir() or (run.input_proxy / FILE).is_file()


def note_forgetting(run: RunDirectory, progress: Progress) -> None:
    """Log a note if the proxy that the campaign starts from keeps no training molecules."""
    if not keeps_start(run):
        progress.log(
            f"the proxy that the campaign starts from keeps no training molecules ({run.relative(run.input_proxy)}/"
            f"{FILE} is missing): it is trained further on the values of this run alone, and forgets part of what it "
            "learnt before. To avoid that, train it again from its recipe (molgfn proxy train) and start from the new "
            "proxy."
        )


def examples_of(data: TrainingData) -> list[Example]:
    """Return the molecules of training data, in order."""
    columns = (data.smiles, data.values.tolist(), data.sides.tolist(), data.counts.tolist())
    return [Example(*row) for row in zip(*columns, strict=True)]


def with_lab(examples: Sequence[Example], rows: Sequence[LabRow], stereo: Stereo) -> list[Example]:
    """Return the training data of a proxy: other examples together with the lab's values.

    If the lab has measured a compound, its value replaces the other. Held-out compounds are left out.

    Parameters
    ----------
    examples : sequence of Example
    rows : sequence of LabRow
    stereo : "merge" or "keep"
        Whether stereoisomers are one compound, as in the keys of `rows`.
    """
    if not rows:
        return list(examples)
    lab_keys = {row.key for row in rows}
    kept = [example for example in examples if compound_key(example.smiles, stereo) not in lab_keys]
    return kept + [Example(row.smiles, row.value, row.side, row.n) for row in rows if not row.held_out]

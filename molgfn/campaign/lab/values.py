"""What a lab has measured for a campaign: which of it trains its proxies, and which of it only judges them."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from molgfn.assay.structures import structure_of
from molgfn.assay.table_import import Assay
from molgfn.campaign.record.rows import CompoundRow, LabRow
from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.campaign.record.store import Store
from molgfn.chem.standardise import MoleculeError, Stereo
from molgfn.direction import Direction
from molgfn.progress import Progress
from molgfn.proxy.data.compound_key import compound_key
from molgfn.proxy.data.from_assay import SIDES
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.data.training_molecules import FILE, kept_molecules, stereo_of_folder

HELD_OUT_SHARE = 0.2


@dataclass(frozen=True)
class Example:
    """A molecule and its value, or bound: see `molgfn.proxy.data.training_data.TrainingData`."""

    smiles: str
    value: float
    side: int = 0
    n: float = 1.0


def key_of(smiles: str, stereo: Stereo = "merge") -> str:
    """Return the first block of the InChIKey, by which compounds of tables are told apart; may be empty.

    Where stereoisomers are compounds of their own, the second block follows.
    """
    try:
        return structure_of(smiles, stereo).key
    except MoleculeError:
        return ""


def stereo_of_run(run: RunDirectory) -> Stereo:
    """Return what stereoisomers are to all proxies of a run, as to the one that it starts from."""
    return stereo_of_folder(run.input_proxy)


def lab_rows(store: Store) -> list[LabRow]:
    """Return what the lab has measured in the campaign's own quantity, by compound; the latest table counts."""
    return _latest(store, {row.version for row in store.retrainings() if row.used})


def lab_rows_in(store: Store, unit: str, direction: Direction) -> list[LabRow]:
    """Return what the lab has measured in some quantity, by compound; the latest table counts."""
    return _latest(
        store, {row.version for row in store.retrainings() if (row.unit, row.direction) == (unit, direction)}
    )


def _latest(store: Store, versions: Collection[int]) -> list[LabRow]:
    latest = {row.key: row for row in store.lab_values() if row.version in versions}
    return [latest[key] for key in sorted(latest)]


def rows_of_table(
    assay: Assay, version: int, compounds: Sequence[CompoundRow], earlier: Iterable[LabRow], trained_on: Collection[str]
) -> list[LabRow]:
    """Return the compounds of a table, each joined to the run's by id or structure, and held out or not.

    A compound of the run has no configuration: all its stereoisomers are joined to it.

    Every fifth or so of the new compounds is held out: which, follows from the structure alone. One that was held out
    before stays so, and one that a proxy may have learnt from is never held out.

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
        key = key_of(compound.smiles, assay.stereo)
        named = next((each for each in compound.ids if each in run_ids), by_key.get(key.partition("-")[0], ""))
        lab_id = next((each for each in compound.ids if each not in run_ids), "")
        held_out = decided.get(key, key not in trained_on and _is_drawn(key))
        side, n = SIDES[compound.relation], float(compound.n)
        rows.append(LabRow(version, key, compound.smiles, named, lab_id, compound.value, side, n, held_out))
    return rows


def _is_drawn(key: str) -> bool:
    digest = hashlib.sha256(f"held out {key}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48 < HELD_OUT_SHARE


def measured_in_run(store: Store) -> list[Example]:
    """Return the initial data and what the oracle has answered, in an order that does not depend on time."""
    smiles_of = {row.compound_id: row.smiles for row in store.compounds(status="completed")}
    answers = [row for row in store.measurements() if row.compound_id in smiles_of]
    return [Example(row.smiles, row.value) for row in store.initial_data()] + [
        Example(smiles_of[row.compound_id], row.value) for row in answers
    ]


def training_examples(run: RunDirectory, store: Store) -> list[Example]:
    """Return what the campaign's proxies learn from, but for the lab's values.

    That is all that was measured in the run, and what the proxy that the campaign starts from was trained on, or that
    would be forgotten. The campaign's own value counts where a compound is in both.
    """
    measured = measured_in_run(store)
    stereo = stereo_of_run(run)
    kept = kept_molecules(run.input_proxy, stereo)
    if kept is None:
        return measured
    renewed = {compound_key(example.smiles, stereo) for example in measured}
    return [example for example in examples_of(kept) if compound_key(example.smiles, stereo) not in renewed] + measured


def keeps_start(run: RunDirectory) -> bool:
    """Return whether what the proxy was trained on before the campaign, if there is one, can be learnt again."""
    return not run.input_proxy.is_dir() or (run.input_proxy / FILE).is_file()


def note_forgetting(run: RunDirectory, progress: Progress) -> None:
    """Tell the user where the proxy that the campaign starts from keeps no training molecules."""
    if not keeps_start(run):
        progress.log(
            f"the proxy that the campaign starts from keeps no training molecules ({run.relative(run.input_proxy)}/"
            f"{FILE} is missing): it goes on learning from the values of this run alone, and forgets part of what it "
            "knew. To avoid that, train it again from its recipe (molgfn proxy train) and start from the new one."
        )


def examples_of(data: TrainingData) -> list[Example]:
    """Return the molecules of training data, in order."""
    columns = (data.smiles, data.values.tolist(), data.sides.tolist(), data.counts.tolist())
    return [Example(*row) for row in zip(*columns, strict=True)]


def with_lab(known: Sequence[Example], rows: Sequence[LabRow], stereo: Stereo) -> list[Example]:
    """Return what a proxy is to learn from.

    The lab's value counts for a compound that it has measured, and one that is held out is left out altogether.

    Parameters
    ----------
    known : sequence of Example
    rows : sequence of LabRow
    stereo : "merge" or "keep"
        Whether stereoisomers are one compound, as in the keys of `rows`.
    """
    if not rows:
        return list(known)
    of_lab = {row.key for row in rows}
    kept = [example for example in known if key_of(example.smiles, stereo) not in of_lab]
    return kept + [Example(row.smiles, row.value, row.side, row.n) for row in rows if not row.held_out]

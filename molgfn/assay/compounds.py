"""Merges readings into compounds, and finds contradictions between replicates."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from molgfn.assay.quantities import Quantity
from molgfn.assay.rows import Reading
from molgfn.assay.values import Relation


@dataclass(frozen=True, slots=True)
class MeasuredCompound:
    """A compound with its measured value.

    Attributes
    ----------
    ids : tuple of str
        In the order of the table.
    smiles : str
        Standard SMILES; of several tautomers the one that most rows have.
    value : float
        Mean over replicates; if all are bounds, the tightest bound.
    relation : "=", "<" or ">"
        Relation of the true value to `value`.
    n : int
        Number of readings in the mean; for a bound, of the readings that agree with it.
    sd : float
        Standard deviation of these readings; NaN for fewer than two.
    day : str
        Of the first reading that has one.
    lines : tuple of int
        Of every reading of the compound.
    remarks : tuple of str
        Contradictions between readings.
    configurations : int
        Number of merged stereoisomers; a structure without configuration counts as one.
    isomers_differ : bool
        Whether the stereoisomers contradict each other.
    """

    ids: tuple[str, ...]
    smiles: str
    value: float
    relation: Relation
    n: int
    sd: float
    day: str
    lines: tuple[int, ...]
    remarks: tuple[str, ...] = ()
    configurations: int = 1
    isomers_differ: bool = False


@dataclass(frozen=True)
class UnresolvedReadings:
    """Readings that cannot be merged into one compound, with the reason."""

    readings: tuple[Reading, ...]
    reason: str
    found: str


def merge_readings(
    readings: Iterable[Reading], quantity: Quantity
) -> tuple[list[MeasuredCompound], list[UnresolvedReadings]]:
    """Merge readings of one structure; ids with several structures, and bounds from both sides, are left out.

    Returns
    -------
    compounds : list of MeasuredCompound
        In the order of their first lines.
    unresolved : list of UnresolvedReadings
    """
    by_key: dict[str, list[Reading]] = defaultdict(list)
    first_key: dict[str, str] = {}
    torn: dict[str, set[str]] = {}
    for reading in readings:
        name, key = reading.compound_id, reading.structure.key
        by_key[key].append(reading)
        if name and first_key.setdefault(name, key) != key:
            torn.setdefault(name, {first_key[name]}).add(key)
    compounds: list[MeasuredCompound] = []
    left: dict[str, list[Reading]] = defaultdict(list)
    unresolved: list[UnresolvedReadings] = []
    for group in by_key.values():
        for reading in group:
            if reading.compound_id in torn:
                left[reading.compound_id].append(reading)
        kept = [reading for reading in group if reading.compound_id not in torn]
        if not kept:
            continue
        merged = _compound(kept, quantity)
        if isinstance(merged, MeasuredCompound):
            compounds.append(merged)
        else:
            unresolved.append(merged)
    for name, torn_readings in left.items():
        words = f"{name!r} stands for {len(torn[name])} structures"
        unresolved.append(UnresolvedReadings(tuple(torn_readings), "one id, several structures", words))
    return sorted(compounds, key=lambda compound: compound.lines[0]), unresolved


def _compound(group: Sequence[Reading], quantity: Quantity) -> MeasuredCompound | UnresolvedReadings:
    exact = [reading.value for reading in group if reading.relation == "="]
    above = [reading.value for reading in group if reading.relation == ">"]
    below = [reading.value for reading in group if reading.relation == "<"]
    if not exact and above and below:
        words = f"above {max(above):.2f} and below {min(below):.2f} {quantity.unit}"
        return UnresolvedReadings(tuple(group), "bounds from both sides", words)
    value, relation, n = _level(exact, above, below)
    isomers = _means_by_configuration(group)
    isomers_differ = len(isomers) > 1 and max(isomers) - min(isomers) > quantity.conflict_range
    remarks = [f"stereoisomers from {min(isomers):.2f} to {max(isomers):.2f}"] if isomers_differ else []
    return MeasuredCompound(
        ids=tuple(dict.fromkeys(reading.compound_id for reading in group if reading.compound_id)),
        smiles=Counter(reading.structure.smiles for reading in group).most_common(1)[0][0],
        value=value,
        relation=relation,
        n=n,
        sd=float(np.std(exact, ddof=1)) if len(exact) > 1 else math.nan,
        day=next((reading.day for reading in group if reading.day), ""),
        lines=tuple(reading.line for reading in group),
        remarks=(*remarks, *_contradictions(exact, above, below, quantity)),
        configurations=len({reading.structure.configuration for reading in group}),
        isomers_differ=isomers_differ,
    )


def _means_by_configuration(group: Sequence[Reading]) -> list[float]:
    """Return the mean of the exact values for each configuration."""
    values: dict[str, list[float]] = defaultdict(list)
    for reading in group:
        if reading.relation == "=":
            values[reading.structure.configuration].append(reading.value)
    return [math.fsum(each) / len(each) for each in values.values()]


def _level(exact: Sequence[float], above: Sequence[float], below: Sequence[float]) -> tuple[float, Relation, int]:
    if exact:
        return math.fsum(exact) / len(exact), "=", len(exact)
    return (max(above), ">", len(above)) if above else (min(below), "<", len(below))


def _contradictions(
    exact: Sequence[float], above: Sequence[float], below: Sequence[float], quantity: Quantity
) -> list[str]:
    if not exact:
        return []
    remarks = []
    if max(exact) - min(exact) > quantity.conflict_range:
        remarks.append(f"replicates from {min(exact):.2f} to {max(exact):.2f}")
    if above and max(above) > min(exact) + quantity.conflict_range:
        remarks.append(f"measured {min(exact):.2f}, but also > {max(above):.2f}")
    if below and min(below) < max(exact) - quantity.conflict_range:
        remarks.append(f"measured {max(exact):.2f}, but also < {min(below):.2f}")
    return remarks


@dataclass(frozen=True)
class Noise:
    """Replicate noise: pooled standard deviation, from how many compounds and degrees of freedom; NaN without any."""

    sd: float
    compounds: int
    freedom: int


def replicate_noise(compounds: Iterable[MeasuredCompound]) -> Noise:
    """Return the standard deviation of a single reading, pooled over all compounds with replicates."""
    repeated = [compound for compound in compounds if compound.n > 1 and math.isfinite(compound.sd)]
    freedom = sum(compound.n - 1 for compound in repeated)
    total = math.fsum((compound.n - 1) * compound.sd**2 for compound in repeated)
    return Noise(math.sqrt(total / freedom) if freedom else math.nan, len(repeated), freedom)

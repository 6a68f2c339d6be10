"""The splits that a proxy is judged on, chosen before anything is trained."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from molgfn.errors import DataError
from molgfn.progress import Progress
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.evaluation.splits import Split, SplitKind, folds, time_split
from molgfn.proxy.train import check_trainable

MOST: tuple[SplitKind, ...] = ("scaffold", "random", "time")
"""All kinds. The first is most like a design campaign, which asks for scaffolds that nobody has measured."""


@dataclass(frozen=True)
class Plan:
    """Splits of one kind; the training on `parts[i]` has `seeds[i]`."""

    kind: SplitKind
    folds: int
    repeats: int
    parts: tuple[Split, ...]
    seeds: tuple[int, ...]


def plan(kind: SplitKind, data: TrainingData, n_folds: int, repeats: int, seed: int) -> Plan:
    """Return the splits of one kind.

    By time there is one split, whose test part has the size of one fold; molecules without a date are in neither part.

    Raises
    ------
    DataError
        If the data have too few scaffolds or dates, a training part is too small to learn from, or all values to be
        judged are bounds.
    """
    if kind == "time":
        return _checked(Plan(kind, 1, 1, (_by_time(data, 1 / n_folds),), (seed,)), data)
    seeds = tuple(seed + repeat for repeat in range(repeats))
    parts = [part for fold_seed in seeds for part in folds(kind, data.smiles, n_folds, fold_seed)]
    return _checked(Plan(kind, n_folds, repeats, tuple(parts), tuple(np.repeat(seeds, n_folds).tolist())), data)


def plans(
    kinds: Sequence[SplitKind] | None,
    data: TrainingData,
    n_folds: int,
    repeats: int,
    seed: int,
    progress: Progress,
) -> list[Plan]:
    """Return the splits of several kinds.

    Parameters
    ----------
    kinds : sequence or None
        None: all that the data allow; the others are logged with the reason.
    data : TrainingData
    n_folds, repeats, seed : int
    progress : Progress

    Raises
    ------
    DataError
        If the data do not allow a kind that was asked for, or none.
    """
    if kinds is not None:
        return [plan(kind, data, n_folds, repeats, seed) for kind in kinds]
    made = [plan("random", data, n_folds, repeats, seed)]
    for kind in MOST:
        if kind == "random" or (kind == "time" and not data.days):
            continue
        try:
            made.append(plan(kind, data, n_folds, repeats, seed))
        except DataError as error:
            progress.log(f"not judged on {kind} splits: {error}")
    return sorted(made, key=lambda splits: MOST.index(splits.kind))


def _checked(made: Plan, data: TrainingData) -> Plan:
    for parts in made.parts:
        check_trainable(data.take(parts.train))
    judged = np.concatenate([parts.test for parts in made.parts])
    if not (data.sides[judged] == 0).any():
        raise DataError(f"all {len(judged)} values to be judged are bounds")
    return made


def _by_time(data: TrainingData, test_fraction: float) -> Split:
    if not data.days:
        raise DataError(
            "no molecule has a date: no split by time can be made",
            "Dates are read from an assay table with such a column (a recipe with [assay]).",
        )
    dated = np.array([row for row, day in enumerate(data.days) if day], dtype=np.int64)
    parts = time_split([data.days[row] for row in dated], test_fraction)
    return Split(dated[parts.train], dated[parts.test])

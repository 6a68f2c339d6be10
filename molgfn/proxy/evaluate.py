"""Honest evaluation: the proxy and its baselines on the same held-out molecules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from molgfn.oracles.base import Direction
from molgfn.proxy.baselines import BASELINES
from molgfn.proxy.data import TrainingData
from molgfn.proxy.featurise import featurise_smiles
from molgfn.proxy.metrics import Metrics, Uncertainty, judge, judge_std
from molgfn.proxy.settings import ProxySettings, TrainingEpoch
from molgfn.proxy.splits import SplitKind, split
from molgfn.proxy.training import train_proxy

PROXY = "proxy"


@dataclass(frozen=True)
class Evaluation:
    """What each method reached on each split; `metrics[method][i]` and `uncertainty[i]` belong to `seeds[i]`."""

    kind: SplitKind
    seeds: tuple[int, ...]
    n_train: tuple[int, ...]
    metrics: dict[str, tuple[Metrics, ...]]
    uncertainty: tuple[Uncertainty, ...]
    """Of the proxy."""


def evaluate(
    data: TrainingData,
    kind: SplitKind,
    seeds: Sequence[int],
    test_fraction: float,
    *,
    unit: str,
    direction: Direction,
    settings: ProxySettings,
    on_epoch: Callable[[TrainingEpoch], None] = lambda _: None,
) -> Evaluation:
    """Train the proxy and every baseline on one split a seed and judge them on its test part.

    Each training sees the training part alone; the seed of a split is the seed of what is trained on it. Bounds teach
    the proxy alone, and nobody is judged by them.
    """
    heavy_atoms = featurise_smiles(data.smiles).n_atoms
    smiles = np.array(data.smiles, dtype=object)
    found: dict[str, list[Metrics]] = {method: [] for method in (PROXY, *BASELINES)}
    n_train: list[int] = []
    uncertainty: list[Uncertainty] = []
    for seed in seeds:
        parts = split(kind, data.smiles, test_fraction, seed)
        known = data.take(parts.train)
        measured = known.take(np.flatnonzero(known.sides == 0))
        judged = parts.test[data.sides[parts.test] == 0]
        test, truth = list(smiles[judged]), data.values[judged]
        proxy = train_proxy(
            known.smiles,
            known.values,
            unit=unit,
            direction=direction,
            settings=settings,
            seed=seed,
            sides=known.sides,
            counts=known.counts,
            on_epoch=on_epoch,
        )
        own = proxy.predict(test)
        predicted: dict[str, NDArray[np.float64]] = {PROXY: own.mean}
        predicted |= {
            method: baseline(measured.smiles, measured.values, test, seed) for method, baseline in BASELINES.items()
        }
        for method, values_of_method in predicted.items():
            found[method].append(judge(values_of_method, truth, heavy_atoms[judged]))
        uncertainty.append(judge_std(own.mean, own.std, truth))
        n_train.append(len(known))
    metrics = {method: tuple(one_a_seed) for method, one_a_seed in found.items()}
    return Evaluation(kind, tuple(seeds), tuple(n_train), metrics, tuple(uncertainty))

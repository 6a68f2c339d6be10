"""The reward of a molecule: terms, and how they are combined."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from molgfn.campaign.reward.combination import Combination, Product
from molgfn.campaign.reward.constraints import Constraints
from molgfn.campaign.reward.scoring import Scoring
from molgfn.campaign.reward.terms import AcquisitionTerm, ConstraintsTerm, Predicted, PredictedMolecules, Term
from molgfn.errors import MolgfnError
from molgfn.files import write_text

Array = NDArray[np.float64]
_CACHE_FILE = "rewards.json"
_MOST_ASSESSED = 100_000
"""Assessments that are kept at most: a search may go through a catalogue of a million molecules."""


class Predictor(Protocol):
    """The part of a proxy that a reward needs."""

    def predict(self, smiles: Sequence[str]) -> Predicted: ...
    def process(self, smiles: Sequence[str]) -> Predicted | None:
        """Return what a second model predicts, a Gaussian process on the training molecules; None without these."""
        ...


@dataclass(frozen=True)
class Assessment:
    """Prediction, acquisition and reward of B molecules; every array has shape (B,).

    `std` is NaN if the proxy gives no error bars.
    """

    mean: Array
    std: Array
    acquisition: Array
    log_reward: Array


class Objective:
    """Reward of molecules, a function of the molecule alone.

    Parameters
    ----------
    proxy : Predictor
        Predicts once for all terms.
    acquisition : AcquisitionTerm
        The term by which batches are chosen.
    others : sequence of Term
    combination : Combination
        Combines the desirabilities of `acquisition` and `others`, in this order, into one reward.
    second_model : bool
        Whether the Gaussian process of the proxy has a say in the acquisition.
    error_scale : float
        Of the standard deviations of an assessment, see `scale_of`; the acquisition does not depend on it.
    """

    def __init__(
        self,
        proxy: Predictor,
        acquisition: AcquisitionTerm,
        others: Sequence[Term],
        combination: Combination,
        second_model: bool = False,
        error_scale: float = 1.0,
    ) -> None:
        self._proxy, self._acquisition, self._others, self._combination = proxy, acquisition, others, combination
        self._second_model, self._error_scale = second_model, error_scale
        self._cache: dict[str, float] = {}
        self._assessed: dict[str, tuple[float, float, float, float]] = {}

    def __call__(self, smiles: Sequence[str]) -> Array:
        """Return log_reward, shape (B,); a molecule seen before is not scored again."""
        fresh = [text for text in dict.fromkeys(smiles) if text not in self._cache]
        if fresh:
            self._cache.update((text, row[-1]) for text, row in zip(fresh, self._assess(fresh), strict=True))
        return np.array([self._cache[text] for text in smiles], dtype=np.float64)

    def assess(self, smiles: Sequence[str], least: float = -np.inf) -> Assessment:
        """Predict and score molecules; those that were assessed before are not predicted again.

        Parameters
        ----------
        smiles : sequence of str, length B
        least : float
            Molecules whose acquisition alone gives a lower log reward get minus infinity, which saves the other terms.

        Raises
        ------
        MolgfnError
            If the proxy predicts a value that is not a number.
        """
        if len(self._assessed) > _MOST_ASSESSED:
            self._assessed.clear()
        fresh = [text for text in dict.fromkeys(smiles) if text not in self._assessed]
        rows = dict(zip(fresh, self._assess(fresh, least), strict=True)) if fresh else {}
        self._assessed.update((text, row) for text, row in rows.items() if np.isfinite(row[-1]))
        table = [self._assessed[text] if text in self._assessed else rows[text] for text in smiles]
        return Assessment(*np.array(table).reshape(len(smiles), 4).T)

    def bound(self, smiles: Sequence[str]) -> Array:
        """Return what the log reward of each molecule cannot exceed, shape (B,); without a second model infinity.

        The less good of two predicted means is never better than that of the process, every acquisition grows with the
        mean, and no other term has a desirability above 1.
        """
        process = self._proxy.process(smiles) if self._second_model and smiles else None
        if process is None:
            return np.full(len(smiles), np.inf)
        molecules = PredictedMolecules(smiles, np.asarray(process.mean, np.float64), process.std, process)
        desirability = self._acquisition.desirability(self._acquisition.values(molecules))
        return self._combination.log_reward([desirability])

    def _assess(self, smiles: Sequence[str], least: float = -np.inf) -> list[tuple[float, float, float, float]]:
        """Return the columns of an assessment for each molecule."""
        molecules = self._predicted(smiles)
        acquisition = self._acquisition.values(molecules)
        desirability = self._acquisition.desirability(acquisition)
        log_reward = self._combination.log_reward([desirability])
        rows = np.flatnonzero(log_reward >= least)
        some = molecules if len(rows) == len(smiles) else molecules.take(rows)
        others = [term.desirability(term.values(some)) for term in self._others]
        log_reward = np.full(len(smiles), -np.inf)
        log_reward[rows] = self._combination.log_reward([desirability[rows], *others])
        columns = (molecules.mean, self._error_scale * molecules.error_bars, acquisition, log_reward)
        return list(zip(*(column.tolist() for column in columns), strict=True))

    def save(self, folder: Path) -> None:
        """Keep every reward given so far.

        Predictions of one molecule in two different batches may differ in the last digit. So training can only continue
        exactly with the same rewards. For the same reason no reward is ever removed.
        """
        write_text(folder / _CACHE_FILE, json.dumps(self._cache))

    def load(self, folder: Path) -> None:
        """Restore what `save` kept."""
        self._cache = json.loads((folder / _CACHE_FILE).read_text(encoding="utf-8"))

    def _predicted(self, smiles: Sequence[str]) -> PredictedMolecules:
        predicted = self._proxy.predict(smiles)
        mean, std = np.asarray(predicted.mean, np.float64), np.asarray(predicted.std, np.float64)
        wrong = np.flatnonzero(~np.isfinite(mean) | np.isinf(std))
        if wrong.size:
            raise MolgfnError(
                f"the proxy predicts {mean[wrong[0]]} +- {std[wrong[0]]} for {smiles[wrong[0]]}",
                "Retrain the proxy: its weights are damaged.",
            )
        process = self._proxy.process(smiles) if self._second_model else None
        return PredictedMolecules(smiles, mean, std, process)


def acquisition_times_constraints(
    proxy: Predictor,
    scoring: Scoring,
    constraints: Constraints,
    *,
    unit: str,
    exponent: float,
    floor: float,
    size_correction: float = 0.0,
    second_model: bool = False,
    error_scale: float = 1.0,
) -> Objective:
    r"""Return the reward of a campaign: the score of the acquisition times how well the constraints are met.

    .. math:: \log R = \beta \, (\log f(\text{score}) + \log f(\text{desirability})), \quad f(x) = c + (1 - c) x

    with the exponent :math:`\beta` and the floor :math:`c`, so that :math:`2 \beta \log c \le \log R \le 0`. The
    acquisition is that of predictions with `size_correction` and `second_model`, see `AcquisitionTerm`.
    """
    terms = AcquisitionTerm(scoring, unit, size_correction), [ConstraintsTerm(constraints)]
    return Objective(proxy, *terms, Product(exponent, floor), second_model, error_scale)

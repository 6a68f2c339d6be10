"""The facts of a model card: what a proxy was trained on, and how good it is."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from molgfn.assay.compounds import Noise
from molgfn.chem.standardise import Stereo
from molgfn.proxy.data.training_data import BadRow, TrainingData
from molgfn.proxy.description import ProxyInfo
from molgfn.proxy.evaluation.cross_validation import PROXY, Held
from molgfn.proxy.evaluation.held_out import HeldOutEvaluation
from molgfn.proxy.settings import ProxySettings
from molgfn.proxy.uncertainty.calibration import LEVELS
from molgfn.proxy.uncertainty.limits import Limits, limits

WORST = 10
"""Predictions that are shown one by one."""
_STEREO: dict[Stereo, str] = {
    "merge": "Stereoisomers are one compound to it: R and S, or E and Z, get the same prediction.",
    "keep": "Stereoisomers are compounds of their own to it: it sees R and S, E and Z, and a drawing without "
    "configuration is another compound.",
}


@dataclass(frozen=True)
class DataFacts:
    """The training data of a proxy; `mean`, `std`, `least` and `most` are of the exact values, without bounds."""

    file: str
    sha256: str
    rows: int
    not_completed: int
    bad_rows: tuple[BadRow, ...]
    merged: int
    molecules: int
    bounds: int
    undated: int | None
    mean: float
    std: float
    least: float
    most: float

    @classmethod
    def of(cls, data: TrainingData, file: str, sha256: str) -> "DataFacts":
        """Return the facts of data that were read from a file."""
        measured = data.values[data.sides == 0]
        return cls(
            file,
            sha256,
            data.n_rows,
            data.n_not_completed,
            data.bad_rows,
            data.n_merged,
            len(data),
            int((data.sides != 0).sum()),
            data.days.count("") if data.days else None,
            *(float(number) for number in (measured.mean(), measured.std(), measured.min(), measured.max())),
        )


@dataclass(frozen=True)
class WorstPrediction:
    """A molecule that was predicted badly by a proxy that was not trained on it; None: not known."""

    smiles: str
    measured: float
    predicted: float
    std: float | None
    in_domain: bool | None
    similarity: float
    nearest: str


@dataclass(frozen=True)
class Card:
    """Everything a card says.

    Attributes
    ----------
    verdict : str
    description : str
        What the values are.
    info : ProxyInfo
    settings : ProxySettings
    data : DataFacts
    noise : Noise or None
        Replicate noise of the assay; None where the table has no replicates.
    evaluations : sequence of HeldOutEvaluation
        The first one decides the verdict; plots and worst predictions are of it.
    worst : sequence of WorstPrediction
    epochs : sequence of int
        Of each member of the proxy; empty for a forest.
    """

    verdict: str
    description: str
    info: ProxyInfo
    settings: ProxySettings
    data: DataFacts
    noise: Noise | None
    evaluations: Sequence[HeldOutEvaluation]
    worst: Sequence[WorstPrediction]
    epochs: Sequence[int]

    @property
    def limits(self) -> Limits:
        """What the final proxy does not give: error bars, domain."""
        return limits(self.info.calibration, self.info.domain, self.info.unit, keeps_molecules=True)

    @property
    def stereo(self) -> str:
        """What stereoisomers are to the proxy, in one sentence."""
        return _STEREO[self.info.stereo]

    def as_json(self) -> dict[str, Any]:
        """Return the card for programs; what is undefined is null."""
        info = self.info.model_dump()
        kept = ("name", "unit", "direction", "model", "members", "stereo", "seed", "versions", "data_sha256")
        content = {
            "verdict": self.verdict,
            "description": self.description,
            **{key: info[key] for key in kept},
            "data": asdict(self.data),
            "noise": None if self.noise is None else asdict(self.noise),
            "evaluations": [asdict(evaluation) for evaluation in self.evaluations],
            "levels": LEVELS,
            "calibration": info["calibration"],
            "domain": info["domain"],
            "limits": self.limits.sentences,
            "worst": [asdict(prediction) for prediction in self.worst],
            "settings": self.settings.model_dump(),
            "epochs": self.epochs,
        }
        return {key: without_nan(value) for key, value in content.items()}


def worst_predictions(held: Held, smiles: Sequence[str]) -> list[WorstPrediction]:
    """Return the molecules with the largest errors of prediction, each once, the worst first."""
    predicted, self_assessment = held.predicted[PROXY], held.self_assessment
    assert self_assessment is not None, "the proxy was left out"
    rows = list(range(len(predicted)))
    rows.sort(key=lambda row: -abs(predicted[row] - held.measured[row]))
    first = {int(held.molecule[row]): row for row in reversed(rows)}
    return [
        WorstPrediction(
            smiles[held.molecule[row]],
            float(held.measured[row]),
            float(predicted[row]),
            float(self_assessment.bars.std[row]) if self_assessment.bars else None,
            bool(self_assessment.in_domain[row]) if self_assessment.in_domain is not None else None,
            float(self_assessment.similarity[row]),
            self_assessment.nearest[row],
        )
        for row in sorted(first.values(), key=rows.index)[:WORST]
    ]


def without_nan(value: Any) -> Any:
    """Return content for JSON, with null for every number that is undefined."""
    if isinstance(value, Mapping):
        return {key: without_nan(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(part) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value

"""The rows of a campaign's record."""

from dataclasses import dataclass
from typing import Literal, get_args

from molgfn.direction import Direction
from molgfn.oracles.interfaces import MEASURED_VALUE

Status = Literal["proposed", "pending", "completed", "failed", "abandoned"]
"""proposed: never sent to the oracle; pending: sent, no answer yet; completed: measured; failed: the oracle could not
answer; abandoned: nobody waits for an answer any more."""
STATUSES: tuple[Status, ...] = get_args(Status)
PhaseName = Literal["propose", "select", "query", "learn"]
PHASES: tuple[PhaseName, ...] = get_args(PhaseName)


@dataclass(frozen=True)
class CompoundRow:
    """A molecule once proposed; `blocks` are block SMILES, `batch_round` the round that sent it to the oracle."""

    compound_id: str
    smiles: str
    inchikey: str
    blocks: tuple[str, ...]
    round: int
    status: Status
    batch_round: int | None


@dataclass(frozen=True)
class PredictionRow:
    """What one proxy predicts of a compound for one round.

    The mean and the standard deviation are in `unit`; `pred_std` is None where the proxy has no error bar. `property`
    names what is predicted, such as "docking score". Round N is predicted by the proxy that round N - 1 ended with.
    `source_model` names the sampler that first proposed the compound and the proxy, by their folders in the run.
    `nn_smiles` is the nearest molecule that the proxy was trained on, `nn_similarity` how near it is, and `in_domain`
    whether that is near enough; None where the proxy does not know.
    """

    compound_id: str
    round: int
    pred_mean: float
    pred_std: float | None
    acquisition: float
    log_reward: float
    source_model: str
    in_domain: bool | None = None
    nn_similarity: float | None = None
    nn_smiles: str = ""
    property: str = MEASURED_VALUE
    unit: str = ""


@dataclass(frozen=True)
class MeasurementRow:
    """A value that the oracle gave; `property` names what was measured, such as "docking score"."""

    measurement_id: int
    compound_id: str
    round: int
    property: str
    value: float
    unit: str
    docked_smiles: str
    wall_s: float
    recorded_at: str


@dataclass(frozen=True)
class FailureRow:
    """A compound whose `property` the oracle could not measure, kept even if it is asked again later."""

    failure_id: int
    compound_id: str
    round: int
    property: str
    code: str
    message: str
    wall_s: float
    recorded_at: str


@dataclass(frozen=True)
class RejectedRow:
    """A molecule that was sampled but may not be proposed, and why."""

    round: int
    smiles: str
    reason: str


@dataclass(frozen=True)
class PhaseRow:
    """A phase that is finished."""

    round: int
    phase: PhaseName
    finished_at: str


@dataclass(frozen=True)
class InitialRow:
    """A molecule of the initial data, standardised, and its value.

    `property` and `unit` tell what the value is; they are empty where neither the table nor the oracle says so.
    """

    smiles: str
    value: float
    property: str = ""
    unit: str = ""


@dataclass(frozen=True)
class RetrainingRow:
    """A proxy that was trained on a lab's table between two rounds.

    `round` is the last one that was learnt from before; the proxy is in `folder` and went on from that in `base`, both
    relative to the run. `used` tells whether the rounds after go on with it: one of another quantity than the oracle's
    is kept beside. `file` and `sha256` are those of the table.
    """

    version: int
    round: int
    folder: str
    base: str
    unit: str
    direction: Direction
    used: bool
    file: str
    sha256: str
    recorded_at: str


@dataclass(frozen=True)
class LabRow:
    """A compound of a lab's table, in the unit of the retraining that it came with.

    `key` is the first block of the InChIKey, by which compounds are told apart, with the second where the proxy keeps
    stereoisomers apart; `compound_id` is that of the run, if it is one of it, and `lab_id` that of the table; both may
    be empty. `side` is 0 for a value, -1 or 1 where the true one is below or above, and `n` the number of readings. A
    compound that is `held_out` judges proxies and trains none.
    """

    version: int
    key: str
    smiles: str
    compound_id: str
    lab_id: str
    value: float
    side: int
    n: float
    held_out: bool

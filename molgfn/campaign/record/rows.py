"""The rows of a campaign's record."""

from dataclasses import dataclass
from typing import Literal, get_args

from molgfn.direction import Direction
from molgfn.oracles.interfaces import MEASURED_VALUE

Status = Literal["proposed", "pending", "completed", "failed", "abandoned"]
"""proposed: never sent to the oracle; pending: sent, no answer yet; completed: the oracle gave a value; failed: the
oracle could give no value; abandoned: the campaign no longer waits for the answer."""
STATUSES: tuple[Status, ...] = get_args(Status)
PhaseName = Literal["propose", "select", "query", "learn"]
PHASES: tuple[PhaseName, ...] = get_args(PhaseName)


@dataclass(frozen=True)
class CompoundRow:
    """A proposed molecule; `blocks` are block SMILES, `batch_round` is the round that sent it to the oracle."""

    compound_id: str
    smiles: str
    inchikey: str
    blocks: tuple[str, ...]
    round: int
    status: Status
    batch_round: int | None


@dataclass(frozen=True)
class PredictionRow:
    """The prediction of one proxy for a compound in one round.

    The mean and the standard deviation are in `unit`; `pred_std` is None if the proxy has no error bar. `property`
    names the predicted quantity, such as "docking score". The proxy at the end of round N - 1 predicts round N.
    `source_model` names the sampler that first proposed the compound and the proxy, by their folders in the run.
    `nn_smiles` is the nearest training molecule of the proxy and `nn_similarity` its similarity. `in_domain` tells
    whether this is near enough; None if the proxy has no domain.
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
    """A value of the oracle; `property` names the quantity, such as "docking score"."""

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
class SpeciesRow:
    """A protonation state and stereoisomer that was docked for a measurement; see `DockedSpecies`."""

    measurement_id: int
    smiles: str
    score: float | None
    message: str


@dataclass(frozen=True)
class FailureRow:
    """A failure of the oracle for a compound; it is kept even if the compound is sent again later."""

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
    """A molecule that was sampled but breaks a constraint, with the reason."""

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

    `property` and `unit` name the quantity; they are empty if neither the table nor the oracle gives them.
    """

    smiles: str
    value: float
    property: str = ""
    unit: str = ""


@dataclass(frozen=True)
class RetrainingRow:
    """A proxy that was trained on a lab's table between two rounds.

    `round` is the last finished round at that time. The proxy is in `folder`; it was trained further from the proxy in
    `base`. Both paths are relative to the run. `used` tells whether later rounds use the new proxy: a proxy of another
    quantity than the oracle's is kept, but not used. `file` and `sha256` are those of the table.
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

    `key` is the first block of the InChIKey, which identifies the compound; the second block follows where the proxy
    keeps stereoisomers apart. `compound_id` is its id in the run, and `lab_id` its id in the table; both may be empty.
    `side` is 0 for an exact value, -1 or 1 if the true value is below or above. `n` is the number of readings. A
    `held_out` compound is used to judge proxies, and never to train them.
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

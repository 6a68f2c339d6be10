"""A few steps of a campaign, to estimate their time and the share of usable molecules."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from molgfn.campaign.file.sections import Campaign
from molgfn.campaign.models.agreement import Quantity
from molgfn.campaign.models.build import CampaignParts
from molgfn.campaign.models.constraints import constraints_of
from molgfn.campaign.models.interfaces import FlowTrainer, PriorTrainer, ProxyEpoch, Source
from molgfn.campaign.phases.propose import SAMPLES_AT_ONCE
from molgfn.campaign.reward.constraints import Constraints
from molgfn.campaign.reward.objective import Predictor, acquisition_times_constraints
from molgfn.campaign.reward.scoring import Scoring
from molgfn.campaign.sources.build import give_all
from molgfn.chem.standardise import parse_smiles
from molgfn.proxy.data.training_data import read_table
from molgfn.proxy.proxy import Proxy

SAMPLED = 200
"""Random molecules; to draw them takes a while."""
SAMPLED_OF_LAW = 2_000
"""Molecules of the library's law, which is fast."""
_PREPARED = 256
"""Molecules drawn for the training of the flow network."""
_MOLECULES = 64
_STEPS = 3
_EPOCHS = 3


class _EnoughError(Exception):
    """Ends the training of the proxy after a few epochs."""


@dataclass(frozen=True)
class Rehearsal:
    """The results of a few steps.

    Attributes
    ----------
    of_law : bool
        Whether the sampled molecules are of the library's law, as those of a campaign with a prior.
    sampled, meeting : int
        Random molecules, and how many of them meet all constraints.
    broken : Counter of str
        Number of molecules that do not meet each constraint.
    structures : float
        Mean number of structures of a molecule that the oracle works on.
    flow_s, later_s : float
        Seconds of the training of the flow network on the reward, in the first round and in each later one.
    collect_s : float
        Seconds of a round for the candidates: searches, and drawing from the trained flow network.
    prior_s : float
        Seconds of the training on the prior; 0 if none is needed.
    pass_s : float
        Seconds of one network for one molecule in one pass over the data.
    known : int
        Training molecules of the proxy before the first round.
    """

    of_law: bool
    sampled: int
    meeting: int
    broken: Counter[str]
    structures: float
    flow_s: float
    later_s: float
    collect_s: float
    prior_s: float
    pass_s: float
    known: int

    def collecting_s(self, campaign: Campaign) -> float:
        """Return an estimate of the seconds for the candidates of all rounds."""
        return campaign.campaign.rounds * self.collect_s

    def training_s(self, campaign: Campaign) -> float:
        """Return an estimate of the seconds that all training of a campaign takes."""
        plan, proxy = campaign.campaign, campaign.proxy
        passes = 0 if proxy.start is not None else proxy.epochs * self.known
        passes += sum(
            proxy.fine_tune_epochs * (self.known + number * plan.batch_size) for number in range(1, plan.rounds + 1)
        )
        flow_s = self.flow_s + (plan.rounds - 1) * self.later_s
        return self.prior_s + flow_s + proxy.members * passes * self.pass_s


@dataclass(frozen=True)
class _Guess:
    mean: NDArray[np.float64]
    std: NDArray[np.float64]


class _SameForAll:
    """Predicts the same value for every molecule, without computing time."""

    def __init__(self, value: float) -> None:
        self._value = value

    def predict(self, smiles: Sequence[str]) -> _Guess:
        return _Guess(np.full(len(smiles), self._value), np.zeros(len(smiles)))

    def process(self, smiles: Sequence[str]) -> None:
        del smiles


def rehearse(campaign: Campaign, oracle: Quantity) -> Rehearsal:
    """Sample random molecules, and train a flow network and a proxy for a few steps; nothing is kept."""
    parts = CampaignParts(campaign)
    constraints = constraints_of(campaign)
    of_law = campaign.prior.weight > 0 and campaign.core is None
    samples = parts.random_samples(SAMPLED_OF_LAW if of_law else SAMPLED, campaign.campaign.seed)
    smiles = [sample.smiles for sample in samples]
    mols = [parse_smiles(text) for text in smiles]
    violations = [{violation.constraint for violation in constraints.violations(mol)} for mol in mols]
    return Rehearsal(
        of_law,
        len(smiles),
        sum(not names for names in violations),
        Counter(name for names in violations for name in names),
        float(np.mean([campaign.oracle.structures(mol) for mol in mols])),
        *_flow_seconds(campaign, parts, oracle, constraints),
        _prior_seconds(campaign, parts),
        _pass_seconds(campaign, parts, oracle, smiles[:_MOLECULES]),
        _known_molecules(campaign),
    )


def _flow_seconds(
    campaign: Campaign, parts: CampaignParts, oracle: Quantity, constraints: Constraints
) -> tuple[float, float, float]:
    """Return the seconds of the training of the first round and of a later one, and those for the candidates."""
    section = campaign.objective
    start = campaign.proxy.start
    proxy: Predictor = _SameForAll(section.worst) if start is None else parts.load_proxy(start)
    scoring = Scoring("greedy", 0.0, worst=section.worst, best=section.best)
    reward = acquisition_times_constraints(
        proxy, scoring, constraints, unit=oracle.unit, exponent=section.exponent, floor=section.floor
    )
    trainer, steps = parts.flow_trainer(reward, campaign.campaign.seed), campaign.sampler.steps
    started = time.monotonic()
    trainer.prepare(_PREPARED)
    molecule_s, step_s = (time.monotonic() - started) / _PREPARED, _seconds_of_a_step(trainer)
    sources = parts.sources()
    if give_all(sources):
        first = later = 0.0
    else:
        first, later = (n * step_s + trainer.drawn(n) * molecule_s for n in (steps, parts.later_steps() or steps))
    return first, later, molecule_s * _scored(campaign, sources)


def _scored(campaign: Campaign, sources: Sequence[Source]) -> int:
    """Return about how many molecules are scored in a round for its candidates."""
    proposals, wanted = campaign.campaign.proposals, 0
    total = 0
    for source in sources:
        wanted += round(source.share * proposals)
        total += source.scored(round(source.share * proposals))
    draws = campaign.prior.draws if campaign.prior.weight else 1
    calls = -(-max(proposals - wanted, 0) // SAMPLES_AT_ONCE)
    return total + calls * SAMPLES_AT_ONCE * draws


def _prior_seconds(campaign: Campaign, parts: CampaignParts) -> float:
    trainer = parts.prior_trainer(campaign.campaign.seed)
    return 0.0 if trainer is None else trainer.steps * _seconds_of_a_step(trainer)


def _seconds_of_a_step(trainer: FlowTrainer | PriorTrainer) -> float:
    trainer.train(1)  # the first step prepares data that the others use
    started = time.monotonic()
    trainer.train(_STEPS)
    return (time.monotonic() - started) / _STEPS


def _pass_seconds(campaign: Campaign, parts: CampaignParts, oracle: Quantity, smiles: Sequence[str]) -> float:
    moments = [time.monotonic()]

    def on_epoch(_: ProxyEpoch) -> None:
        moments.append(time.monotonic())
        if len(moments) > _EPOCHS + 1:
            raise _EnoughError

    values = np.linspace(campaign.objective.worst, campaign.objective.best, len(smiles))
    try:
        parts.train_proxy(
            smiles,
            values.tolist(),
            sides=[0] * len(smiles),
            counts=[1.0] * len(smiles),
            unit=oracle.unit,
            direction=oracle.direction,
            seed=campaign.campaign.seed,
            initial=None,
            on_epoch=on_epoch,
        )
    except _EnoughError:
        # The molecules are prepared before the first epoch.
        return (moments[-1] - moments[1]) / (len(moments) - 2) / len(smiles)
    # With so few epochs, or with a forest, which has none, the whole time is used.
    section = campaign.proxy
    return (time.monotonic() - moments[0]) / (section.members * section.epochs * len(smiles))


def _known_molecules(campaign: Campaign) -> int:
    section = campaign.proxy
    if section.data is not None:
        return len(read_table(section.data, section.value_column))
    return campaign.campaign.initial if section.start is None else Proxy.load(section.start).n_train

"""The flow network of a round, and how it is trained."""

from collections.abc import Sequence
from math import ceil
from typing import Any

from molgfn.campaign.file.sections import Campaign, SamplerSection
from molgfn.campaign.models.interfaces import FlowTrainer, Reward
from molgfn.chem.trees.tree import Tree
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.errors import ConfigError
from molgfn.flow.fragments.likelihood_trainer import LikelihoodTrainer
from molgfn.flow.fragments.reward import Prior
from molgfn.flow.fragments.trainer import MoleculeSettings, Trainer
from molgfn.flow.fragments.weights import Weights

LIKELIHOOD = "likelihood"
_BALANCE_RATE, _LIKELIHOOD_RATE = 4e-3, 1e-2
_STARTED: dict[str, Any] = {"beta_start": 0.0, "beta_steps": 0.1, "warm_up": 20}
"""Of a training that starts from the network of the prior: the reward comes in slowly, and so do the changes."""


def training_objective(campaign: Campaign) -> str:
    """Return the objective that the flow network is trained with, for "auto" too.

    Raises
    ------
    ConfigError
        If it is "likelihood" and there is no prior.
    """
    sampler, prior = campaign.sampler, campaign.prior
    if sampler.objective == LIKELIHOOD and not prior.weight:
        raise ConfigError(
            '[sampler] objective = "likelihood" needs a prior, and the vocabulary has no counts of a library.',
            "Build it again with `molgfn vocabulary build`, or choose another objective.",
        )
    if sampler.objective != "auto":
        return sampler.objective
    asked = sampler.forward_looking or sampler.library_fraction or sampler.local_search_fraction
    by_likelihood = prior.weight and prior.network and campaign.core is None and not asked
    return LIKELIHOOD if by_likelihood else "TB"


def later_steps(sampler: SamplerSection, objective: str) -> int:
    """Return the steps of a round that goes on from the network of the round before; 0: every round starts anew.

    Only likelihood goes on: its molecules are drawn and scored anew with the proxy of the round. The other objectives
    begin with a low exponent of the reward, which would take the network back.
    """
    return ceil(sampler.later_rounds * sampler.steps) if objective == LIKELIHOOD else 0


def flow_settings(
    sampler: SamplerSection, objective: str, in_policy: bool, started: bool, steps: int | None = None
) -> MoleculeSettings:
    """Return the settings of a training, for an objective that is not "auto"; `steps`: not those of the section."""
    keys = sampler.model_dump(exclude={"later_rounds"}) | (_STARTED if started else {})
    if steps is not None:
        keys["steps"] = steps
    rate = _BALANCE_RATE
    if objective == LIKELIHOOD:
        # `LikelihoodTrainer` has its own loss, and does not use this setting.
        objective, rate, keys["warm_up"] = "TB", _LIKELIHOOD_RATE, _STARTED["warm_up"]
    keys["objective"] = objective
    if sampler.learning_rate is None:
        keys["learning_rate"] = rate
    return MoleculeSettings(**keys, prior_in_policy=in_policy)


def flow_trainer(
    campaign: Campaign,
    objective: str,
    environment: FragmentEnvironment,
    reward: Reward,
    seed: int,
    *,
    library: Sequence[Tree],
    prior: Prior | None,
    start: Weights | None,
    steps: int | None = None,
    device: str = "cpu",
) -> FlowTrainer:
    """Return the flow network of a round, not yet trained on its reward; `objective` is not "auto".

    It is planned for `[sampler] steps` if `steps` is not given.
    """
    in_policy = prior is not None and campaign.prior.network
    settings = flow_settings(campaign.sampler, objective, in_policy, start is not None, steps)
    kind = LikelihoodTrainer if objective == LIKELIHOOD else Trainer
    return kind(environment, reward, settings, seed, device, library=library, prior=prior, start=start)

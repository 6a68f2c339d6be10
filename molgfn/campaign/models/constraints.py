"""The constraints of a campaign."""

from molgfn.campaign.file.sections import Campaign
from molgfn.campaign.models.environment import environment_of
from molgfn.campaign.reward.constraints import LOG_PRIOR, Constraints
from molgfn.errors import ConfigError
from molgfn.prior.molecules import MoleculeLaw


def constraints_of(campaign: Campaign) -> Constraints:
    """Return what a candidate must meet.

    Raises
    ------
    ConfigError, DataError
        If `log_prior_per_block` has a limit, and the vocabulary cannot be read or has no counts of a library.
    """
    section = campaign.objective
    windows, log_prior = section.windows.limits(), None
    if LOG_PRIOR in windows:
        environment = environment_of(campaign, limited=False)
        if environment.vocabulary.library is None:
            raise ConfigError(
                f"[objective.windows] {LOG_PRIOR}: the vocabulary {environment.vocabulary.name} does not say how often "
                "its blocks are joined in a library.",
                "Build it again with `molgfn vocabulary build`, or remove this window.",
            )
        log_prior = MoleculeLaw(environment).per_block
    return Constraints(windows, section.alerts, section.required, section.forbidden, log_prior)

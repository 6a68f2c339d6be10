"""The environment of a campaign, from its file."""

from molgfn.campaign.file.sections import Campaign
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment


def environment_of(campaign: Campaign, limited: bool = True) -> FragmentEnvironment:
    """Return the environment in which the molecules of a campaign are built, without its masks if not `limited`.

    Raises
    ------
    ConfigError, DataError
        If the vocabulary cannot be read, or nothing can be built from it with this core and these windows.
    """
    section, objective = campaign.vocabulary, campaign.objective
    return FragmentEnvironment(
        Vocabulary.load(section.file),
        min_blocks=section.min_blocks,
        max_blocks=section.max_blocks,
        core=campaign.core.smiles if campaign.core else None,
        limits=objective.windows.upper() if objective.masks and limited else {},
    )

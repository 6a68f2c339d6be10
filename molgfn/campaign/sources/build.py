"""The sources of a campaign, from its file."""

from collections.abc import Iterable, Iterator

from molgfn.campaign.file.sections import Campaign
from molgfn.campaign.models.interfaces import Source
from molgfn.campaign.sources.genetic import GeneticSource
from molgfn.campaign.sources.library import LibrarySource
from molgfn.campaign.sources.trees import TreeSource
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.prior.prior import LibraryPrior
from molgfn.search.tree_search import SearchSettings

_ROUNDING = 1e-9
_UNUSUAL = 0.05
"""Share of the molecules of the library's law that a search with a prior takes for too unusual."""


def sources_of(campaign: Campaign, environment: FragmentEnvironment) -> list[Source]:
    """Return those that have a share. A search over trees needs a vocabulary with counts of a library."""
    return list(_sources(campaign, environment))


def give_all(sources: Iterable[Source]) -> bool:
    """Return whether nothing is left for the flow network."""
    return sum(source.share for source in sources) > 1 - _ROUNDING


def _sources(campaign: Campaign, environment: FragmentEnvironment) -> Iterator[Source]:
    section = campaign.sources
    if section.library_file is not None and section.library:
        yield LibrarySource(section.library, section.library_file)
    if section.tree_search and campaign.core is None and environment.vocabulary.library is not None:
        settings = SearchSettings(unusual=_UNUSUAL if campaign.prior.weight else 0.0)
        yield TreeSource(section.tree_search, environment, LibraryPrior(environment), settings)
    if section.graph_ga:
        yield GeneticSource(section.graph_ga)

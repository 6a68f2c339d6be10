"""The context of a phase: campaign, record, parts, progress."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from molgfn.campaign.file.load import Campaign
from molgfn.campaign.models.constraints import constraints_of
from molgfn.campaign.models.history import proxy_after
from molgfn.campaign.models.interfaces import Parts
from molgfn.campaign.record.compound_ids import prefix_of_run
from molgfn.campaign.record.rows import PhaseName
from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.campaign.record.stop import StopRequest
from molgfn.campaign.record.store import Store
from molgfn.campaign.reward.constraints import Constraints
from molgfn.oracles.interfaces import Oracle
from molgfn.progress import Progress


@dataclass(frozen=True)
class Context:
    """A running campaign."""

    campaign: Campaign
    run: RunDirectory
    store: Store
    parts: Parts
    oracle: Oracle
    progress: Progress
    stop: StopRequest

    @cached_property
    def constraints(self) -> Constraints:
        """What a candidate must meet."""
        return constraints_of(self.campaign)

    @property
    def id_prefix(self) -> str:
        """First part of every compound id."""
        return prefix_of_run(self.run, self.campaign)

    def seed(self, round_number: int, phase: PhaseName) -> int:
        """Return the seed of a phase; it does not depend on what this process did before."""
        return seed_of(self.campaign, round_number, phase)

    def proxy_folder(self, round_number: int) -> Path:
        """Return the folder of the proxy that is used to propose the round after this one."""
        return proxy_after(self.run, self.store, round_number)


def seed_of(campaign: Campaign, round_number: int, phase: PhaseName) -> int:
    """Return the seed of a phase, computed from the seed of the campaign."""
    entropy = [campaign.campaign.seed, round_number, *phase.encode()]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])

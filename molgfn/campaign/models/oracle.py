"""Open the oracle of a campaign."""

from molgfn.campaign.file.sections import Campaign
from molgfn.errors import ConfigError
from molgfn.oracles.interfaces import Oracle


def open_oracle(campaign: Campaign, poses: bool = True) -> Oracle:
    """Return the oracle of a campaign; the caller closes it.

    Parameters
    ----------
    campaign : Campaign
    poses : bool
        Whether docking returns the pose of each compound.

    Raises
    ------
    OracleError
        If it cannot answer any compound: no docking program, receptor unreadable, class that cannot be imported.
    ConfigError
        If its better direction is not that of the objective.
    """
    oracle = campaign.oracle.open(campaign.compute.workers, poses)
    objective = campaign.objective
    if (objective.best < objective.worst) != (oracle.direction == "minimise"):
        oracle.close()
        raise ConfigError(
            f"[objective] best = {objective.best:g}, worst = {objective.worst:g}",
            f"The direction of the oracle is {oracle.direction}: exchange best and worst.",
        )
    return oracle

"""From the `[oracle]` section of a campaign to the oracle that answers."""

import os

from molgfn.campaign.file.sections import Campaign, DockingSection, PythonSection
from molgfn.errors import ConfigError
from molgfn.oracles.docking.receptors import Receptor, find_target, receptor_from_files
from molgfn.oracles.interfaces import Oracle
from molgfn.oracles.python_class import load_python_oracle


def _docking(section: DockingSection, workers: int, poses: bool) -> Oracle:
    # The docking libraries take a second to load: a campaign with an oracle of its own does not need them.
    from molgfn.oracles.docking.oracle import DockingOracle, DockingSettings

    settings = DockingSettings(
        exhaustiveness=section.exhaustiveness,
        max_evals=section.max_evals,
        seed=section.seed,
        time_limit_s=section.time_limit_s,
    )
    return DockingOracle(receptor_of(section), settings, workers=workers or os.cpu_count() or 1, poses=poses)


def receptor_of(section: DockingSection) -> Receptor:
    """Return the receptor and the box that a campaign names.

    Raises
    ------
    ConfigError
        If a file cannot be used.
    """
    if section.target is not None:
        return find_target(section.target)
    if section.receptor is None:
        raise ConfigError("[oracle]: neither a target nor a receptor")
    return receptor_from_files(section.receptor, center=section.center, size=section.size, ligand=section.ligand)


def open_oracle(campaign: Campaign, poses: bool = True) -> Oracle:
    """Return the oracle of a campaign; the caller closes it.

    Parameters
    ----------
    campaign : Campaign
    poses : bool
        Whether docking hands back the pose of each compound.

    Raises
    ------
    OracleError
        If it cannot answer any compound: no docking program, receptor unreadable, class that cannot be imported.
    ConfigError
        If its better direction is not that of the objective.
    """
    oracle = (
        load_python_oracle(campaign.oracle.factory, campaign.oracle.options, campaign.oracle.folder)
        if isinstance(campaign.oracle, PythonSection)
        else _docking(campaign.oracle, campaign.compute.workers, poses)
    )
    objective = campaign.objective
    if (objective.best < objective.worst) != (oracle.direction == "minimise"):
        oracle.close()
        raise ConfigError(
            f"[objective] best = {objective.best:g}, worst = {objective.worst:g}",
            f"The oracle says that its values are to {oracle.direction}: exchange best and worst.",
        )
    return oracle

"""Checks that proxy, initial data and oracle of a campaign have the same quantity."""

from typing import Protocol

from molgfn.assay.quantities import KCAL, unit_in_name
from molgfn.campaign.file.sections import Campaign
from molgfn.direction import Direction
from molgfn.errors import ConfigError


class Quantity(Protocol):
    """The quantity of a proxy or an oracle."""

    @property
    def unit(self) -> str: ...
    @property
    def direction(self) -> Direction: ...


def check_proxy_quantity(campaign: Campaign, proxy: Quantity, oracle: Quantity) -> None:
    """Check that the proxy that a campaign starts from has the unit and direction of the oracle.

    Raises
    ------
    ConfigError
        If it has another unit or direction.
    """
    if (proxy.unit, proxy.direction) != (oracle.unit, oracle.direction):
        raise ConfigError(
            f"[proxy] start = {campaign.proxy.start}: it predicts {proxy.unit} ({proxy.direction}), "
            f"but the oracle answers in {oracle.unit} ({oracle.direction})",
            "Name a proxy of the same unit and direction, or none: then random molecules go to the oracle first.",
        )


def unit_of_data(campaign: Campaign, oracle: Quantity) -> str:
    """Return the unit of the initial data: from the name of their column, else that of the oracle.

    Raises
    ------
    ConfigError
        If the column has energies and the oracle gives p-values, or the reverse: better values of one are worse values
        of the other, and no proxy can learn both.
    """
    column = campaign.proxy.value_column
    unit = unit_in_name(column) or oracle.unit
    if KCAL in (unit, oracle.unit) and unit != oracle.unit and oracle.unit.startswith(("p", KCAL)):
        raise ConfigError(
            f"[proxy] value_column = {column!r}: these values are in {unit}, but the oracle answers in {oracle.unit}",
            "Name a column in the unit of the oracle, or leave [proxy] data out: then random molecules are measured "
            "first.",
        )
    return unit

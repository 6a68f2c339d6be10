"""Whether a proxy predicts what the oracle answers."""

from typing import Protocol

from molgfn.campaign.file.sections import Campaign
from molgfn.direction import Direction
from molgfn.errors import ConfigError


class Quantity(Protocol):
    """A proxy or an oracle, as far as their quantity goes."""

    @property
    def unit(self) -> str: ...
    @property
    def direction(self) -> Direction: ...


def check_proxy_quantity(campaign: Campaign, proxy: Quantity, oracle: Quantity) -> None:
    """See that the proxy that a campaign starts from has unit and direction of the oracle.

    Raises
    ------
    ConfigError
        If it has not.
    """
    if (proxy.unit, proxy.direction) != (oracle.unit, oracle.direction):
        raise ConfigError(
            f"[proxy] start = {campaign.proxy.start}: it predicts {proxy.unit} ({proxy.direction}), "
            f"but the oracle answers in {oracle.unit} ({oracle.direction})",
            "Name a proxy of the same unit and direction, or none: then random molecules are measured first.",
        )

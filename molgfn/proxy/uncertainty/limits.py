"""Decides whether a proxy gives error bars and a domain, for all readers of a proxy."""

from dataclasses import dataclass
from pathlib import Path

from molgfn.proxy.data.training_molecules import FILE
from molgfn.proxy.plain_description import plain_description
from molgfn.proxy.uncertainty.calibration import LEAST, Calibration
from molgfn.proxy.uncertainty.domain import Domain


@dataclass(frozen=True)
class Limits:
    """Why a proxy gives no error bars, or no domain; each is empty if it does.

    Attributes
    ----------
    error_bars : str
        Without error bars, every standard deviation is NaN, and blank in tables.
    domain : str
        Without a domain, no molecule is called inside: `in_domain` is None, and blank in tables.
    """

    error_bars: str
    domain: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """For the user, one sentence for each limit."""
        return tuple(sentence for sentence in (self.error_bars, self.domain) if sentence)


def limits(calibration: Calibration | None, domain: Domain | None, unit: str, *, keeps_molecules: bool) -> Limits:
    """Return what a proxy with this calibration and this domain does not give."""
    return Limits(_no_error_bars(calibration, unit), _no_domain(domain, keeps_molecules))


def limits_of_folder(folder: Path) -> Limits | None:
    """Return what the proxy in a folder does not give, without loading its networks; None if there is no proxy."""
    described = plain_description(folder)
    if not described:
        return None
    calibration, domain = described.get("calibration"), described.get("domain")
    return limits(
        Calibration.model_validate(calibration) if calibration else None,
        Domain.model_validate(domain) if domain else None,
        described["unit"],
        keeps_molecules=(folder / FILE).is_file(),
    )


def _no_error_bars(calibration: Calibration | None, unit: str) -> str:
    if calibration is None:
        return f"no error bars: fewer than {LEAST} measured molecules were left to learn them from"
    if not calibration.tells_molecules_apart:
        return (
            "no error bars for single molecules: the spread of its members does not tell large errors from small ones "
            f"(usual error of all: {calibration.base:.2f} {unit})"
        )
    return ""


def _no_domain(domain: Domain | None, keeps_molecules: bool) -> str:
    if not keeps_molecules:
        return f"no domain: it keeps no training molecules ({FILE})"
    if domain is None:
        return f"no domain: fewer than {LEAST} measured molecules were left to learn it from"
    if not domain.has_threshold:
        return (
            "no domain: on its training molecules the error did not grow with the distance to the others, so that "
            "nothing tells how far it holds"
        )
    return ""

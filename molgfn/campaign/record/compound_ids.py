"""Ids of compounds: they are readable, never change, and differ from those of any other campaign."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable

from molgfn.campaign.file.load import Campaign
from molgfn.campaign.record.run_directory import RunDirectory
from molgfn.errors import DataError


def new_prefix(name: str, resolved: str, inputs: Iterable[str]) -> str:
    """Return the first part of the compound ids of a new run: the campaign's name and a code of four characters.

    The code is computed from the campaign file and its inputs. Two campaigns with the same name have different codes,
    and so no id in common. If one campaign is run twice, the same molecules have the same ids.

    Parameters
    ----------
    name : str
        Of the campaign.
    resolved : str
        The campaign file with all defaults written out.
    inputs : iterable of str
        SHA-256 of the input files.

    Examples
    --------
    >>> new_prefix("parp1-lead", "...", [])
    'PARP1-LEAD-VNO7'
    """
    digest = hashlib.sha256("\n".join([resolved, *inputs]).encode()).digest()
    return f"{_spelled(name)}-{base64.b32encode(digest)[:4].decode()}"


def prefix_of_run(run: RunDirectory, campaign: Campaign) -> str:
    """Return the first part of the compound ids of a run.

    In runs of earlier versions it is the name of the target, or of the campaign.

    Raises
    ------
    DataError
        If the manifest cannot be read.
    """
    manifest = run.path / "manifest.json"
    try:
        prefix = json.loads(manifest.read_text(encoding="utf-8")).get("id_prefix") if manifest.is_file() else None
    except (ValueError, AttributeError) as error:
        raise DataError(f"{manifest}: cannot be read ({error})", "Take it from a copy of the run directory.") from None
    if isinstance(prefix, str):
        return prefix
    target = getattr(campaign.oracle, "target", None)
    return _spelled(target or campaign.campaign.name)


def _spelled(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "-", name.upper()).strip("-")

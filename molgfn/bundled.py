"""Where the data, proxies and campaign files that come with molgfn are, installed or in a checkout."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent


def bundled(kind: Literal["data", "proxy", "campaigns"], name: str = "") -> Path:
    """Return the path of a bundled file or folder.

    A wheel carries the three folders as `molgfn/assets/`; a checkout has them at its top level.
    """
    installed = _PACKAGE / "assets"
    root = installed if installed.is_dir() else _PACKAGE.parent
    return root / kind / name

"""Reads the description of a proxy as plain data, where loading the proxy itself would take seconds."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DESCRIPTION = "proxy.json"


def plain_description(folder: Path) -> Mapping[str, Any]:
    """Return the content of `proxy.json` in the folder of a proxy; empty if there is no proxy."""
    path = folder / DESCRIPTION
    if not path.is_file():
        return {}
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content

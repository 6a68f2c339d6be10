"""Write values as TOML: whole documents, and single values on one line for messages and templates."""

from collections.abc import Mapping, Sequence
from typing import Any

import tomli_w


def toml_value(value: Any) -> str:
    """Return one value, on one line, as it stands to the right of `=`.

    Examples
    --------
    >>> toml_value((22.5, 20, 18)), toml_value(True)
    ('[22.5, 20, 18]', 'true')
    >>> toml_value({"a": "x"})
    '{ a = "x" }'
    """
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    # In an array that is not all tables a table is written inline; the line breaks of text are always escaped.
    _, _, *lines, _ = tomli_w.dumps({"value": ["", value]}, indent=0).split("\n")[:-1]
    return " ".join(lines).removesuffix(",")


def toml_document(tables: Mapping[str, Any]) -> str:
    """Return a document in which every mapping is a table of its own."""
    return tomli_w.dumps(tables)

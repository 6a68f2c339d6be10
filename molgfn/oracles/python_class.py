"""An oracle of the user's own: a Python class named as `module:Class`."""

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_args

from molgfn.direction import Direction
from molgfn.errors import ConfigError, OracleError
from molgfn.oracles.interfaces import Oracle


def load_python_oracle(factory: str, options: Mapping[str, Any], folder: Path) -> Oracle:
    """Import a class, call it with the options as keywords, and see that it promises what an Oracle promises.

    Parameters
    ----------
    factory : str
        ``module:Class``; any callable that returns an oracle will do.
    options : mapping
        Keyword arguments.
    folder : Path
        Searched for the module before the installed packages.

    Raises
    ------
    OracleError
        If the module cannot be imported or the class cannot be called: the campaign must not run without it.
    ConfigError
        If the module has no such name, or what it makes is no oracle.
    """
    module_name, _, name = factory.partition(":")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise OracleError(
            f"oracle {factory}: {module_name} cannot be imported: {_what(error)}",
            f"Looked in {folder} and in the installed packages.",
        ) from error
    if not hasattr(module, name):
        raise ConfigError(f"oracle {factory}: {module.__file__} has no {name}")
    try:
        oracle = getattr(module, name)(**options)
    except Exception as error:
        raise OracleError(f"oracle {factory}: {name}({_keywords(options)}) failed: {_what(error)}") from error
    return _checked(factory, oracle)


def _checked(factory: str, oracle: Any) -> Oracle:
    missing = [name for name in ("unit", "direction", "query", "close") if not hasattr(oracle, name)]
    if missing:
        raise ConfigError(
            f"oracle {factory}: no {' and no '.join(missing)}",
            "An oracle has unit (text), direction (minimise or maximise), query(compounds) and close().",
        )
    accepted = get_args(Direction)
    if oracle.direction not in accepted:
        raise ConfigError(f"oracle {factory}: direction is {oracle.direction!r}", f"Accepted: {' or '.join(accepted)}.")
    return cast(Oracle, oracle)


def _what(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _keywords(options: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in options.items())

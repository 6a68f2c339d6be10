"""Read a campaign file: every problem in it is found at once, before anything else is loaded."""

import tomllib
from math import inf
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from molgfn.bundled import bundled
from molgfn.campaign.file.oracles.kinds import KINDS
from molgfn.campaign.file.problems import config_error, problems_of
from molgfn.campaign.file.rules import broken_rules
from molgfn.campaign.file.sections import Campaign, PriorSection
from molgfn.campaign.file.write import toml_document
from molgfn.chem.trees.vocabulary import has_law
from molgfn.errors import ConfigError, did_you_mean

__all__ = ["Campaign", "load_campaign", "load_resolved", "resolved_toml"]

_WITHOUT_LIMIT = [-inf, inf]
_BEFORE_THERE_WAS_A_KEY: dict[tuple[str, ...], Any] = {
    ("prior", "weight"): 0.0,
    ("prior", "network"): False,
    ("prior", "draws"): 1,
    ("sampler", "later_rounds"): 0.0,
    ("sources", "tree_search"): 0.0,
    ("acquisition", "second_model"): False,
    ("selection", "max_cost"): 1.0,
    ("compute", "device"): "cpu",
    ("objective", "masks"): False,
    ("objective", "windows", "aromatic_rings"): _WITHOUT_LIMIT,
    ("objective", "windows", "stereocentres"): _WITHOUT_LIMIT,
    ("objective", "windows", "hard_joins"): _WITHOUT_LIMIT,
}
"""Keys that a resolved file of an earlier version lacks, with the value that does what that version did.

Those of `[oracle]` stand with each kind of oracle.
"""

_LINE_HINT = 'A line is [section], or key = value; text stands in quotes, as name = "my-first".'


def load_campaign(path: Path, overrides: list[str] | None = None) -> Campaign:
    """Read and check a campaign file.

    Parameters
    ----------
    path : Path
        A TOML file; paths in it are relative to its folder, and names of bundled things stand for those.
    overrides : list of str, optional
        Such as ``campaign.rounds=3`` or ``oracle.target="PARP1"``: they win over the file.

    Raises
    ------
    ConfigError
        With all problems of the file.
    """
    return _checked(path, _read_toml(path), overrides or [])


def load_resolved(path: Path, overrides: list[str] | None = None) -> Campaign:
    """Read the resolved campaign file of a run; a key that its version did not have changes nothing.

    Parameters and errors are those of `load_campaign`.
    """
    tables = _read_toml(path)
    kind = KINDS.get(tables.get("oracle", {}).get("kind"))
    of_oracle = {} if kind is None else {("oracle", key): value for key, value in kind.before_there_was_a_key.items()}
    for place, value in (_BEFORE_THERE_WAS_A_KEY | of_oracle).items():
        _put(tables, place, value, only_if_missing=True)
    return _checked(path, tables, overrides or [])


def _checked(path: Path, tables: dict[str, Any], overrides: list[str]) -> Campaign:
    given = dict(map(_parse_override, overrides))
    for place, (value, _) in given.items():
        _put(tables, place, value)
    _add_defaults(tables)
    problems = broken_rules(tables)
    campaign = None
    try:
        campaign = Campaign.model_validate(tables, context={"folder": path.absolute().parent})
    except ValidationError as error:
        problems += problems_of(error)
    if campaign is None or problems:
        raise config_error(path, problems, {place: text for place, (_, text) in given.items()})
    if "weight" not in tables.get("prior", {}) and not has_law(campaign.vocabulary.file):
        return campaign.model_copy(update={"prior": PriorSection(weight=0.0)})
    return campaign


def resolved_toml(campaign: Campaign, folder: Path | None = None) -> str:
    """Return the campaign as a file in which every default is written out; `load_campaign` reads it back.

    Parameters
    ----------
    campaign : Campaign
    folder : Path, optional
        Where the file will stand. Paths inside it are written relative to it, bundled ones by name and all
        others in full.
    """
    return toml_document(_plain(campaign.model_dump(exclude_none=True), folder))


def _plain(value: Any, folder: Path | None) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item, folder) for key, item in value.items()}
    return _written_path(value, folder) if isinstance(value, Path) else value


def _written_path(path: Path, folder: Path | None) -> str:
    roots = [bundled("data"), bundled("proxy")]
    if folder is not None:
        roots.insert(0, folder.absolute())
    for root in roots:
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return str(path)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        # By stem: all names are alike in their suffix.
        near = [file.name for file in path.absolute().parent.glob("*.toml") if did_you_mean(path.stem, [file.stem])]
        hint = f"Did you mean `{min(near)}`?" if near else "`molgfn init DIR` writes a campaign file."
        raise ConfigError(f"{path}: no such file", hint) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text (byte {error.start})", "Save the file as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, text, str(error)) from None
    except RecursionError:
        raise ConfigError(f"{path}: brackets stand in brackets too many times to be read", _LINE_HINT) from None


def _syntax_error(path: Path, text: str, message: str) -> ConfigError:
    what, _, where = message.partition(" (at ")
    where = where.rstrip(")") or "end of document"
    hint = _LINE_HINT
    if where.startswith("line"):
        number = int(where.split()[1].rstrip(","))
        hint = f"{text.splitlines()[number - 1].strip()}\n{hint}" if number <= len(text.splitlines()) else hint
    return ConfigError(f"{path}, {where}: {what[:1].lower()}{what[1:]}", hint)


def _parse_override(text: str) -> tuple[tuple[str, ...], tuple[Any, str]]:
    key, equals, value = text.partition("=")
    place = tuple(part.strip() for part in key.split("."))
    if not equals or len(place) < 2 or not all(place):
        raise ConfigError(f"--set {text}\n  Accepted: section.key=value, as campaign.rounds=3")
    try:
        return place, (tomllib.loads(f"value = {value.strip()}\n")["value"], text)
    except (tomllib.TOMLDecodeError, RecursionError):
        # A shell eats the quotes of --set oracle.target="PARP1".
        return place, (value.strip(), text)


def _put(tables: dict[str, Any], place: tuple[str, ...], value: Any, only_if_missing: bool = False) -> None:
    for name in place[:-1]:
        inner = tables.setdefault(name, {})
        if not isinstance(inner, dict):
            return  # the section itself is wrong, and is reported
        tables = inner
    if not (only_if_missing and place[-1] in tables):
        tables[place[-1]] = value


def _add_defaults(tables: dict[str, Any]) -> None:
    """Fill in what depends on another section: the kind of oracle, and the proxy that comes with a target."""
    oracle, proxy = tables.get("oracle"), tables.setdefault("proxy", {})
    if not isinstance(oracle, dict) or not isinstance(proxy, dict):
        return
    oracle.setdefault("kind", "docking")
    kind = KINDS.get(str(oracle["kind"]))
    bundled_proxy = kind.bundled_proxy(oracle) if kind else None
    if bundled_proxy and not {"start", "data"} & set(proxy):
        proxy["start"], proxy["data"] = bundled_proxy

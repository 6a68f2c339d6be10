"""What is wrong with a campaign file, in the words of the person who wrote it."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from molgfn.campaign.file.oracles.kinds import KINDS
from molgfn.campaign.file.problem import MISSING, Problem
from molgfn.campaign.file.sections import Campaign
from molgfn.campaign.file.write import toml_value
from molgfn.errors import ConfigError, did_you_mean


def config_error(source: Path, problems: Iterable[Problem], overrides: Mapping[tuple[str, ...], str]) -> ConfigError:
    """Return one error that tells all problems, each under the key (or the `--set`) that it is about."""
    blocks = []
    # One key may be wrong in two ways, of which the first found explains more.
    first = {(problem.place, problem.item): problem for problem in reversed(list(problems))}
    for problem in sorted(first.values(), key=_place_in_file):
        override = next((text for place, text in overrides.items() if problem.place[: len(place)] == place), None)
        head = f"--set {override}" if override else f"{source}: {_key_and_value(problem)}"
        blocks.append("\n  ".join([head, *problem.text.splitlines()]))
    return ConfigError("\n".join(blocks))


def _place_in_file(problem: Problem) -> tuple[int, tuple[str, ...], int]:
    """Return what sorts problems as the sections stand in a campaign file."""
    sections = list(Campaign.model_fields)
    section = problem.place[0] if problem.place else ""
    return sections.index(section) if section in sections else -1, problem.place, problem.item or 0


def _key_and_value(problem: Problem) -> str:
    *sections, key = problem.place or ("",)
    if not sections and (problem.found is MISSING or isinstance(problem.found, Mapping)):
        return f"[{key}]"
    key += f", item {problem.item}" if problem.item else ""
    head = f"[{'.'.join(sections)}] {key}" if sections else key
    return head if problem.found is MISSING else f"{head} = {_shortened(toml_value(problem.found))}"


def _shortened(text: str, limit: int = 100) -> str:
    return text if len(text) <= limit else text[: limit - 3] + "..."


def problems_of(error: ValidationError) -> list[Problem]:
    """Return the problems that pydantic found."""
    return [
        _problem(detail["type"], detail["loc"], detail.get("input"), detail.get("ctx", {})) for detail in error.errors()
    ]


def _problem(kind: str, loc: tuple[int | str, ...], found: Any, ctx: dict[str, Any]) -> Problem:
    oracle = ""
    if loc[0] == "oracle" and len(loc) > 1:
        # Between section and key pydantic puts the kind of oracle.
        oracle, loc = str(loc[1]), loc[:1] + loc[2:]
    place = tuple(part for part in loc if isinstance(part, str))
    item = loc[-1] + 1 if isinstance(loc[-1], int) else None
    if kind == "extra_forbidden":
        return Problem(
            place, _unknown_key(place, oracle) if len(place) > 1 else _unknown_section(place[0], found), found
        )
    if kind == "missing":
        return Problem(place, _missing(place)) if item is None else Problem(place, _WORDS["missing"](ctx), found)
    if kind == "union_tag_invalid":
        return Problem((*place, "kind"), _one_of("kind of oracle", str(ctx["tag"]), list(KINDS)), ctx["tag"])
    if kind == "literal_error":
        words = [str(word) for word in get_args(section_at(place[:-1]).model_fields[place[-1]].annotation)]
        return Problem(place, _one_of(place[-1], str(found), words), found)
    text = _WORDS[kind](ctx) if kind in _WORDS else f"not accepted ({kind.replace('_', ' ')})."
    if kind in ("int_type", "float_type") and isinstance(found, str):
        text += " Numbers stand without quotes."
    return Problem(place, text, found, item)


def section_at(place: tuple[str, ...], oracle: str = "docking") -> type[BaseModel]:
    """Return the model of a section named as in the file; of an oracle, that of its kind."""
    model: type[BaseModel] = Campaign
    for name in place:
        model = KINDS[oracle] if name == "oracle" else _model_in(model.model_fields[name].annotation)
    return model


def _model_in(annotation: Any) -> type[BaseModel]:
    candidates = [annotation, *get_args(annotation)]
    return next(part for part in candidates if isinstance(part, type) and issubclass(part, BaseModel))


def _unknown_section(word: str, found: Any) -> str:
    home = _home(word)
    if not isinstance(found, Mapping) and home:
        return f"a key outside its section: it belongs in [{home}]."
    return _suggest("unknown section.", word, list(Campaign.model_fields))


def _unknown_key(place: tuple[str, ...], oracle: str) -> str:
    *sections, word = place
    if sections == ["oracle"]:
        for kind, model in KINDS.items():
            if word in model.model_fields:
                return f'a key of oracles of kind = "{kind}" only.'
    near = _suggest("unknown key.", word, list(section_at(tuple(sections), oracle or "docking").model_fields))
    home = _home(word)
    return f"unknown key. It belongs in [{home}]." if home and "Did you mean" not in near else near


def _home(word: str) -> str:
    """Return the first section that has such a key, or nothing."""
    return next((name for name in Campaign.model_fields if word in section_at((name,)).model_fields), "")


def _suggest(what: str, word: str, accepted: list[str]) -> str:
    near = did_you_mean(word, accepted)
    return f"{what} {near}" if near else f"{what}\nAccepted: {', '.join(accepted)}."


def _missing(place: tuple[str, ...]) -> str:
    examples = {
        ("campaign",): 'missing section. It names the campaign:\n[campaign]\nname = "my-first"',
        ("campaign", "name"): 'missing. Give the campaign a name: name = "my-first"',
        ("oracle",): 'missing section. It says what to dock against:\n[oracle]\ntarget = "PARP1"',
        ("oracle", "factory"): 'missing. Name the class of your oracle: factory = "my_module:MyOracle"',
    }
    return examples.get(place, "missing.")


def _one_of(what: str, word: str, accepted: list[str]) -> str:
    return " ".join([f"unknown {what}.", did_you_mean(word, accepted)]).strip() + f"\nAccepted: {', '.join(accepted)}."


def _accepts(text: str) -> Callable[[dict[str, Any]], str]:
    return lambda ctx: f"Accepted: {text.format(**ctx)}."


def _missing_file(ctx: dict[str, Any]) -> str:
    places = [Path(place) for place in ctx["looked"]]
    near = (did_you_mean(place.name, (file.name for file in place.parent.glob("*"))) for place in places)
    looked = "\n            ".join(map(str, places))
    return " ".join([f"no such {ctx['what']}.", *filter(None, near)][:2]) + f"\nLooked for: {looked}"


_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "int_type": _accepts("a whole number"),
    "int_from_float": _accepts("a whole number"),
    "float_type": _accepts("a number"),
    "finite_number": _accepts("a number that is not infinite"),
    "string_type": _accepts('text in quotes, as "text"'),
    "path_type": _accepts('the path of a file in quotes, as "folder/file"'),
    "tuple_type": _accepts('a list in brackets, as [1, 2] or ["a", "b"]'),
    "dict_type": _accepts("a section of its own"),
    "model_type": _accepts("a section of its own, as [section]"),
    "model_attributes_type": _accepts("a section of its own, as [section]"),
    "greater_than": _accepts("more than {gt:g}"),
    "greater_than_equal": _accepts("{ge:g} or more"),
    "less_than": _accepts("less than {lt:g}"),
    "less_than_equal": _accepts("{le:g} or less"),
    "string_too_short": _accepts("text that is not empty"),
    "string_too_long": _accepts("at most {max_length} characters"),
    "string_pattern_mismatch": lambda ctx: (
        'Accepted: module:Class, as "my_oracle:MyOracle".'
        if ":" in ctx["pattern"]
        else "Accepted: letters, digits, - _ and . (it names files and folders)."
    ),
    "missing": lambda _: "a number of the list is missing.\nAccepted: [low, high] for a window, [x, y, z] for a box.",
    "too_long": _accepts("a list of {max_length} numbers"),
    "missing_file": _missing_file,
    "smarts": lambda _: 'not a valid SMARTS.\nAccepted: a pattern such as "[NX3;H2]c1ccccc1".',
    "core": lambda _: 'not a valid SMILES.\nAccepted: a scaffold such as "c1ccc([*:1])cc1".',
    "core_points": lambda _: (
        'no attachment point.\nAccepted: a scaffold with at least one [*:1], as "c1ccc([*:1])cc1".'
    ),
    "core_bonds": lambda _: "an attachment point [*:n] must hang on one single bond.",
    "core_whole": lambda _: "not one connected scaffold.",
    "window": lambda _: "the low end is above the high end.\nAccepted: [low, high].",
    "window_nan": _accepts("[low, high], two numbers (inf and -inf for no limit)"),
    "unknown_target": lambda ctx: (
        f"unknown target. {did_you_mean(ctx['name'], ctx['names'])}".strip() + "\n`molgfn targets` lists all of them."
    ),
    "unknown_alerts": lambda ctx: _one_of("alert catalog", ctx["name"], ctx["names"]),
}

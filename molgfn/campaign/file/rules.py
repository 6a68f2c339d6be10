"""What keys of a campaign file must agree on; judged on what the file says, so that it is told with all else."""

from collections.abc import Mapping
from typing import Any

from molgfn.campaign.file.oracles.kind import OracleKind
from molgfn.campaign.file.oracles.kinds import KINDS
from molgfn.campaign.file.problem import Problem
from molgfn.campaign.file.sections import CampaignSection, ObjectiveSection, SourcesSection, VocabularySection
from molgfn.environments.limits import HARD_JOINS

_SHARES = ("tree_search", "graph_ga", "library")


def broken_rules(tables: Mapping[str, Any]) -> list[Problem]:
    """Return a problem for each rule between keys that the file breaks; values of a wrong type are passed over."""
    sections = {name: table if isinstance(table, Mapping) else {} for name, table in tables.items()}
    campaign, oracle = sections.get("campaign", {}), sections.get("oracle", {})
    problems = _block_limits(sections.get("vocabulary", {})) + _batch(campaign)
    problems += _likelihood(sections) + _sources(sections)
    problems += _hard_joins(sections.get("objective", {}).get("windows"))
    kind = KINDS.get(str(oracle.get("kind")))
    if kind is not None:
        problems += _objective(sections.get("objective", {}), kind)
        problems += kind.broken_rules(oracle)
    return problems


def _objective(objective: Mapping[str, Any], kind: type[OracleKind]) -> list[Problem]:
    if kind.known_direction is None:
        missing = [
            Problem(("objective", key), f"missing. Only you know the {key} value that your oracle gives.")
            for key in ("best", "worst")
            if key not in objective
        ]
        if missing:
            return missing
    best, worst = _numbers(objective, ObjectiveSection, "best", "worst")
    if best is None or worst is None:
        return []
    if best == worst:
        return [Problem(("objective", "best"), "the same as worst: no molecule would be better than another.", best)]
    if kind.known_direction == "minimise" and best > worst:
        text = f"docking scores are better the lower: best must be below worst ({worst:g})."
        return [Problem(("objective", "best"), text, best)]
    return []


def _block_limits(vocabulary: Mapping[str, Any]) -> list[Problem]:
    low, high = _numbers(vocabulary, VocabularySection, "min_blocks", "max_blocks")
    if low is None or high is None or low <= high:
        return []
    return [Problem(("vocabulary", "min_blocks"), f"above max_blocks ({high:g}).", low)]


def _likelihood(sections: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    if sections.get("sampler", {}).get("objective") != "likelihood":
        return []
    if "core" in sections:
        text = "molecules with a core cannot be drawn from the prior. Choose another objective, or leave this key out."
    elif sections.get("prior", {}).get("weight") == 0:
        text = "needs [prior] weight above 0."
    else:
        return []
    return [Problem(("sampler", "objective"), text, "likelihood")]


def _sources(sections: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    table = sections.get("sources", {})
    shares = dict(zip(_SHARES, _numbers(table, SourcesSection, *_SHARES), strict=True))
    whole = sum(share or 0.0 for share in shares.values())
    problems = []
    if whole > 1:
        text = f"with the other shares {whole:g}; all candidates of a round are 1. tree_search is 0.25 if not given."
        largest = max(shares, key=lambda name: shares[name] or 0.0)
        problems.append(Problem(("sources", largest), text, shares[largest]))
    if (shares["library"] or 0) > 0 and "library_file" not in table:
        problems.append(Problem(("sources", "library"), "needs library_file.", shares["library"]))
    return problems


def _hard_joins(windows: Any) -> list[Problem]:
    window = windows.get(HARD_JOINS) if isinstance(windows, Mapping) else None
    low = window[0] if isinstance(window, list) and window else None
    if not isinstance(low, int | float) or low <= 0:
        return []
    text = "only the upper limit is used, as a mask; nobody wants bonds that are hard to make. Begin with 0."
    return [Problem(("objective", "windows", HARD_JOINS), text, window)]


def _batch(campaign: Mapping[str, Any]) -> list[Problem]:
    batch, proposals = _numbers(campaign, CampaignSection, "batch_size", "proposals")
    if batch is None or proposals is None or batch <= proposals:
        return []
    return [
        Problem(
            ("campaign", "batch_size"),
            f"the batch is chosen among the proposals, of which there are {proposals:g}.",
            batch,
        )
    ]


def _numbers(table: Mapping[str, Any], model: Any, *keys: str) -> list[float | None]:
    values = [table.get(key, model.model_fields[key].default) for key in keys]
    return [value if isinstance(value, int | float) and not isinstance(value, bool) else None for value in values]

"""What keys of a campaign file must agree on; judged on what the file says, so that it is told with all else."""

from collections.abc import Mapping
from typing import Any

from molgfn.campaign.file.problems import Problem
from molgfn.campaign.file.sections import CampaignSection, ObjectiveSection, VocabularySection

_BOX_EXAMPLE = "center = [10.0, 20.0, 30.0]\nsize = [22.0, 22.0, 22.0]"
_LIGAND = 'ligand = "ligand.sdf"'


def broken_rules(tables: Mapping[str, Any]) -> list[Problem]:
    """Return a problem for each rule between keys that the file breaks; values of a wrong type are passed over."""
    sections = {name: table if isinstance(table, Mapping) else {} for name, table in tables.items()}
    campaign, oracle = sections.get("campaign", {}), sections.get("oracle", {})
    problems = _block_limits(sections.get("vocabulary", {})) + _batch(campaign)
    problems += _objective(sections.get("objective", {}), oracle)
    if isinstance(tables.get("oracle"), Mapping) and oracle.get("kind") == "docking":
        problems += _receptor(oracle)
    return problems


def _receptor(oracle: Mapping[str, Any]) -> list[Problem]:
    has = {key for key in ("target", "receptor", "ligand", "center", "size") if key in oracle}
    if "target" in has:
        return [
            Problem(
                ("oracle", key),
                "a named target has its own receptor and box.\nRemove it, or remove target.",
                oracle[key],
            )
            for key in sorted(has - {"target"})
        ]
    if "receptor" not in has:
        if not has:
            return [
                Problem(("oracle",), 'nothing to dock against.\nName a target, as target = "PARP1", or a receptor.')
            ]
        return [
            Problem(("oracle", key), 'no receptor to go with it.\nAdd receptor = "receptor.pdbqt".', oracle[key])
            for key in sorted(has)
        ]
    if "ligand" in has:
        return [
            Problem(("oracle", key), "the ligand gives the box already.\nRemove it, or remove ligand.", oracle[key])
            for key in sorted(has & {"center", "size"})
        ]
    missing = sorted({"center", "size"} - has)
    if len(missing) == 2:
        return [
            Problem(
                ("oracle", "receptor"),
                f"no box to dock into.\nAdd it (angstrom):\n{_BOX_EXAMPLE}\nor a bound ligand:\n{_LIGAND}",
                oracle["receptor"],
            )
        ]
    return [Problem(("oracle", key), f"missing. A box has both:\n{_BOX_EXAMPLE}") for key in missing]


def _objective(objective: Mapping[str, Any], oracle: Mapping[str, Any]) -> list[Problem]:
    if oracle.get("kind") == "python":
        return [
            Problem(("objective", key), f"missing. Only you know the {key} value that your oracle gives.")
            for key in ("best", "worst")
            if key not in objective
        ]
    best, worst = _numbers(objective, ObjectiveSection, "best", "worst")
    if best is not None and worst is not None and best >= worst:
        return [
            Problem(
                ("objective", "best"),
                f"docking scores are better the lower: best must be below worst ({worst:g}).",
                best,
            )
        ]
    return []


def _block_limits(vocabulary: Mapping[str, Any]) -> list[Problem]:
    low, high = _numbers(vocabulary, VocabularySection, "min_blocks", "max_blocks")
    if low is None or high is None or low <= high:
        return []
    return [Problem(("vocabulary", "min_blocks"), f"above max_blocks ({high:g}).", low)]


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

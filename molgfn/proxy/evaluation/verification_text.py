"""How an existing proxy fares on a table, in words and as numbers."""

from dataclasses import asdict
from math import isnan
from typing import Any

from molgfn.proxy.card.facts import without_nan
from molgfn.proxy.evaluation.held_out import DomainJudged
from molgfn.proxy.evaluation.metrics import BEST_SHARE
from molgfn.proxy.evaluation.verification import Group, Verification

_NAMES = {
    "spearman": "Spearman",
    "pearson": "Pearson",
    "rmse": "RMSE, {unit}",
    "mae": "MAE, {unit}",
    "spearman_beyond_size": "Spearman beyond size",
    "enrichment": "enrichment of the best {share:.0%}",
}
_FEW = 20
"""Molecules below which the numbers say little."""


def as_json(found: Verification) -> dict[str, Any]:
    """Return it for programs; what is undefined is null."""
    content: dict[str, Any] = without_nan(asdict(found))
    return content


def as_text(found: Verification) -> str:
    """Return it for people."""
    better = "lower" if found.direction == "minimise" else "higher"
    lines = [
        f"{found.file}: {found.rows:,} rows, {_left_out(found)}; {found.unit}, {better} is better",
        f"noise floor  {_noise(found)}",
        f"new          {_counted(found.new)} that proxy {found.proxy!r} was not trained on"
        if found.training_known
        else f"all          {_counted(found.new)}; proxy {found.proxy!r} does not tell what it was trained on, so that "
        "these numbers may flatter it",
        *_group(found.new, found.unit),
    ]
    if found.training_known:
        lines += [f"trained on   {_counted(found.trained_on)}, judged apart: it has seen them"]
        lines += _group(found.trained_on, found.unit)
    return "\n".join([*lines, "In brackets: 95 % intervals over resamples of the molecules."])


def _left_out(found: Verification) -> str:
    return f"{found.left_out:,} left out (`molgfn assay check` lists them)" if found.left_out else "none left out"


def _noise(found: Verification) -> str:
    if found.noise is None or not found.noise.freedom:
        return "not known: no compound was measured twice" if found.noise else "not known: this table does not tell it"
    return f"{found.noise.sd:.3f} {found.unit}: standard deviation of one reading; no RMSE can be lower"


def _counted(group: Group) -> str:
    n = group.molecules + group.bounds
    return f"{n:,} molecule{'' if n == 1 else 's'}"


def _group(group: Group, unit: str) -> list[str]:
    rows = [(_NAMES[key].format(unit=unit, share=BEST_SHARE), str(value)) for key, value in group.metrics.items()]
    if group.bars:
        rows += [
            ("in the 90 % interval", str(group.bars.coverage_90)),
            ("half its width", f"{group.bars.metrics.mean_half_width:.3f} {unit}"),
            ("Spearman of error, std", str(group.bars.spearman)),
        ]
    if group.domain:
        rows.append(("in the domain", _domain(group.domain)))
    if group.bounds:
        rows.append(("bounds", f"{group.bounds_met:,} of {group.bounds:,} predictions on the right side"))
    if 0 < group.molecules < _FEW:
        rows.append(("mind", f"{group.molecules} measured molecules say little"))
    return [f"  {name:<28} {value}" for name, value in rows]


def _domain(domain: DomainJudged) -> str:
    words = [f"{domain.inside:,} of {domain.molecules:,} ({domain.inside / domain.molecules:.0%})"]
    sides = (("in it", domain.rmse_inside), ("outside", domain.rmse_outside))
    return ", ".join(words + [f"RMSE {where} {value:.3f}" for where, value in sides if not isnan(value)])

"""How well an existing proxy predicts the compounds of a table, in words and as numbers."""

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
"""With fewer molecules than this, the numbers say little."""


def as_json(judged: Verification) -> dict[str, Any]:
    """Return it for programs; what is undefined is null."""
    content: dict[str, Any] = without_nan(asdict(judged))
    return content


def as_text(judged: Verification) -> str:
    """Return it for people."""
    better = "lower" if judged.direction == "minimise" else "higher"
    lines = [
        f"{judged.file}: {judged.rows:,} rows, {_left_out(judged)}; {judged.unit}, {better} is better",
        f"noise floor  {_noise(judged)}",
        *(["stereo       stereoisomers are compounds of their own"] if judged.stereo == "keep" else []),
        *(f"note         the proxy gives {sentence}" for sentence in judged.limits),
        f"new          {_counted(judged.new)} that proxy {judged.proxy!r} was not trained on"
        if judged.training_known
        else f"all          {_counted(judged.new)}; proxy {judged.proxy!r} does not keep its training "
        "molecules: these numbers are too good if some of them are here",
        *_group(judged.new, judged.unit),
    ]
    if judged.training_known:
        lines += [f"trained on   {_counted(judged.trained_on)}, judged separately: the proxy has learnt from them"]
        lines += _group(judged.trained_on, judged.unit)
    return "\n".join([*lines, "In brackets: 95 % intervals over resamples of the molecules."])


def _left_out(judged: Verification) -> str:
    return f"{judged.left_out:,} left out (`molgfn assay check` lists them)" if judged.left_out else "none left out"


def _noise(judged: Verification) -> str:
    if judged.noise is None or not judged.noise.freedom:
        return (
            "not known: no compound was measured twice" if judged.noise else "not known: this table has no replicates"
        )
    return f"{judged.noise.sd:.3f} {judged.unit}: standard deviation of one reading; no RMSE can be lower"


def _counted(group: Group) -> str:
    return _molecules(group.molecules + group.bounds)


def _molecules(n: int) -> str:
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
        rows.append(("caution", f"{_molecules(group.molecules)} with a value: too few to judge by"))
    return [f"  {name:<28} {value}" for name, value in rows]


def _domain(domain: DomainJudged) -> str:
    words = [f"{domain.inside:,} of {domain.molecules:,} ({domain.inside / domain.molecules:.0%})"]
    sides = (("in it", domain.rmse_inside), ("outside", domain.rmse_outside))
    return ", ".join(words + [f"RMSE {where} {value:.3f}" for where, value in sides if not isnan(value)])

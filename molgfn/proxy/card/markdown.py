"""The model card for people, in Markdown; the card for programs holds the same facts."""

import math
from collections.abc import Sequence

from molgfn.proxy.card.facts import Card
from molgfn.proxy.evaluation.cross_validation import PROXY
from molgfn.proxy.evaluation.held_out import HeldOutEvaluation
from molgfn.proxy.evaluation.metrics import BEST_SHARE
from molgfn.proxy.settings import ProxySettings

_PARTS = {
    "scaffold": "no Bemis-Murcko scaffold is in both parts",
    "random": "analogues of a molecule are in both parts, so that every method looks better than on new series",
    "time": "trained on what was measured first, judged by what came last",
}
_OF_FOREST = {"model", "trees"}


def markdown(card: Card) -> str:
    """Return the card."""
    better = "lower" if card.info.direction == "minimise" else "higher"
    parts = [
        [f"# {card.verdict}", "", f"Predicts {card.description or 'a value'} in {card.info.unit}; {better} is better."],
        [card.stereo],
        _data(card),
        _numbers(card),
        *(_split(card, evaluation) for evaluation in card.evaluations),
        _parity(card),
        _bars(card),
        _domain(card),
        _worst(card),
        _model(card),
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _data(card: Card) -> list[str]:
    data, unit = card.data, card.info.unit
    rows = [
        ("file", f"`{data.file}`"),
        ("SHA-256 of the file", f"`{data.sha256}`"),
        ("rows", str(data.rows)),
        ("rows without a value (failed or open)", str(data.not_completed)),
        ("rows that cannot be used", _lines([f"line {row.line}: {row.found}" for row in data.bad_rows])),
        ("rows merged into an equal molecule", str(data.merged)),
        ("molecules trained on", str(data.molecules)),
        ("of which only a bound is known", str(data.bounds)),
        *([] if data.undated is None else [("without a date", str(data.undated))]),
        ("measured values", f"{data.mean:.2f} +- {data.std:.2f} {unit}, from {data.least:.2f} to {data.most:.2f}"),
        ("noise floor", _floor(card)),
    ]
    return ["## Data", "", *_table(("", ""), rows)]


def _floor(card: Card) -> str:
    if card.noise is None:
        return "not known: this table has no replicates (an assay table may)"
    if not card.noise.freedom:
        return "not known: no compound was measured twice"
    return (
        f"{card.noise.sd:.3f} {card.info.unit}, the standard deviation of one reading, from {card.noise.compounds} "
        "compounds with replicates: no model can have a lower RMSE on single readings"
    )


def _numbers(card: Card) -> list[str]:
    n = 1 + len(card.evaluations[0].gains)
    return [
        "## How it was judged",
        "",
        f"Every molecule was predicted by models that were not trained on it; all {n} methods had the same splits. "
        "In brackets: "
        "95 % intervals over resamples of the molecules (bootstrap); repeats of a molecule are resampled together. "
        "*Spearman beyond size*: after the number of heavy atoms is regressed out of prediction and measurement. "
        f"*Enrichment*: how many times more of the best {BEST_SHARE:.0%} are among the {BEST_SHARE:.0%} predicted best "
        f"than chance would put there; at most {1 / BEST_SHARE:g}.",
    ]


def _split(card: Card, judged: HeldOutEvaluation) -> list[str]:
    unit = card.info.unit
    columns = {
        "spearman": "Spearman",
        "rmse": f"RMSE, {unit}",
        "mae": f"MAE, {unit}",
        "pearson": "Pearson",
        "enrichment": "enrichment",
        "spearman_beyond_size": "Spearman beyond size",
    }
    rows = [
        (f"**{method}**" if method == PROXY else method, *(str(metrics[key]) for key in columns))
        for method, metrics in judged.methods.items()
    ]
    if card.noise is not None and card.noise.freedom:
        rows.append(("*replicate noise, the floor*", "", f"{card.noise.sd:.3f}", "", "", "", ""))
    gains = [
        (f"proxy minus {method}", *(str(difference[key]) for key in ("spearman", "rmse")))
        for method, difference in judged.gains.items()
    ]
    return [
        f"## On {judged.split} splits",
        "",
        f"{_how_often(judged)} ({_PARTS[judged.split]}): trained on {_range(judged.n_train)} molecules, judged on "
        f"{judged.molecules}; seed{'s' if len(judged.seeds) > 1 else ''} {', '.join(map(str, judged.seeds))}.",
        "",
        *_table(("method", *columns.values()), rows),
        "",
        *_table(("difference", "Spearman", f"RMSE, {unit}"), gains),
    ]


def _how_often(judged: HeldOutEvaluation) -> str:
    if judged.folds == 1:
        return "One split"
    return f"{judged.folds} folds" + (f", {judged.repeats} times with other folds" if judged.repeats > 1 else "")


def _parity(card: Card) -> list[str]:
    return [
        "## Predicted and measured",
        "",
        f"On {card.evaluations[0].split} splits; every prediction is a row of `held_out.csv`.",
        "",
        "![Measured over predicted values](parity.svg)",
    ]


def _bars(card: Card) -> list[str]:
    head = ["## Error bars", ""]
    judged = [(evaluation.split, evaluation.bars) for evaluation in card.evaluations if evaluation.bars]
    if not judged:
        none = "Not judged: that needs at least 2 members, and 20 measured molecules in each training part."
        return [*head, none, *_kept_calibration(card)]
    rows = [
        (
            split,
            str(bars.coverage_90),
            f"{bars.metrics.mean_half_width:.3f}",
            f"{bars.metrics.ence:.3f}",
            f"{bars.metrics.miscalibration_area:.3f}",
            str(bars.spearman),
        )
        for split, bars in judged
    ]
    unit = card.info.unit
    return [
        *head,
        "Standard deviations and intervals are calibrated on training molecules, each predicted by the members that "
        "were not trained on it. They are judged here on molecules that were used for nothing else. *ENCE*: how far "
        "standard deviations are from the errors, relative to them. *Area*: between expected and observed shares. 0 is "
        "best for both.",
        "",
        *_table(
            (
                "splits",
                "in the 90 % interval",
                f"half its width, {unit}",
                "ENCE",
                "area",
                "Spearman of error with standard deviation",
            ),
            rows,
        ),
        "",
        "![Share of values found in intervals over the share expected](calibration.svg)",
        *_kept_calibration(card),
    ]


def _kept_calibration(card: Card) -> list[str]:
    kept = card.info.calibration
    if kept is None or card.limits.error_bars:
        return ["", f"The proxy that is kept gives {card.limits.error_bars}."]
    whose = "the members and the process" if card.info.process_weight else "the members"
    return [
        "",
        f"Of the proxy that is kept: standard deviation of the error = sqrt({kept.base:.3f}^2 + ({kept.scale:.3f} x "
        f"spread of {whose})^2) {card.info.unit}, learnt from {kept.n} molecules.",
    ]


def _domain(card: Card) -> list[str]:
    head, domain = ["## Domain", ""], card.info.domain
    if domain is None:
        return [*head, f"The proxy that is kept gives {card.limits.domain}."]
    learnt = (
        f"The proxy that is kept gives {card.limits.domain}: only molecules farther from its training molecules than "
        "99 % of these are from each other are called outside"
        if card.limits.domain
        else "A molecule is in the domain if its similarity to the nearest training molecule is at least "
        f"{domain.threshold:.2f} (Tanimoto, Morgan fingerprints): below, the expected error is more than 1.5 times the "
        "usual one"
    )
    unit = card.info.unit
    rows = [
        (
            evaluation.split,
            _share(evaluation.domain.inside, evaluation.domain.molecules),
            *map(_number, (evaluation.domain.rmse_inside, evaluation.domain.rmse_outside)),
        )
        for evaluation in card.evaluations
        if evaluation.domain
    ]
    return [
        *head,
        f"{learnt}. Usual error: {domain.usual_error:.3f} {unit}; learnt from {domain.n} molecules. Each training on "
        "splits learns a threshold of its own.",
        "",
        *_table(("splits", "in the domain", f"RMSE in it, {unit}", f"RMSE outside, {unit}"), rows),
    ]


def _worst(card: Card) -> list[str]:
    rows = [
        (
            str(number),
            f"`{prediction.smiles}`",
            f"{prediction.measured:.2f}",
            f"{prediction.predicted:.2f}" + ("" if prediction.std is None else f" +- {prediction.std:.2f}"),
            {None: "not known", True: "yes", False: "no"}[prediction.in_domain],
            f"{prediction.similarity:.2f} `{prediction.nearest}`",
        )
        for number, prediction in enumerate(card.worst, start=1)
    ]
    header = ("", "molecule", "measured", "predicted", "in the domain", "nearest training molecule")
    return [
        f"## The {len(rows)} worst predictions",
        "",
        f"On {card.evaluations[0].split} splits, in {card.info.unit}. Look for what they have in common.",
        "",
        "![The molecules that were predicted worst](worst.svg)",
        "",
        *_table(header, rows),
    ]


def _model(card: Card) -> list[str]:
    info = card.info
    kind = "message-passing networks" if info.model == "network" else "trees on Morgan counts (a random forest)"
    curves = [
        "",
        f"Epochs of the members: {', '.join(map(str, card.epochs))}. Each member keeps the weights that best predicted "
        "the molecules it was not trained on. Every loss is a row of `curves.csv`.",
        "",
        "![Losses over epochs](curves.svg)",
    ]
    return [
        "## Model",
        "",
        f"Ensemble of {info.members} {kind}; the mean over the members is the prediction.",
        *_process(info.process_weight),
        *(curves if card.epochs else []),
        "",
        *_table(("setting", "value"), [(key, str(value)) for key, value in _settings(card.settings).items()]),
        "",
        "To make it again: `molgfn proxy train recipe.toml -o DIR` "
        f"(seed {info.seed}; {', '.join(f'{package} {number}' for package, number in info.versions.items())}).",
        f"SHA-256 of molecules and values: `{info.data_sha256}`.",
    ]


def _process(weight: float) -> list[str]:
    if not weight:
        return []
    return [
        f"Beside them a Gaussian process with the Tanimoto kernel on Morgan counts has a weight of {weight:.0%} near "
        "the training molecules, and less with the distance to them."
    ]


def _settings(settings: ProxySettings) -> dict[str, object]:
    kept = settings.model_dump()
    if settings.model == "network":
        return {key: value for key, value in kept.items() if key != "trees"}
    return {key: value for key, value in kept.items() if key in _OF_FOREST}


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in cells]


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})"


def _number(value: float) -> str:
    return "none" if math.isnan(value) else f"{value:.3f}"


def _range(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low}-{high}"


def _lines(lines: Sequence[str]) -> str:
    return f"{len(lines)}: {'; '.join(lines)}" if lines else "0"

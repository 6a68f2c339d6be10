"""A proxy and its card as files, and the card of a proxy as it was written."""

import json
from collections.abc import Sequence
from pathlib import Path

from molgfn.errors import ConfigError
from molgfn.files import whole_files, write_csv, write_json, write_text
from molgfn.proxy.card.facts import Card
from molgfn.proxy.card.markdown import markdown
from molgfn.proxy.card.plots import calibration_plot, curves_plot, parity_plot, worst_picture
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.data.training_molecules import FILE as TRAINING_MOLECULES
from molgfn.proxy.description import existing
from molgfn.proxy.evaluation.cross_validation import PROXY, Held
from molgfn.proxy.plain_description import DESCRIPTION
from molgfn.proxy.proxy import CURVES, WEIGHTS, Proxy
from molgfn.proxy.uncertainty.limits import limits_of_folder

CARD, CARD_FOR_PROGRAMS, HELD_OUT = "card.md", "card.json", "held_out.csv"
PLOTS = ("parity.svg", "calibration.svg", "curves.svg", "worst.svg")
WRITTEN = (WEIGHTS, DESCRIPTION, TRAINING_MOLECULES, CURVES, CARD, CARD_FOR_PROGRAMS, HELD_OUT, *PLOTS)
"""Files of a proxy; an earlier one of the same name is replaced or removed."""

_COLUMNS = ("split", "part", "smiles", "measured", "predicted", "std", "in_domain", "similarity", "nearest")


def write_proxy(proxy: Proxy, card: Card, held: Sequence[Held], data: TrainingData, folder: Path) -> None:
    """Write a proxy with its card; files are put in place when all are written.

    Parameters
    ----------
    proxy : Proxy
    card : Card
    held : sequence of Held
        The predictions that each evaluation of the card was made from.
    data : TrainingData
        The molecules that `held` predicts.
    folder : Path
        Files of an earlier proxy in it are replaced or removed; all others stay.
    """
    # A forest has no learning curves: curves of earlier networks in this folder must be removed.
    with whole_files(folder, gone=(CURVES, *PLOTS)) as draft:
        proxy.save(draft)
        _write_plots(proxy, card, held[0], draft)
        _write_held_out(card, held, data, draft / HELD_OUT)
        write_text(draft / CARD, markdown(card))
        write_json(draft / CARD_FOR_PROGRAMS, card.as_json())


def read_card(folder: Path, for_programs: bool = False) -> str:
    """Return the card of a proxy as Markdown, or as JSON, with what it cannot say even if an earlier version wrote it.

    Raises
    ------
    ConfigError
        If there is no such proxy, or it has no card.
    """
    existing(folder / DESCRIPTION)
    path = folder / (CARD_FOR_PROGRAMS if for_programs else CARD)
    if not path.is_file():
        raise ConfigError(
            f"{folder}: this proxy has no card ({path.name}).",
            "`molgfn proxy train` writes one; a proxy of a campaign is judged in proxy_card.json of its run.\n"
            "To judge it by measured values: molgfn proxy evaluate PROXY FILE.",
        )
    content, limits = path.read_text(encoding="utf-8"), limits_of_folder(folder)
    sentences = limits.sentences if limits else ()
    if for_programs:
        return json.dumps(json.loads(content) | {"limits": sentences}, indent=2, ensure_ascii=False)
    left_out = (sentence for sentence in sentences if sentence not in content)
    return "\n".join([content.rstrip("\n"), *(f"\nThis proxy gives {sentence}." for sentence in left_out)])


def _write_plots(proxy: Proxy, card: Card, first: Held, folder: Path) -> None:
    self_assessment = first.self_assessment
    inside = self_assessment.in_domain if self_assessment else None
    write_text(folder / "parity.svg", parity_plot(first.predicted[PROXY], first.measured, proxy.unit, inside))
    coverage = {f"{judged.split} splits": judged.bars.metrics.coverage for judged in card.evaluations if judged.bars}
    if coverage:
        write_text(folder / "calibration.svg", calibration_plot(coverage))
    if proxy.curves:
        write_text(folder / "curves.svg", curves_plot(proxy.curves))
    write_text(folder / "worst.svg", worst_picture(card.worst))


def _write_held_out(card: Card, held: Sequence[Held], data: TrainingData, path: Path) -> None:
    rows: list[tuple[object, ...]] = []
    for evaluation, predictions in zip(card.evaluations, held, strict=True):
        self_assessment = predictions.self_assessment
        assert self_assessment is not None, "the proxy was left out"
        for row, molecule in enumerate(predictions.molecule):
            std = None if self_assessment.bars is None else round(float(self_assessment.bars.std[row]), 4)
            inside = None if self_assessment.in_domain is None else ("yes" if self_assessment.in_domain[row] else "no")
            numbers = (
                round(float(predictions.measured[row]), 4),
                round(float(predictions.predicted[PROXY][row]), 4),
                std,
            )
            near = (round(float(self_assessment.similarity[row]), 4), self_assessment.nearest[row])
            rows.append(
                (evaluation.split, int(predictions.part[row]) + 1, data.smiles[molecule], *numbers, inside, *near)
            )
    write_csv(path, _COLUMNS, rows)

"""Train a proxy from a recipe, and write it with its card."""

import hashlib
from pathlib import Path

from molgfn.files import refuse_input_as_output
from molgfn.progress import Progress, Step
from molgfn.proxy.card.facts import Card, DataFacts, worst_predictions
from molgfn.proxy.card.files import WRITTEN, write_proxy
from molgfn.proxy.card.verdict import verdict
from molgfn.proxy.classical.baselines import BASELINES, FOREST
from molgfn.proxy.data.training_data import TrainingData
from molgfn.proxy.evaluation.cross_validation import Held, cross_validate
from molgfn.proxy.evaluation.held_out import judge_held
from molgfn.proxy.evaluation.split_plans import Plan, plans
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.recipe import Recipe, Source, load_recipe
from molgfn.proxy.settings import ProxySettings, TrainingEpoch
from molgfn.proxy.train import train_proxy


def run_recipe(recipe_file: Path, out: Path, progress: Progress) -> str:
    """Judge a proxy on splits, train it on all the data, and write it with its card.

    Parameters
    ----------
    recipe_file, out : Path
        `out` is a folder; see `write_proxy`.
    progress : Progress

    Returns
    -------
    str
        The verdict, which is the first line of the card.

    Raises
    ------
    ConfigError, DataError
        If the recipe or its data cannot be used, or would be overwritten. Nothing is trained then.
    """
    recipe = load_recipe(recipe_file)
    for name in WRITTEN:
        refuse_input_as_output(out / name, [recipe_file, recipe.data])
    source = recipe.source(progress)
    asked = recipe.evaluation
    made = plans(asked.splits, source.data, asked.folds, asked.repeats, recipe.seed, progress)
    held = [_held(recipe, source, plan, progress) for plan in made]
    with progress.step("intervals of all metrics"):
        evaluations = [
            judge_held(one, plan, source.data, source.direction) for one, plan in zip(held, made, strict=True)
        ]
    with progress.step("training on all data", total=_epochs(recipe.settings)) as step:
        counter = _Counter(step, _epochs(recipe.settings))
        proxy = _train(recipe, source, source.data, recipe.seed, counter)
        counter.finish()
    digest = hashlib.sha256(recipe.data.read_bytes()).hexdigest()
    last_epochs = {one.member: one.epoch for one in proxy.curves}
    card = Card(
        verdict=verdict(recipe.name, evaluations[0]),
        description=recipe.description,
        info=proxy.info,
        settings=recipe.settings,
        data=DataFacts.of(source.data, recipe.data.name, digest),
        noise=source.noise,
        evaluations=evaluations,
        worst=worst_predictions(held[0], source.data.smiles),
        epochs=tuple(last_epochs.values()),
    )
    write_proxy(proxy, card, held, source.data, out)
    return card.verdict


def _held(recipe: Recipe, source: Source, plan: Plan, progress: Progress) -> Held:
    each = _epochs(recipe.settings)
    # Beside a forest another one says nothing.
    baselines = {name: one for name, one in BASELINES.items() if (name, recipe.settings.model) != (FOREST, "forest")}
    with progress.step(f"judging on {plan.kind} splits", total=len(plan.parts) * each) as step:
        counter = _Counter(step, each)
        return cross_validate(
            source.data,
            plan,
            train=lambda data, seed: _train(recipe, source, data, seed, counter),
            baselines=baselines,
            on_part=counter.finish,
        )


def _train(recipe: Recipe, source: Source, data: TrainingData, seed: int, counter: "_Counter") -> Proxy:
    return train_proxy(
        data.smiles,
        data.values,
        unit=source.unit,
        direction=source.direction,
        settings=recipe.settings,
        seed=seed,
        name=recipe.name,
        sides=data.sides,
        counts=data.counts,
        stereo=data.stereo,
        on_epoch=counter.count,
    )


def _epochs(settings: ProxySettings) -> int:
    return settings.members * settings.epochs if settings.model == "network" else 1


class _Counter:
    """Counts the epochs of a training; epochs that were not needed count as done when it has finished."""

    def __init__(self, step: Step, epochs: int) -> None:
        self._step, self._epochs, self._done = step, epochs, 0

    def count(self, epoch: TrainingEpoch) -> None:
        self._done += 1
        self._step.advance(note=f"loss {epoch.loss:.3f}")

    def finish(self) -> None:
        self._step.advance(self._epochs - self._done)
        self._done = 0

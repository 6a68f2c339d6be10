"""Recipes: a file that says how a proxy is trained and judged, and the one function that does it."""

import hashlib
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from molgfn.assay.cells import Decimal
from molgfn.assay.report import report
from molgfn.assay.table_import import ReadingOptions, read_assay
from molgfn.errors import ConfigError, did_you_mean
from molgfn.oracles.base import Direction
from molgfn.progress import Progress, Step
from molgfn.proxy.assay_data import training_data
from molgfn.proxy.card import Card, DataSource, write_card
from molgfn.proxy.data import TrainingData, read_table
from molgfn.proxy.evaluate import evaluate
from molgfn.proxy.settings import ProxySettings, TrainingEpoch
from molgfn.proxy.splits import SplitKind
from molgfn.proxy.training import train_proxy

_Seed = Annotated[int, Field(ge=0, lt=2**31)]


class EvaluationSettings(BaseModel):
    """`[evaluation]`: how the proxy is judged before the one that is kept is trained on all the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    splits: tuple[SplitKind, ...] = ("scaffold",)
    seeds: Annotated[tuple[_Seed, ...], Field(min_length=1)] = (1, 2, 3, 4, 5)
    """One split a seed."""
    test_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.2


@dataclass(frozen=True)
class Source:
    """What a recipe trains on."""

    data: TrainingData
    unit: str
    direction: Direction


class Recipe(BaseModel):
    """A recipe file (TOML); `data` is relative to the file.

    `description` says in a sentence what the values are; it stands on the card.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    description: str = ""
    data: Path
    seed: _Seed = 1
    settings: ProxySettings = ProxySettings()
    evaluation: EvaluationSettings = EvaluationSettings()

    def source(self, progress: Progress) -> Source:
        """Read the data.

        Raises
        ------
        DataError
            If no proxy can be trained on them.
        """
        raise NotImplementedError


class ColumnRecipe(Recipe):
    """Of a table with the columns `smiles` and `value_column`, all values in one unit."""

    value_column: str
    unit: str
    direction: Direction

    def source(self, progress: Progress) -> Source:
        """Read the table; rows that cannot be used are named."""
        data = read_table(self.data, self.value_column)
        for row in data.bad_rows:
            progress.log(f"{self.data}, line {row.line}: not used: {row.found}")
        return Source(data, self.unit, self.direction)


class AssayTable(BaseModel):
    """`[assay]`: what must be said of a lab's table beyond what stands in it (see `ReadingOptions`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, str] = {}
    unit: str = ""
    type: str = ""
    decimal: Decimal | None = None


class AssayRecipe(Recipe):
    """Of an assay table, which says its units itself; a recipe with a section `[assay]`, which may be empty."""

    assay: AssayTable

    def source(self, progress: Progress) -> Source:
        """Read the table; the report on it is shown."""
        said = self.assay
        options = ReadingOptions(said.columns, said.unit, said.type, said.decimal)
        assay = read_assay(self.data, options, progress)
        for line in report(assay).splitlines():
            progress.log(line)
        assay.check_rows()
        assay.check_trainable()
        return Source(training_data(assay), assay.quantity.unit, assay.quantity.direction)


def load_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises
    ------
    ConfigError
        If it cannot be read or has an unknown, missing or wrong key; all such keys are named at once.
    """
    try:
        with path.open("rb") as handle:
            content = tomllib.load(handle)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    try:
        recipe = (AssayRecipe if "assay" in content else ColumnRecipe).model_validate(content)
    except ValidationError as error:
        raise ConfigError(f"{path}: not a usable recipe", _list_errors(error)) from error
    data = path.parent / recipe.data
    if not data.is_file():
        raise ConfigError(f"{path}: data = {str(recipe.data)!r}: no such file", f"Looked for {data}.")
    return recipe.model_copy(update={"data": data})


def run_recipe(recipe_file: Path, out: Path, progress: Progress) -> None:
    """Judge a proxy on splits, train it on all the data, and write it with its card.

    Writes `weights.safetensors`, `proxy.json`, `card.md` and `card.json` into `out`.

    Raises
    ------
    ConfigError, DataError
        If the recipe or its data cannot be used.
    """
    recipe = load_recipe(recipe_file)
    source = recipe.source(progress)
    data = source.data
    evaluations = []
    for kind in recipe.evaluation.splits:
        total = len(recipe.evaluation.seeds) * recipe.settings.members * recipe.settings.epochs
        with progress.step(f"judging on {kind} splits", total=total) as step:
            evaluations.append(
                evaluate(
                    data,
                    kind,
                    recipe.evaluation.seeds,
                    recipe.evaluation.test_fraction,
                    unit=source.unit,
                    direction=source.direction,
                    settings=recipe.settings,
                    on_epoch=_counting(step),
                )
            )
    with progress.step("training on all data", total=recipe.settings.members * recipe.settings.epochs) as step:
        proxy = train_proxy(
            data.smiles,
            data.values,
            unit=source.unit,
            direction=source.direction,
            settings=recipe.settings,
            seed=recipe.seed,
            name=recipe.name,
            sides=data.sides,
            counts=data.counts,
            on_epoch=_counting(step),
        )
    proxy.save(out)
    file = DataSource(recipe.data.name, hashlib.sha256(recipe.data.read_bytes()).hexdigest(), recipe.description)
    write_card(Card(proxy, recipe.settings, data, file, evaluations), out)


def _counting(step: Step) -> Callable[[TrainingEpoch], None]:
    return lambda epoch: step.advance(note=f"loss {epoch.loss:.3f}")


def _list_errors(error: ValidationError) -> str:
    return "\n".join(_one_error(one) for one in error.errors())


def _one_error(one: ErrorDetails) -> str:
    key = ".".join(map(str, one["loc"]))
    if one["type"] == "extra_forbidden":
        known = [
            name
            for part in (ColumnRecipe, AssayRecipe, AssayTable, ProxySettings, EvaluationSettings)
            for name in part.model_fields
        ]
        return f"{key}: unknown key. {did_you_mean(str(one['loc'][-1]), known)}".rstrip()
    if one["type"] == "missing":
        return f"{key}: this key is missing"
    return f"{key} = {one['input']!r}: {one['msg']}"

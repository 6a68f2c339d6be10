"""Recipes: a file that says how a proxy is trained and judged."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError
from pydantic_core import ErrorDetails

from molgfn.assay.compounds import Noise, replicate_noise
from molgfn.assay.report import report
from molgfn.assay.table_import import ReadingOptions, read_assay
from molgfn.assay.values import Decimal
from molgfn.chem.standardise import Stereo
from molgfn.direction import Direction
from molgfn.errors import ConfigError, did_you_mean
from molgfn.progress import Progress
from molgfn.proxy.data.from_assay import training_data
from molgfn.proxy.data.training_data import TrainingData, read_table
from molgfn.proxy.evaluation.splits import SplitKind
from molgfn.proxy.settings import ProxySettings

_Seed = Annotated[int, Field(ge=0, lt=2**31)]


class EvaluationSettings(BaseModel):
    """`[evaluation]`: how the proxy is judged before the one that is kept is trained on all the data.

    Attributes
    ----------
    splits : tuple of str, optional
        "random", "scaffold" and "time"; the first one decides the verdict. By default all that the data allow: by
        scaffold, at random, and by time where they have dates.
    folds, repeats : int
        Each molecule is held out once a repeat; by time the last of this many parts is held out once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    splits: Annotated[tuple[SplitKind, ...], Field(min_length=1)] | None = None
    folds: Annotated[int, Field(ge=2)] = 5
    repeats: PositiveInt = 1


@dataclass(frozen=True)
class Source:
    """What a recipe trains on."""

    data: TrainingData
    unit: str
    direction: Direction
    noise: Noise | None = None
    """Replicate noise, where the table tells it."""


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
    stereo: Stereo = "merge"

    def source(self, progress: Progress) -> Source:
        """Read the table; rows that cannot be used are named."""
        data = read_table(self.data, self.value_column, stereo=self.stereo)
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
    stereo: Stereo = "merge"


class AssayRecipe(Recipe):
    """Of an assay table, which says its units itself; a recipe with a section `[assay]`, which may be empty."""

    assay: AssayTable

    def source(self, progress: Progress) -> Source:
        """Read the table; the report on it is shown."""
        table = self.assay
        options = ReadingOptions(table.columns, table.unit, table.type, table.decimal, stereo=table.stereo)
        assay = read_assay(self.data, options, progress)
        for line in report(assay).splitlines():
            progress.log(line)
        assay.check_rows()
        assay.check_trainable()
        noise = replicate_noise(assay.compounds)
        return Source(training_data(assay), assay.quantity.unit, assay.quantity.direction, noise)


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

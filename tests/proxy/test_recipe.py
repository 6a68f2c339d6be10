"""What a recipe says is checked before anything else; a wrong one is told key by key."""

from pathlib import Path

import pytest

from molgfn.errors import ConfigError
from molgfn.progress import SilentProgress
from molgfn.proxy.recipe import load_recipe

RECIPE = """
name = "small"
description = "made-up scores"
data = "table.csv"
value_column = "score"
unit = "kcal/mol"
direction = "minimise"
seed = 4

[settings]
members = 2
width = 8
steps = 1
epochs = 2

[evaluation]
splits = ["scaffold", "random"]
folds = 2
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 4", "sed = 4", "sed: unknown key. Did you mean `seed`?"),
        ("epochs = 2", "epoch = 2", "settings.epoch: unknown key. Did you mean `epochs`?"),
        ('unit = "kcal/mol"', "", "unit: this key is missing"),
        ("members = 2", "members = 0", "settings.members = 0: Input should be greater than 0"),
        ('"scaffold", "random"', '"date"', "splits.0 = 'date': Input should be 'random', 'scaffold' or 'time'"),
        ("folds = 2", "folds = 1", "evaluation.folds = 1: Input should be greater than or equal to 2"),
        ("folds = 2", "fold = 2", "evaluation.fold: unknown key. Did you mean `folds`?"),
        ("table.csv", "none.csv", "data = 'none.csv': no such file"),
        ("seed = 4", "seed = ", "not TOML"),
        ("seed = 4", 'stereo = "both"', "stereo = 'both': Input should be 'merge' or 'keep'"),
    ],
)
def test_a_wrong_recipe_is_named(table, old, new, message):
    path = written(table.parent, RECIPE.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load_recipe(path)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)


def test_all_wrong_keys_are_named_at_once(table):
    path = written(table.parent, RECIPE.replace("seed = 4", "sed = 4").replace("width = 8", "width = 0"))
    with pytest.raises(ConfigError) as caught:
        load_recipe(path)
    assert caught.value.hint.count("\n") == 1


def test_a_missing_recipe_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"recipe\.toml: cannot be read: No such file"):
        load_recipe(tmp_path / "recipe.toml")


def test_a_section_for_assay_tables_has_known_keys_too(table):
    path = written(table.parent, 'name = "lab"\ndata = "table.csv"\n[assay]\ncolums = {}\n')
    with pytest.raises(ConfigError, match=r"assay\.colums: unknown key\. Did you mean `columns`"):
        load_recipe(path)


@pytest.mark.parametrize(("value", "told"), [('"both"', "'both'"), ("true", "True")])
def test_what_stereoisomers_are_is_one_of_two_words(table, value, told):
    path = written(table.parent, f'name = "lab"\ndata = "table.csv"\n[assay]\nstereo = {value}\n')
    with pytest.raises(ConfigError) as caught:
        load_recipe(path)
    assert caught.value.hint == f"assay.stereo = {told}: Input should be 'merge' or 'keep'"


@pytest.mark.parametrize(("said", "molecules"), [("", 1), ('stereo = "merge"', 1), ('stereo = "keep"', 2)])
def test_a_table_of_one_unit_is_read_with_stereoisomers_as_said(tmp_path, said, molecules):
    (tmp_path / "table.csv").write_text("smiles,score\nC[C@@H](N)CO,-8\nC[C@H](N)CO,-5\n")
    recipe = load_recipe(written(tmp_path, RECIPE.replace("seed = 4", said)))
    data = recipe.source(SilentProgress()).data
    assert (len(data), data.stereo) == (molecules, "keep" if molecules == 2 else "merge")

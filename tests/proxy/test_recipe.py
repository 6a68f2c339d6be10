"""A recipe makes a proxy and its card from a table, in one call."""

from pathlib import Path

import pytest

from molgfn.errors import ConfigError, DataError
from molgfn.progress import SilentProgress
from molgfn.proxy.ensemble import Proxy
from molgfn.proxy.recipe import load_recipe, run_recipe

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
seeds = [1, 2]
"""


class Listening(SilentProgress):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def log(self, message: str) -> None:
        self.lines.append(message)


def written(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_recipe_makes_a_proxy_and_its_card(table, smiles, tmp_path):
    progress = Listening()
    out = tmp_path / "out"
    run_recipe(written(table.parent, RECIPE), out, progress)
    written_files = {"card.json", "card.md", "curves.csv", "molecules.csv", "proxy.json", "weights.safetensors"}
    assert {path.name for path in out.iterdir()} == written_files
    proxy = Proxy.load(out)
    assert (proxy.name, proxy.unit, proxy.n_train, proxy.info.seed) == ("small", "kcal/mol", len(smiles), 4)
    card = (out / "card.md").read_text()
    assert "## On scaffold splits" in card
    assert "## On random splits" in card
    assert "Predicts made-up scores in kcal/mol" in card
    assert len(progress.lines) == 2
    assert progress.lines[0].endswith("not used: not a valid SMILES: 'c1cc'")
    run_recipe(table.parent / "recipe.toml", tmp_path / "again", progress)
    for name in ("card.md", "weights.safetensors"):
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 4", "sed = 4", "sed: unknown key. Did you mean `seed`?"),
        ("epochs = 2", "epoch = 2", "settings.epoch: unknown key. Did you mean `epochs`?"),
        ('unit = "kcal/mol"', "", "unit: this key is missing"),
        ("members = 2", "members = 0", "settings.members = 0: Input should be greater than 0"),
        ('"scaffold", "random"', '"time"', "evaluation.splits.0 = 'time': Input should be 'random' or 'scaffold'"),
        ("table.csv", "none.csv", "data = 'none.csv': no such file"),
        ("seed = 4", "seed = ", "not TOML"),
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


ASSAY = """
name = "lab"
data = "lab.csv"
[assay]
[settings]
members = 1
width = 8
steps = 1
epochs = 2
[evaluation]
splits = ["random"]
seeds = [1]
"""


def test_a_lab_table_is_trained_on_as_it_is(tmp_path):
    golden = Path(__file__).parents[1] / "golden" / "assay"
    (tmp_path / "lab.csv").write_bytes((golden / "lab.csv").read_bytes())
    progress = Listening()
    run_recipe(written(tmp_path, ASSAY), tmp_path / "out", progress)
    proxy = Proxy.load(tmp_path / "out")
    assert (proxy.unit, proxy.direction, proxy.n_train) == ("pIC50", "maximise", 27)
    assert "used         30 rows, 27 compounds" in progress.lines
    card = (tmp_path / "out" / "card.md").read_text()
    assert "| rows that cannot be used | 1: line 33: unusable structure: not a valid SMILES: 'mandelic' |" in card
    wrong = ASSAY.replace("[assay]", '[assay]\ncolumns = {value = "Ki"}')
    with pytest.raises(DataError, match="no column 'Ki' for the measured value"):
        run_recipe(written(tmp_path, wrong), tmp_path / "out", progress)
    with pytest.raises(ConfigError, match=r"assay\.colums: unknown key\. Did you mean `columns`"):
        load_recipe(written(tmp_path, ASSAY.replace("[assay]", "[assay]\ncolums = {}")))

"""A recipe makes a proxy and its card from a table, in one call."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from molgfn.errors import DataError
from molgfn.progress import SilentProgress
from molgfn.proxy import train_recipe
from molgfn.proxy.classical.baselines import linear_counts, size_alone
from molgfn.proxy.evaluation import bootstrap
from molgfn.proxy.evaluation.metrics import rmse
from molgfn.proxy.proxy import Proxy
from molgfn.proxy.train_recipe import run_recipe

RECIPE = """
name = "small"
description = "made-up scores"
data = "table.csv"
value_column = "score"
unit = "kcal/mol"
direction = "minimise"
seed = 4

[settings]
members = 4
width = 8
steps = 1
epochs = 2
patience = 0

[evaluation]
splits = ["scaffold", "random"]
folds = 2
"""
ASSAY = """
name = "lab"
data = "lab.csv"
[assay]
[settings]
model = "forest"
trees = 20
[evaluation]
folds = 2
"""
LAB = Path(__file__).parents[1] / "golden" / "assay" / "lab.csv"


class Listening(SilentProgress):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def log(self, message: str) -> None:
        self.lines.append(message)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(bootstrap, "RESAMPLES", 30)
    quick = {train_recipe.FOREST: linear_counts, "number of heavy atoms alone": size_alone}
    monkeypatch.setattr(train_recipe, "BASELINES", quick)


def written(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_recipe_makes_a_proxy_and_its_card(table, smiles, tmp_path):
    progress, out = Listening(), tmp_path / "out"
    run_recipe(written(table.parent, RECIPE), out, progress)
    assert {path.name for path in out.iterdir()} == {
        "calibration.svg", "card.json", "card.md", "curves.csv", "curves.svg", "held_out.csv", "molecules.csv",
        "parity.svg", "proxy.json", "weights.safetensors", "worst.svg",
    }  # fmt: skip
    proxy = Proxy.load(out)
    assert (proxy.name, proxy.unit, proxy.n_train, proxy.info.seed) == ("small", "kcal/mol", len(smiles), 4)
    card = (out / "card.md").read_text()
    assert card.startswith(f"# {json.loads((out / 'card.json').read_text())['verdict']}\n")
    assert "## On scaffold splits" in card
    assert "## On random splits" in card
    assert "Predicts made-up scores in kcal/mol" in card
    assert progress.lines[0].endswith("not used: not a valid SMILES: 'c1cc'")
    run_recipe(table.parent / "recipe.toml", tmp_path / "again", progress)
    for path in out.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_the_numbers_on_the_card_follow_from_the_predictions_beside_it(table, tmp_path):
    run_recipe(written(table.parent, RECIPE), tmp_path / "out", SilentProgress())
    with (tmp_path / "out" / "held_out.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "scaffold"]
    predicted, measured = (np.array([float(row[key]) for row in rows]) for key in ("predicted", "measured"))
    evaluation = json.loads((tmp_path / "out" / "card.json").read_text())["evaluations"][0]
    assert evaluation["split"] == "scaffold"
    assert evaluation["predictions"] == len({row["smiles"] for row in rows}) == len(rows)
    assert evaluation["methods"]["proxy"]["rmse"]["value"] == pytest.approx(rmse(predicted, measured), abs=1e-3)


def test_a_lab_table_is_trained_on_as_it_is_with_its_noise_and_dates(tmp_path):
    (tmp_path / "lab.csv").write_bytes(LAB.read_bytes())
    progress, out = Listening(), tmp_path / "out"
    run_recipe(written(tmp_path, ASSAY), out, progress)
    proxy = Proxy.load(out)
    assert (proxy.unit, proxy.direction, proxy.n_train) == ("pIC50", "maximise", 25)
    assert "used         30 rows, 27 compounds" in progress.lines
    card = (out / "card.md").read_text()
    assert "| rows that cannot be used | 1: line 33: unusable structure: not a valid SMILES: 'mandelic' |" in card
    assert "| noise floor | 0.271 pIC50" in card
    content = json.loads((out / "card.json").read_text())
    assert [one["split"] for one in content["evaluations"]] == ["scaffold", "random", "time"]
    assert train_recipe.FOREST not in content["evaluations"][0]["methods"]


def test_a_column_that_is_not_there_is_told_before_anything_is_written(tmp_path):
    (tmp_path / "lab.csv").write_bytes(LAB.read_bytes())
    wrong = ASSAY.replace("[assay]", '[assay]\ncolumns = {value = "Ki"}')
    with pytest.raises(DataError, match="no column 'Ki' for the measured value"):
        run_recipe(written(tmp_path, wrong), tmp_path / "out", SilentProgress())
    assert not (tmp_path / "out").exists()


def test_a_forest_leaves_no_learning_curves_of_networks_behind(table, tmp_path):
    out = tmp_path / "out"
    run_recipe(written(table.parent, RECIPE), out, SilentProgress())
    (out / "recipe.toml").write_text("mine")
    forest = RECIPE.replace("[settings]", '[settings]\nmodel = "forest"\ntrees = 10')
    run_recipe(written(table.parent, forest), out, SilentProgress())
    names = {path.name for path in out.iterdir()}
    assert "recipe.toml" in names
    assert not {"curves.csv", "curves.svg"} & names
    assert "curves.svg" not in (out / "card.md").read_text()


@pytest.mark.parametrize("stereo", ["merge", "keep"])
def test_stereoisomers_of_a_lab_table_are_one_compound_or_each_its_own(tmp_path, isomers, stereo):
    lines = ["smiles,pIC50", *(f"{text},{value:.2f}" for text, value in isomers.items())]
    lines += [f"{'C' * n}c1ccccc1,{5 + 0.1 * n:.2f}" for n in range(1, 8)]
    (tmp_path / "lab.csv").write_text("\n".join(lines) + "\n")
    recipe = ASSAY.replace("[assay]", f'[assay]\nstereo = "{stereo}"').replace(
        "folds = 2", 'folds = 2\nsplits = ["random"]'
    )
    run_recipe(written(tmp_path, recipe), tmp_path / "out", SilentProgress())
    proxy, card = Proxy.load(tmp_path / "out"), json.loads((tmp_path / "out" / "card.json").read_text())
    r, s = proxy.predict(["C[C@@H](N)CO", "C[C@H](N)CO"]).mean
    assert proxy.info.stereo == card["stereo"] == stereo
    if stereo == "merge":
        assert (proxy.n_train, r) == (len(isomers) // 2 + 7, s)
        assert "R and S, or E and Z, get the same prediction." in (tmp_path / "out" / "card.md").read_text()
    else:
        assert proxy.n_train == len(isomers) + 7
        assert r > s + 1
        assert "Stereoisomers are compounds of their own to it" in (tmp_path / "out" / "card.md").read_text()

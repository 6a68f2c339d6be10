"""`molgfn proxy train`, with a real recipe and table."""

import pytest

from molgfn.cli import main

RECIPE = """
name = "tiny"
data = "table.csv"
value_column = "score"
unit = "kcal/mol"
direction = "minimise"
[settings]
members = 1
epochs = 1
width = 8
steps = 1
[evaluation]
splits = ["random"]
seeds = [1]
"""


def train(capsys, folder):
    with pytest.raises(SystemExit) as left:
        main(["proxy", "train", str(folder / "recipe.toml"), "-o", str(folder / "out")])
    captured = capsys.readouterr()
    return left.value.code or 0, captured.out, captured.err


def write(folder, recipe=RECIPE):
    rows = [f"{'C' * length}O,{-length}" for length in range(1, 21)]
    (folder / "table.csv").write_text("\n".join(["smiles,score", *rows]) + "\n")
    (folder / "recipe.toml").write_text(recipe)


def test_a_proxy_is_trained_and_has_a_card(capsys, tmp_path):
    write(tmp_path)
    code, out, err = train(capsys, tmp_path)
    assert code == 0, err
    assert out == f"{tmp_path}/out\n"
    assert "training on all data: 1/1 done" in err
    assert {"weights.safetensors", "proxy.json", "card.md"} <= {path.name for path in (tmp_path / "out").iterdir()}


@pytest.mark.parametrize(
    ("found", "replaced", "code", "expected"),
    [
        ("epochs", "epoch", 2, "Did you mean `epochs`?"),
        ('"table.csv"', '"gone.csv"', 2, "no such file"),
        ('"score"', '"value"', 3, "no column 'value'"),
    ],
)
def test_a_recipe_that_cannot_be_used_is_told_and_nothing_is_written(capsys, tmp_path, found, replaced, code, expected):
    write(tmp_path, RECIPE.replace(found, replaced))
    left, out, err = train(capsys, tmp_path)
    assert (left, out) == (code, "")
    assert expected in err
    assert not (tmp_path / "out").exists()


def test_a_file_is_scored(capsys, tmp_path):
    write(tmp_path)
    train(capsys, tmp_path)
    (tmp_path / "library.smi").write_text("CCCO propanol\nwhat?\n")
    with pytest.raises(SystemExit) as left:
        main(
            ["proxy", "score", str(tmp_path / "out"), str(tmp_path / "library.smi"), "-o", str(tmp_path / "scored.csv")]
        )
    assert not left.value.code
    assert capsys.readouterr().out == f"1 molecules scored, 1 rows without one: {tmp_path / 'scored.csv'}\n"
    lines = (tmp_path / "scored.csv").read_text().splitlines()
    assert lines[0] == "smiles,name,pred_mean,pred_std,unit,error"
    assert lines[1].startswith("CCCO,propanol,-")
    assert lines[2] == "what?,,,,kcal/mol,not a valid SMILES: 'what?'"

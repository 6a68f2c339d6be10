"""Commands about proxies, with a real recipe and table."""

import json

import pytest

from molgfn.cli import main
from molgfn.proxy import train_recipe
from molgfn.proxy.classical.baselines import size_alone
from molgfn.proxy.evaluation import bootstrap
from molgfn.proxy.uncertainty.limits import limits_of_folder

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
folds = 2
"""


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(bootstrap, "RESAMPLES", 30)
    monkeypatch.setattr(train_recipe, "BASELINES", {"number of heavy atoms alone": size_alone})


def molgfn(capsys, *words):
    with pytest.raises(SystemExit) as left:
        main(["proxy", *map(str, words)])
    captured = capsys.readouterr()
    return left.value.code or 0, captured.out, captured.err


def train(capsys, folder):
    return molgfn(capsys, "train", folder / "recipe.toml", "-o", folder / "out")


def write(folder, recipe=RECIPE):
    rows = [f"{'C' * length}O,{-length}" for length in range(1, 21)]
    (folder / "table.csv").write_text("\n".join(["smiles,score", *rows]) + "\n")
    (folder / "recipe.toml").write_text(recipe)


def test_a_proxy_is_trained_and_has_a_card(capsys, tmp_path):
    write(tmp_path)
    code, out, err = train(capsys, tmp_path)
    assert code == 0, err
    folder, verdict = out.splitlines()
    assert folder == f"{tmp_path}/out"
    assert (tmp_path / "out" / "card.md").read_text().splitlines()[0] == f"# {verdict}"
    assert verdict.startswith("tiny: ")
    assert "number of heavy atoms alone" in verdict
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


def test_a_table_that_a_proxy_would_overwrite_is_refused(capsys, tmp_path):
    write(tmp_path, RECIPE.replace("table.csv", "out/molecules.csv"))
    (tmp_path / "out").mkdir()
    before = (tmp_path / "table.csv").rename(tmp_path / "out" / "molecules.csv").read_text()
    code, _, err = train(capsys, tmp_path)
    assert (code, (tmp_path / "out" / "molecules.csv").read_text()) == (2, before)
    assert "molecules.csv: this is the input file" in err


def test_a_file_is_scored(capsys, tmp_path):
    write(tmp_path)
    train(capsys, tmp_path)
    (tmp_path / "library.smi").write_text("CCCO propanol\nwhat?\n")
    code, out, _ = molgfn(capsys, "score", tmp_path / "out", tmp_path / "library.smi", "-o", tmp_path / "scored.csv")
    assert code == 0
    assert out == f"1 molecule scored, 1 row without a prediction: {tmp_path / 'scored.csv'}\n"
    lines = (tmp_path / "scored.csv").read_text().splitlines()
    assert lines[0] == "smiles,name,pred_mean,pred_std,unit,extrapolated,in_domain,nn_similarity,nn_smiles,error"
    assert lines[1].startswith("CCCO,propanol,-")
    assert lines[2] == "what?,,,,kcal/mol,,,,,line 2: not a valid SMILES: 'what?'"


def test_a_file_is_sorted_never_overwritten_and_refused_where_nothing_can_be_scored(capsys, tmp_path):
    write(tmp_path)
    train(capsys, tmp_path)
    library, out = tmp_path / "library.csv", tmp_path / "scored.csv"
    library.write_text("smiles\nCCO\nCCCCCCCCCO\n")
    assert molgfn(capsys, "score", tmp_path / "out", library, "-o", out, "--sort")[0] == 0
    assert [line.split(",")[0] for line in out.read_text().splitlines()] == ["smiles", "CCCCCCCCCO", "CCO"]
    code, _, err = molgfn(capsys, "score", tmp_path / "out", library, "-o", library)
    assert (code, library.read_text()) == (2, "smiles\nCCO\nCCCCCCCCCO\n")
    assert "Give another name for the output." in err
    library.write_text("smiles\nwhat?\n")
    code, printed, err = molgfn(capsys, "score", tmp_path / "out", library, "-o", out)
    assert (code, printed) == (3, "")
    assert "line 2: not a valid SMILES" in err


def test_the_card_is_printed_for_people_and_for_programs(capsys, tmp_path):
    write(tmp_path)
    train(capsys, tmp_path)
    code, out, _ = molgfn(capsys, "card", tmp_path / "out")
    written = tmp_path / "out" / "card.md"
    assert (code, out) == (0, written.read_text())
    code, out, _ = molgfn(capsys, "card", tmp_path / "out", "--json")
    assert (code, json.loads(out)["name"]) == (0, "tiny")
    # A card of an earlier version does not say what its proxy cannot.
    written.write_text("# Proxy: tiny\n")
    _, out, _ = molgfn(capsys, "card", tmp_path / "out")
    limits = limits_of_folder(tmp_path / "out")
    assert limits is not None
    assert limits.sentences
    assert out == "".join(["# Proxy: tiny\n", *(f"\nThis proxy gives {sentence}.\n" for sentence in limits.sentences)])


def test_a_proxy_without_a_card_and_a_folder_without_a_proxy_are_told_apart(capsys, tmp_path):
    write(tmp_path)
    train(capsys, tmp_path)
    (tmp_path / "out" / "card.md").unlink()
    assert molgfn(capsys, "card", tmp_path / "out") == (
        2,
        "",
        f"{tmp_path}/out: this proxy has no card (card.md).\n"
        "  `molgfn proxy train` writes one; a proxy of a campaign is judged in proxy_card.json of its run.\n"
        "  To judge it by measured values: molgfn proxy evaluate PROXY FILE.\n",
    )
    assert molgfn(capsys, "card", tmp_path) == (
        2,
        "",
        f"{tmp_path}/proxy.json: no such file\n  A proxy is a folder with proxy.json and weights.safetensors.\n",
    )


def test_a_proxy_is_judged_by_a_table(capsys, tmp_path):
    write(tmp_path)
    train(capsys, tmp_path)
    rows = [f"{'C' * length}N,{-length}" for length in range(1, 31)] + ["CCO,-2"]
    (tmp_path / "lab.csv").write_text("\n".join(["smiles,dG", *rows]) + "\n")
    words = ("evaluate", tmp_path / "out", tmp_path / "lab.csv", "--column", "value=dG")
    code, out, err = molgfn(capsys, *words)
    assert (code, out) == (3, "")
    assert "unit" in err
    code, out, err = molgfn(capsys, *words, "--unit", "kcal/mol")
    assert code == 0, err
    assert "new          30 molecules that proxy 'tiny' was not trained on" in out
    assert "trained on   1 molecule, judged separately" in out
    code, out, _ = molgfn(capsys, *words, "--unit", "kcal/mol", "--json")
    found = json.loads(out)
    assert (code, found["new"]["molecules"], found["trained_on"]["molecules"]) == (0, 30, 1)
    assert found["stereo"] == "merge"
    code, out, _ = molgfn(capsys, *words, "--unit", "kcal/mol", "--stereo", "keep", "--json")
    assert (code, json.loads(out)["stereo"]) == (0, "keep")

import csv
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from benchmarks import paper
from benchmarks.paper import count_modes, done_before, scaffolds
from benchmarks.published_proxy import PublishedProxy
from tests.benchmarks.test_published_proxy import SHAPES

BLOCKS = [("c1ccccc1", [0, 2, 3, 4]), ("C1CCNCC1", [0, 3]), ("CO", [0, 1]), ("C=O", [0, 0]), ("CN", [0, 1]), ("F", [0])]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """The script, called with words of a command line; what it prints."""

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["paper.py", *words])
        paper.main()
        return capsys.readouterr().out

    return run


def small_files(folder: Path) -> list[str]:
    """The three published files in small: six blocks, random weights, and what these say of two molecules."""
    rows = dict(enumerate(BLOCKS))
    content = {
        "block_name": {str(n): f"{smiles}_{n}" for n, (smiles, _) in rows.items()},
        "block_smi": {str(n): smiles for n, (smiles, _) in rows.items()},
        "block_r": {str(n): stems for n, (_, stems) in rows.items()},
    }
    (folder / "blocks.json").write_text(json.dumps(content))
    generator = np.random.default_rng(0)
    weights = {n: (generator.normal(size=s) / np.sqrt(s[-1])).astype(np.float32) for n, s in SHAPES.items()}
    weights["readout.bias"] += 5
    np.savez(folder / "proxy.npz", **weights)
    smiles = ["CCO", "c1ccccc1N"]
    with (folder / "reference.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["smiles", "score"])
        writer.writerows(zip(smiles, PublishedProxy(folder / "proxy.npz").scores(smiles).tolist(), strict=True))
    files = {"--blocks": "blocks.json", "--proxy": "proxy.npz", "--reference": "reference.csv"}
    return [word for key, name in files.items() for word in (key, str(folder / name))]


def test_without_the_published_files_it_says_so(run: Callable[..., str]) -> None:
    assert run("--json") == (
        "skipped: the published files are not part of this repository; give --blocks, --proxy, --reference.\n"
    )


def test_every_method_fills_its_row(run: Callable[..., str], tmp_path: Path) -> None:
    methods = ["TB", "FM", "MARS", "PPO", "random"]
    words = [word for name in methods for word in ("--method", name)]
    printed = run("--json", "--visits", "100", *words, *small_files(tmp_path))
    rows = [json.loads(line) for line in printed.splitlines()]
    assert [row["method"] for row in rows] == methods
    for row in rows:
        assert row["visits"] == 100
        assert row["top_10"] >= row["top_100"] >= row["top_1000"] > 0
        assert 0 < row["tanimoto_morgan"] < 1
        assert row["distinct"] <= 100
        assert row["modes_among"] == 5000
        assert re.fullmatch(r"[0-9a-f]{7,}(\+changes)?|unknown", row["commit"])
    (tmp_path / "rows.jsonl").write_text(printed)
    assert done_before(tmp_path / "rows.jsonl") == {(name, 0, 10.0, 100) for name in methods}
    lines = run("--table", str(tmp_path / "rows.jsonl")).splitlines()[2:]
    assert [line.split(" | ")[1:4] for line in lines] == [[name, "10", "1"] for name in methods]
    assert f"| {rows[0]['top_10']:.2f} |" in lines[0]


def test_modes_are_counted_from_the_best_down() -> None:
    mols = [Chem.MolFromSmiles(s) for s in ("CCCCCCCCO", "CCCCCCCCCO", "c1ccncc1C(=O)N", "CCCCCCCCO")]
    assert count_modes(mols) == 2
    assert scaffolds(["c1ccccc1C", "c1ccccc1CC", "C1CCNC1"]) == 2

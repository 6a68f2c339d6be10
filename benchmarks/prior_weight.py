"""What the weight of the prior changes: how real the candidates of the PARP1 demo look, and how well they dock.

    python benchmarks/prior_weight.py runs prior_weight.jsonl --weights 0 0.5 1 2 --seeds 1 2 3

Runs the campaign of the demo with each weight and seed, below the folder `runs`, and writes a line of JSON for each:
the row of `realism.py` for its candidates, with the scores of those that were docked. A campaign that was stopped goes
on; a line that is there is not made again. `--plot FILE.svg` draws the lines and does nothing else.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from line_plot import Line, Panel, line_plot
from rdkit import RDLogger
from realism import Real, docked, library, row

from molgfn.bundled import bundled
from molgfn.campaign.file.load import load_campaign
from molgfn.chem.trees.vocabulary import Vocabulary

COUNT = 400
PANELS = {
    "auc_best_same_size": "AUC against the best real ones",
    "beyond_size": "docking score beyond size (kcal/mol)",
    "score": "docking score (kcal/mol)",
    "aromatic_rings": "aromatic rings",
    "amide_or_sulfonamide": "with amide or sulfonamide",
    "liabilities": "with a liability",
}
MOLGFN = Path(sys.executable).with_name("molgfn")


def finished(folder: Path, weight: float, seed: int) -> pd.DataFrame:
    """Return the candidates of the demo with this weight and seed, having run it or brought it to its end."""
    runs = folder / f"weight_{weight:g}_seed_{seed}"
    started = sorted(runs.glob("*/campaign.sqlite"))
    if started:
        subprocess.run([MOLGFN, "resume", started[0].parent], check=True)
    else:
        changes = [f"campaign.seed={seed}", f"prior.weight={weight}"]
        settings = [word for change in changes for word in ("--set", change)]
        demo = bundled("campaigns", "parp1-demo.toml")
        subprocess.run([MOLGFN, "run", demo, "--runs-dir", runs, *settings], check=True)
    [table] = runs.glob("*/exports/candidates.csv")
    return pd.read_csv(table)


def demo_settings() -> dict[str, float]:
    """Return what else of the demo bears on its candidates, and was another value in some of the rows."""
    demo = load_campaign(bundled("campaigns", "parp1-demo.toml"))
    objective = {key: getattr(demo.objective, key) for key in ("exponent", "size_correction")}
    return objective | {"tree_search": demo.sources.tree_search}


def drawing(lines: Sequence[str]) -> str:
    """Return the figures against the weight as an SVG: mean over the seeds, and the lowest and highest."""
    rows = pd.DataFrame([json.loads(line) for line in lines])
    panels = []
    for key, label in PANELS.items():
        curves = []
        for (correction, searched), part in rows.groupby(["size_correction", "tree_search"]):
            mean, low, high = (getattr(part.groupby("weight")[key], name)() for name in ("mean", "min", "max"))
            name = f"size correction {correction:g}, tree search {searched:g}"
            curves.append(Line(name, mean.index.tolist(), mean.tolist(), low.tolist(), high.tolist()))
        panels.append(Panel(label, "weight of the prior", curves))
    return line_plot(panels, columns=3)


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--weights", type=float, nargs="+", default=[0, 0.5, 1, 2])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args(words)
    lines = arguments.results.read_text(encoding="utf-8").splitlines() if arguments.results.exists() else []
    if arguments.plot is not None:
        arguments.plot.write_text(drawing(lines), encoding="utf-8")
        return
    RDLogger.DisableLog("rdApp.*")
    settings = demo_settings()
    rows = [json.loads(line) for line in lines]
    done = {(line["weight"], line["seed"]) for line in rows if all(line[key] == settings[key] for key in settings)}
    wanted = [(weight, seed) for seed in arguments.seeds for weight in arguments.weights if (weight, seed) not in done]
    tables = {pair: finished(arguments.runs, *pair) for pair in wanted}
    real = Real.of(Vocabulary.load(bundled("data", "vocabulary.json")), library(), COUNT)
    for (weight, seed), table in tables.items():
        generator = np.random.default_rng(0)
        names = generator.permutation(table["smiles"].to_numpy(str)).tolist()
        facts = row(f"demo, weight {weight:g}", names, real, [0, 1, 2]) | docked(table)
        with arguments.results.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"weight": weight, **settings, "seed": seed} | facts) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Draw random block molecules inside the default property windows, as a CSV to be docked.

python scripts/random_molecules.py OUT.csv --number 600 --seed 20261122
"""

import argparse
import csv
from pathlib import Path

import numpy as np
from rdkit import Chem

from molgfn.bundled import bundled
from molgfn.chem.properties import properties
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.random_walk import random_states


def inside_windows(smiles: str) -> bool:
    p = properties(Chem.MolFromSmiles(smiles))
    return 200 <= p.mw <= 500 and -1 <= p.clogp <= 5 and p.hbd <= 5 and p.rotatable_bonds <= 10 and p.sa_score <= 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--number", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    arguments = parser.parse_args()
    environment = FragmentEnvironment(Vocabulary.load(bundled("data", "vocabulary.json")), 2, 8)
    generator = np.random.default_rng(arguments.seed)
    found: dict[str, None] = {}
    while len(found) < arguments.number:
        states = random_states(environment, 200, generator)
        names = (environment.smiles(environment.tree(states, row)) for row in range(len(states)))
        found.update((name, None) for name in names if inside_windows(name))
    with arguments.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["smiles", "source"])
        writer.writerows((name, "blocks") for name in list(found)[: arguments.number])


if __name__ == "__main__":
    main()

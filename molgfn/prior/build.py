"""Building a vocabulary file, with the law of its library, and its card."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import rdkit

from molgfn.chem.library.census import Census, take_census
from molgfn.chem.library.choice import choose_vocabulary
from molgfn.chem.library.coverage import Coverage, measure_coverage
from molgfn.chem.trees.neighbourhoods import count_neighbourhoods
from molgfn.chem.trees.tree import Tree
from molgfn.chem.trees.vocabulary import ANY_FORMAT, NotCovered, Vocabulary
from molgfn.environments.tables import BlockTables
from molgfn.errors import ConfigError, DataError
from molgfn.files import write_csv, write_text
from molgfn.prior.law import LEAST_MOLECULES
from molgfn.prior.sizes import with_size_weights
from molgfn.progress import Progress

_CARD_MARK = "Made by `molgfn vocabulary build"
_SHOWN = 10
_LONGEST_SHOWN = 60


def build_vocabulary(library: Path, out: Path, size: int, progress: Progress) -> str:
    """Build a vocabulary file and its card from a library; return a summary for people.

    The card is written beside the vocabulary, with the ending `.md`, and rows that could not be read with the ending
    `.rejected.csv`.

    Raises
    ------
    DataError
        If the library cannot be read or holds no molecule.
    ConfigError
        If a file would be overwritten that is no earlier vocabulary, card or list of rejected rows.
    """
    card, rejected = out.with_suffix(".md"), out.with_suffix(".rejected.csv")
    _refuse_to_overwrite(library, out, card, rejected)
    census = take_census(library, progress)
    vocabulary = choose_vocabulary(census, size, out.stem)
    if not vocabulary.blocks:
        raise DataError(
            f"{library}: no join is common enough for a vocabulary ({len(census.molecules)} molecules read).",
            "A library of some hundred drug-like molecules or more is needed.",
        )
    coverage = measure_coverage(census, vocabulary)
    counts = count_neighbourhoods(_sample_of_trees(census, vocabulary), vocabulary.blocks)
    if counts.molecules:
        tables = BlockTables.of(vocabulary)
        vocabulary = replace(vocabulary, library=with_size_weights(counts, tables))
    source = vocabulary.source | {
        "size": size,
        "library": library.name,
        "library_sha256": hashlib.sha256(library.read_bytes()).hexdigest(),
        "rejected_lines": len(census.rejected),
        "rdkit": rdkit.__version__,
    }
    replace(vocabulary, source=source).save(out)
    write_text(card, vocabulary_card(vocabulary, coverage, source))
    rejected.unlink(missing_ok=True)
    if census.rejected:
        write_csv(rejected, REJECTED_COLUMNS, census.rejected)
    return "\n".join(
        [
            f"{out}: {len(vocabulary)} blocks, {len(vocabulary.joins or ())} kinds of joins, "
            f"building {coverage.covered:.1%} of {coverage.molecules:,} molecules within {coverage.max_blocks} blocks",
            f"{card}: the card",
            _law_in_words(counts.molecules),
            *_rejected_rows(census, rejected),
        ]
    )


def _sample_of_trees(census: Census, vocabulary: Vocabulary) -> Iterator[Tree]:
    """Yield the trees of molecules that the vocabulary builds, evenly spread over the library."""
    covered = []
    for fragments in census.molecules:
        try:
            covered.append(vocabulary.tree(fragments))
        except NotCovered:
            continue
    step = max(len(covered) / MOST_COUNTED, 1.0)
    yield from (covered[int(k * step)] for k in range(min(len(covered), MOST_COUNTED)))


def _law_in_words(counted: int) -> str:
    if counted >= LEAST_MOLECULES:
        return f"law of the library: from {counted:,} molecules"
    return (
        f"law of the library: from {counted:,} molecules only; fewer than {LEAST_MOLECULES:,} are too few to count "
        "whole neighbourhoods, so that each join is drawn by itself"
    )


MOST_COUNTED = 20_000
"""Molecules of which neighbourhoods are counted; more would make the file large and the law hardly better."""
REJECTED_COLUMNS = ("line", "text", "reason")


def _rejected_rows(census: Census, file: Path) -> list[str]:
    """Return what the summary says of rows that could not be read."""
    if not census.rejected:
        return ["every row could be read"]
    shown = [f"  line {line}: {_shortened(text)!r}: {why}" for line, text, why in census.rejected[:_SHOWN]]
    more = [f"  and {len(census.rejected) - _SHOWN} more"] if len(census.rejected) > _SHOWN else []
    return [f"{len(census.rejected)} rows could not be read, all listed in {file}", *shown, *more]


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."


def _refuse_to_overwrite(library: Path, out: Path, card: Path, rejected: Path) -> None:
    """Refuse to write where something else is; what this command wrote before may be replaced."""
    if out.suffix in (".md", ".csv") or out.is_dir():
        raise ConfigError(f"-o {out}: not the name of a vocabulary file.", "Give it the ending .json.")
    marks = {out: ANY_FORMAT, card: _CARD_MARK, rejected: ",".join(REJECTED_COLUMNS)}
    for path, mark in marks.items():
        if path.exists() and library.exists() and path.samefile(library):
            raise ConfigError(f"-o {out}: would overwrite the library {library}.", "Choose another name.")
        if path.exists() and mark not in path.read_text(encoding="utf-8", errors="replace"):
            raise ConfigError(
                f"-o {out}: {path} exists, and was not written by `molgfn vocabulary build`.",
                "Choose another name, or move that file away.",
            )


def _law_in_card(vocabulary: Vocabulary) -> str:
    if vocabulary.library is None:
        return "None: no molecule of the library is built by the vocabulary."
    distinct = sum(map(len, vocabulary.library.counts))
    return (
        f"Counted: {vocabulary.library.blocks:,} blocks of {vocabulary.library.molecules:,} molecules, with "
        f"{distinct:,} different neighbourhoods\n(what is joined to the stems of a block). Molecules that look like "
        "these are preferred where a campaign has a prior."
    )


def vocabulary_card(vocabulary: Vocabulary, coverage: Coverage, source: dict[str, Any]) -> str:
    """Return the data card of a vocabulary in Markdown."""
    stems = sum(sum(block.multiplicity) for block in vocabulary.blocks)
    curve = "".join(f"| {n} | {fraction:.1%} |\n" for n, fraction in coverage.curve.items())
    reasons = "".join(f"| {why} | {n:,} | {n / coverage.molecules:.1%} |\n" for why, n in coverage.reasons.items())
    missing = ", ".join(f"`{name}` ({n:,})" for name, n in coverage.missing)
    first = ", ".join(f"`{block.smiles}`" for block in vocabulary.blocks[:20])
    unsuitable = "\n".join(f"- `{smiles}`: {why}" for smiles, why in source["unsuitable"].items()) or "None."
    return f"""# {vocabulary.name}

{len(vocabulary)} blocks with {stems} stems, {len(vocabulary.joins or ())} kinds of joins.
Digest `{vocabulary.sha256[:16]}`.

{_CARD_MARK} {source["library"]} -o {vocabulary.name}.json --size {source["size"]}` from
{coverage.molecules:,} molecules (file digest `{source["library_sha256"][:16]}`,
{source["rejected_lines"]} lines rejected) with RDKit {source["rdkit"]}.
A stem or join is kept when it was seen at least {source["support"]} times.
The most frequent: {first}.

## The law of the library

{_law_in_card(vocabulary)}

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

## Frequent blocks that were left out as unsuitable

{unsuitable}
"""

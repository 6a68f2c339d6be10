"""Commands about vocabularies of blocks."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from molgfn.errors import DataError
from molgfn.progress import progress_for

VocabularyFile = Annotated[Path, typer.Argument(metavar="FILE", help="A vocabulary.", show_default=False)]


def build(
    library: Annotated[
        Path,
        typer.Argument(metavar="LIBRARY", help="A table with a column of SMILES, or one a line.", show_default=False),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="Where to write it.", show_default=False)],
    size: Annotated[int, typer.Option("--size", metavar="N", min=2, help="Number of blocks.")] = 250,
) -> None:
    """Build a vocabulary from your own compound library.

    It holds the most frequent blocks, and the joins between them that the library has. Says how much of the
    library the vocabulary covers, and why not the rest.
    """
    from molgfn.chem.library.build import build_vocabulary

    print(build_vocabulary(library, out, size, progress_for(sys.stderr)))


def check(file: VocabularyFile) -> None:
    """See that a vocabulary is right and count what is in it."""
    from molgfn.chem.trees.vocabulary import Vocabulary

    vocabulary = Vocabulary.load(file)
    stems = sum(sum(block.multiplicity) for block in vocabulary.blocks)
    joins = "any stem to any stem" if vocabulary.joins is None else f"{len(vocabulary.joins)} kinds"
    trees = "several trees may give one molecule" if vocabulary.ambiguous else "one tree for each molecule"
    print(f"name    {vocabulary.name}\nblocks  {len(vocabulary)}\nstems   {stems}\njoins   {joins} ({trees})")
    print(f"sha256  {vocabulary.sha256}")


def decompose(
    smiles: Annotated[str, typer.Argument(metavar="SMILES", help="A molecule, in quotes.", show_default=False)],
    vocabulary: Annotated[
        Path | None, typer.Option("--vocabulary", metavar="FILE", help="By default the one that comes with molgfn.")
    ] = None,
) -> None:
    """Take a molecule apart into the blocks of a vocabulary.

    Prints each block and how often it occurs; exit code 3 where the molecule cannot be built, with the reasons.
    """
    from molgfn.bundled import bundled
    from molgfn.chem.standardise import MoleculeError, compound_mol
    from molgfn.chem.trees.vocabulary import NotCovered, Vocabulary

    file = vocabulary or bundled("data", "vocabulary.json")
    known = Vocabulary.load(file)
    try:
        tree = known.decompose(compound_mol(smiles))
    except MoleculeError as error:
        raise DataError(str(error), "Put the SMILES in quotes, so that the shell leaves it alone.") from None
    except NotCovered as error:
        raise DataError(f"{smiles}: cannot be built from {file}", "\n".join(error.reasons)) from None
    for block, count in Counter(tree.blocks).items():
        print(f"{count}  {known.blocks[block].smiles}")

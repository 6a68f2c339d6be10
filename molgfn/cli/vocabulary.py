"""Commands for vocabularies of blocks."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import typer

from molgfn.errors import ConfigError, DataError
from molgfn.progress import progress_for

VocabularyFile = Annotated[Path, typer.Argument(metavar="FILE", help="A vocabulary file.", show_default=False)]


def build(
    library: Annotated[
        Path,
        typer.Argument(metavar="LIBRARY", help="A table with a column of SMILES, or a list.", show_default=False),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The file to write.", show_default=False)],
    size: Annotated[int, typer.Option("--size", metavar="N", min=2, help="Number of blocks.")] = 250,
) -> None:
    """Build a vocabulary from your own compound library.

    It holds the most frequent blocks of the library, and the joins between them. Prints how many molecules the
    vocabulary can build, and why the others cannot be built.
    """
    from molgfn.prior.build import build_vocabulary

    print(build_vocabulary(library, out, size, progress_for(sys.stderr)))


def train(
    file: VocabularyFile,
    steps: Annotated[int, typer.Option("--steps", metavar="N", min=1, help="Steps of training.")] = 1_000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0)] = 1,
    device: Annotated[
        Literal["auto", "cpu", "cuda"],
        typer.Option("--device", help="Where it trains; auto: cuda if there is any."),
    ] = "auto",
) -> None:
    """Train the flow network of a vocabulary.

    It learns to draw molecules like those of the library, without any reward; campaigns start from it. Writes
    FILE.flow.safetensors, and a card. A campaign whose vocabulary has no such file trains one for itself.
    """
    import torch

    from molgfn.campaign.models.prior_network import train_beside

    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise ConfigError("--device cuda: this machine has no CUDA device that torch can use.", "Use --device cpu.")
    chosen = ("cuda" if there else "cpu") if device == "auto" else device
    if chosen == "cpu":
        torch.set_num_threads(1)
    print(train_beside(file, steps, seed, chosen, progress_for(sys.stderr)))


def check(file: VocabularyFile) -> None:
    """Check a vocabulary and count its blocks and stems."""
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
        Path | None,
        typer.Option("--vocabulary", metavar="FILE", help="Default: the vocabulary that comes with molgfn."),
    ] = None,
) -> None:
    """Show the blocks of a molecule.

    Prints each block and how often it occurs. If the molecule cannot be built, prints the reasons; exit code 3.
    """
    from molgfn.bundled import bundled
    from molgfn.chem.standardise import MoleculeError, compound_mol
    from molgfn.chem.trees.vocabulary import NotCovered, Vocabulary

    file = vocabulary or bundled("data", "vocabulary.json")
    loaded = Vocabulary.load(file)
    try:
        tree = loaded.decompose(compound_mol(smiles))
    except MoleculeError as error:
        raise DataError(str(error), "Put the SMILES in quotes, so that the shell does not change it.") from None
    except NotCovered as error:
        raise DataError(f"{smiles}: cannot be built from {file}", "\n".join(error.reasons)) from None
    for block, count in Counter(tree.blocks).items():
        print(f"{count}  {loaded.blocks[block].smiles}")

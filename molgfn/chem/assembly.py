"""Blocks joined into a molecule, by one SMILES whose ring-closure digits are the joins."""

from collections.abc import Sequence

from rdkit import Chem

from molgfn.chem.blocks import Block
from molgfn.chem.tree import Tree

# Above every ring-closure digit that a block's own SMILES uses.
_FIRST_LABEL = 50


def assembly_text(tree: Tree, blocks: Sequence[Block]) -> str:
    """Return a SMILES of the molecule, not canonical."""
    labels: list[list[list[str]]] = [[[] for _ in blocks[b].stem_atoms] for b in tree.blocks]
    for number, (node, stem, other, other_stem) in enumerate(tree.joins):
        label = f"-%{_FIRST_LABEL + number}"
        labels[node][stem].append(label)
        labels[other][other_stem].append(label)
    return ".".join(blocks[b].text.joined(stems) for b, stems in zip(tree.blocks, labels, strict=True))


def assemble(tree: Tree, blocks: Sequence[Block]) -> Chem.Mol:
    """Return the molecule of a tree, open stems carrying hydrogen."""
    mol = Chem.MolFromSmiles(assembly_text(tree, blocks))
    if mol is None:
        raise ValueError(f"blocks cannot be joined: {assembly_text(tree, blocks)}")
    return mol


def assemble_smiles(tree: Tree, blocks: Sequence[Block]) -> str:
    """Return the canonical SMILES of a tree's molecule."""
    return Chem.MolToSmiles(assemble(tree, blocks))

"""Blocks joined into a molecule, by one SMILES whose ring-closure digits are the joins."""

from collections.abc import Sequence

from rdkit import Chem

from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.tree import Tree

_UNCHECKED = Chem.SmilesParserParams()
# The stubs of RDKit take these for parameters themselves.
_UNCHECKED.sanitize = False  # type: ignore[assignment]
_UNCHECKED.removeHs = False  # type: ignore[assignment]
_ENOUGH_TO_WRITE = Chem.SanitizeFlags.SANITIZE_PROPERTIES | Chem.SanitizeFlags.SANITIZE_SYMMRINGS
# Above every ring-closure digit that a block's own SMILES uses.
_FIRST_LABEL = 50


def assembly_text(tree: Tree, blocks: Sequence[Block]) -> str:
    """Return a SMILES of the molecule, not canonical."""
    labels: list[list[list[str]]] = [[[] for _ in blocks[b].stem_atoms] for b in tree.blocks]
    for number, (node, stem, other, other_stem) in enumerate(tree.joins):
        digits = str(_FIRST_LABEL + number)
        label = f"-%{digits}" if len(digits) == 2 else f"-%({digits})"
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
    text = assembly_text(tree, blocks)
    mol = Chem.MolFromSmiles(text, _UNCHECKED)
    # Blocks are sanitised, and single bonds between them change neither charges nor aromaticity: what is left to see to
    # are valences and the rings that the order of the atoms depends on. Stereo marks need more.
    if any(mark in text for mark in "@/\\") or mol is None or Chem.SanitizeMol(mol, _ENOUGH_TO_WRITE, catchErrors=True):
        mol = assemble(tree, blocks)
    return Chem.MolToSmiles(mol)

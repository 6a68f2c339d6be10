"""Reactants as SMILES: parts of a molecule in which bonds that are still to be made are replaced by handles."""

from collections.abc import Mapping, Sequence

from rdkit import Chem

from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.tree import Tree
from molgfn.routes.reactions import Handle

Join = tuple[int, int, int, int]
"""(node, stem, other node, its stem), as in `Tree.joins`."""
_ADDED = {
    Handle.CHLORIDE: "Cl",
    Handle.BROMIDE: "Br",
    Handle.HYDROXYL: "O",
}


def parts_of(tree: Tree, made: Sequence[Join]) -> list[frozenset[int]]:
    """Return the nodes that hang together by some of the joins of a tree, each part in the order of its first node."""
    part = {node: frozenset([node]) for node in range(len(tree.blocks))}
    for node, _, other, _ in made:
        joined = part[node] | part[other]
        part |= dict.fromkeys(joined, joined)
    return sorted(set(part.values()), key=min)


def reactant_smiles(
    tree: Tree, blocks: Sequence[Block], nodes: frozenset[int], handles: Mapping[tuple[int, int], Sequence[Handle]]
) -> str:
    """Return the canonical SMILES of a part of a molecule.

    Parameters
    ----------
    tree : Tree
    blocks : sequence of Block
    nodes : frozenset of int
        Nodes of the part.
    handles : mapping
        By node and stem, what stands there in place of the bonds to other parts.
    """
    mol = Chem.RWMol()
    start: dict[int, int] = {}
    for node in sorted(nodes):
        start[node] = mol.GetNumAtoms()
        mol.InsertMol(blocks[tree.blocks[node]].mol)
    atom = {
        (node, stem): start[node] + place
        for node in nodes
        for stem, place in enumerate(blocks[tree.blocks[node]].stem_atoms)
    }
    for node, stem, other, other_stem in tree.joins:
        if node in nodes and other in nodes:
            ends = atom[node, stem], atom[other, other_stem]
            mol.AddBond(*ends, Chem.BondType.SINGLE)
            for end in ends:
                _take_hydrogens(mol.GetAtomWithIdx(end), 1)
    for place, several in handles.items():
        if place in atom:
            for handle in several:
                _put(mol, atom[place], handle)
    Chem.SanitizeMol(mol)
    return Chem.MolToSmiles(mol)


def _put(mol: Chem.RWMol, atom: int, handle: Handle) -> None:
    if handle is Handle.HYDROGEN:
        return
    if handle is Handle.KETONE:
        mol.AddBond(atom, mol.AddAtom(Chem.Atom("O")), Chem.BondType.DOUBLE)
        _take_hydrogens(mol.GetAtomWithIdx(atom), 2)
        return
    _take_hydrogens(mol.GetAtomWithIdx(atom), 1)
    if handle is Handle.BORONIC_ACID:
        boron = mol.AddAtom(Chem.Atom("B"))
        mol.AddBond(atom, boron, Chem.BondType.SINGLE)
        for _ in range(2):
            mol.AddBond(boron, mol.AddAtom(Chem.Atom("O")), Chem.BondType.SINGLE)
        return
    mol.AddBond(atom, mol.AddAtom(Chem.Atom(_ADDED[handle])), Chem.BondType.SINGLE)


def _take_hydrogens(atom: Chem.Atom, count: int) -> None:
    """Take hydrogens that are written; others adjust by themselves."""
    written = atom.GetNumExplicitHs()
    if written:
        atom.SetNumExplicitHs(max(written - count, 0))

"""Branches of a tree of blocks: what is on the far side of a join."""

from collections.abc import Sequence

from molgfn.chem.trees.tree import Tree


def behind(tree: Tree, node: int, neighbour: int) -> list[int]:
    """Return the nodes on the far side of a join, seen from `node`; `neighbour`, its other end, is the first."""
    neighbours = tree.neighbours()
    found, before = [neighbour], {neighbour: node}
    for place in found:
        for other in neighbours[place]:
            if other != before[place]:
                before[other] = place
                found.append(other)
    return found


def part(tree: Tree, nodes: Sequence[int]) -> Tree:
    """Return the tree of some nodes that hang together, which are numbered in the order given."""
    number = {node: place for place, node in enumerate(nodes)}
    joins = ((number[a], i, number[b], j) for a, i, b, j in tree.joins if a in number and b in number)
    return Tree(tuple(tree.blocks[node] for node in nodes), tuple(joins))


def rooted(tree: Tree, root: int, without: int | None = None) -> Tree:
    """Return a tree whose first node is `root`, each other node after the one that it hangs on.

    The branch at the neighbour `without` of the root is left out.
    """
    ends = [other for other in tree.neighbours()[root] if other != without]
    return part(tree, [root, *(node for end in ends for node in behind(tree, root, end))])


def joined(one: Tree, stem: int, other: Tree, other_stem: int) -> Tree:
    """Return two trees joined at a stem atom of the first node of each."""
    shift = len(one.blocks)
    moved = ((a + shift, i, b + shift, j) for a, i, b, j in other.joins)
    return Tree(one.blocks + other.blocks, (*one.joins, *moved, (0, stem, shift, other_stem)))

"""An order in which a tree of blocks can be built."""

from collections.abc import Sequence

import numpy as np

from molgfn.chem.trees.tree import Tree


def random_order(
    tree: Tree, generator: np.random.Generator, start: Sequence[int] = ()
) -> list[tuple[int, int, int, int]]:
    """Return an order drawn by taking leaves away uniformly at random, and turning it round.

    Parameters
    ----------
    tree : Tree
    generator : Generator
    start : sequence of int
        Connected nodes that are there from the beginning (a core), in their order.

    Returns
    -------
    list of (int, int, int, int), length N less those of `start`
        Node, place of its parent in this order (`start` counted), the parent's stem, its own stem; -1 for the first.
    """
    hanging = tree.neighbours()
    left = [dict(h) for h in hanging]
    remaining = set(range(len(tree.blocks))) - set(start)
    gone = []
    while remaining:
        leaves = [node for node in sorted(remaining) if len(left[node]) <= 1]
        node = leaves[generator.integers(len(leaves))]
        remaining.discard(node)
        for other in left[node]:
            del left[other][node]
        gone.append(node)
    place = {node: number for number, node in enumerate([*start, *reversed(gone)])}
    order = []
    for node in reversed(gone):
        earlier = [other for other in hanging[node] if place[other] < place[node]]
        if earlier:
            own, stem = hanging[node][earlier[0]]
            order.append((node, place[earlier[0]], stem, own))
        else:
            order.append((node, -1, -1, -1))
    return order

r"""The exact probability of a given molecule, in spaces too large to list.

Every intermediate of a molecule is a connected piece of its tree. With :math:`Q(s)` the probability of
visiting a state, times :math:`|Aut(s)| / \prod_i |Aut(b_i)|`, the ratio of forward and backward orbits (see
`molgfn.environments.fragments`) cancels:

.. math:: Q(s') = \sum_{leaves} Q(s) P_F(a|s), \quad p(x) = Q(x) \frac{\prod_i |Aut(b_i)|}{|Aut(x)|} P_F(stop|x)

where the sum is over the leaves of s', and a is the labelled action that adds the leaf again.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from molgfn.chem.trees.tree import Tree
from molgfn.environments.states import States
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.fragments.trajectories import log_of_actions, rows_of_actions


@torch.no_grad()
def log_probability(network: FlowNetwork, trees: Sequence[Tree]) -> NDArray[np.float64]:
    """Return log p(x) of trees under the policy, summed over all orders of building.

    Parameters
    ----------
    network : FlowNetwork
        On an environment without a core.
    trees : sequence of Tree, length B
        Each of at most `max_blocks` blocks. If the vocabulary is not ambiguous, a tree is a molecule.

    Returns
    -------
    array, shape (B,)

    Raises
    ------
    ValueError
        If the environment has a core, or does not allow a molecule.
    """
    if network.environment.core is not None:
        raise ValueError("a molecule has no single place for the core")
    return np.array([_log_probability(network, tree) for tree in trees])


def molecule_log_probability(network: FlowNetwork, smiles: Sequence[str]) -> NDArray[np.float64]:
    """Return log p of molecules under the policy, summed over all their trees and all orders of building.

    Parameters
    ----------
    network : FlowNetwork
        On an environment without a core.
    smiles : sequence of str, length B
        In standard form.

    Returns
    -------
    array, shape (B,)

    Raises
    ------
    NotCovered
        If no tree gives a molecule.
    ValueError
        If the environment has a core.
    """
    trees = [network.environment.trees(name) for name in smiles]
    values = log_probability(network, [tree for several in trees for tree in several])
    starts = np.cumsum([0, *map(len, trees)])[:-1]
    return np.logaddexp.reduceat(values, starts) if trees else values


def _log_probability(network: FlowNetwork, tree: Tree) -> float:
    environment = network.environment
    joined = tree.neighbours()
    pieces = _connected(joined)
    orders = [_order(piece, joined) for piece in pieces]
    law = network(_states(tree, orders, joined, environment.max_blocks))
    number = {piece: n for n, piece in enumerate(pieces)}
    steps = [
        (number[piece], order.index(node), joined[node][leaf][0], tree.blocks[leaf], joined[node][leaf][1], leaf)
        for piece, order in zip(pieces, orders, strict=True)
        for node in order
        for leaf in joined[node]
        if leaf not in piece
    ]
    log_first = network.log_first().double().cpu().numpy()
    log_q = np.full(len(pieces), -np.inf)
    for n, piece in enumerate(pieces):
        if len(piece) == 1:
            log_q[n] = log_first[tree.blocks[min(piece)]]
    if steps:
        columns = [np.array(column) for column in zip(*(step[:5] for step in steps), strict=True)]
        log_pf = log_of_actions(law, rows_of_actions(law, environment, *columns)).cpu()
        # Pieces are listed by size, so that the probability of a piece is complete before it is used.
        for (start, *_, leaf), value in zip(steps, log_pf.tolist(), strict=True):
            end = number[pieces[start] | {leaf}]
            log_q[end] = np.logaddexp(log_q[end], log_q[start] + value)
    automorphisms = environment.codes.identity(tree).automorphisms
    log_stop = float(law.log_stop[-1])
    return float(log_q[-1]) + environment.log_build_multiplicity(tree, automorphisms) + log_stop


def _connected(joined: Sequence[dict[int, tuple[int, int]]]) -> list[frozenset[int]]:
    """Return every connected set of nodes, by size."""
    pieces = [frozenset({node}) for node in range(len(joined))]
    seen = set(pieces)
    for piece in pieces:
        for grown in (piece | {leaf} for node in piece for leaf in joined[node] if leaf not in piece):
            if grown not in seen:
                seen.add(grown)
                pieces.append(grown)
    return pieces


def _order(piece: frozenset[int], joined: Sequence[dict[int, tuple[int, int]]]) -> list[int]:
    """Return the nodes of a piece; each node except the first comes after one of its neighbours."""
    order = [min(piece)]
    for node in order:
        order.extend(leaf for leaf in joined[node] if leaf in piece and leaf not in order)
    return order


def _states(
    tree: Tree, orders: Sequence[list[int]], joined: Sequence[dict[int, tuple[int, int]]], max_blocks: int
) -> States:
    states = States.empty(len(orders), max_blocks)
    for row, order in enumerate(orders):
        for place, node in enumerate(order):
            states.blocks[row, place] = tree.blocks[node]
            parent = next((p for p in order[:place] if p in joined[node]), None)
            if parent is not None:
                states.own_stem[row, place], states.parent_stem[row, place] = joined[node][parent]
                states.parent[row, place] = order.index(parent)
        states.length[row] = len(order)
    return states

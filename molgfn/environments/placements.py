"""In how many ways the core of an environment can be laid onto a molecule that was grown from it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import factorial, perm, prod

from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.tree import Tree
from molgfn.environments.core import Core, both_ways

# Ways to lay a part of the core, by the nodes with a limit (see `Placements`) that it then lies on.
Ways = dict[frozenset[int], int]
# Node of the molecule to which the parent of a core node was laid, the core node's stem towards it, the stem there.
Entry = tuple[int, int, int]
# For nodes of the core the node of the molecule that each lies on, and for each of its stems the stem there.
Laid = dict[int, tuple[int, tuple[int, ...]]]


@dataclass(frozen=True)
class Placements:
    """The ways to lay a core, every stem labelled, onto molecules.

    Outside the core's own joins only its open stems may be in use. Every other node of the molecule was added, as a
    block of the vocabulary; where the core has stems that the vocabulary's block lacks, such a node may use no others.

    Attributes
    ----------
    core : Core
    numbers : tuple of int
        The number of each node's block among `blocks`.
    blocks : sequence of Block
        To which the numbers in trees refer. Each is the core's own block where the core has one of that SMILES.
    limits : dict of int to tuple of int
        Blocks that are not the vocabulary's, with the stems on each stem atom where the vocabulary has stems.
    """

    core: Core
    numbers: tuple[int, ...]
    blocks: Sequence[Block]
    limits: dict[int, tuple[int, ...]]

    def count(self, tree: Tree) -> Fraction:
        """Count the ways to lay the core onto a molecule, each weighed by how the rest could have been added.

        The weight of a way is the product over the added nodes of perm(m, u) / perm(M, u), where u stems of an atom are
        in use that has m in the vocabulary and M here; 1 where the two are equal. With the symmetry of the molecule
        the sum gives the number of ways of building it (orbit-stabiliser theorem; docs/theory/law.md).
        """
        search = _Search(self, tree)
        ways: Counter[frozenset[int]] = Counter()
        for target in range(len(tree.blocks)):
            ways.update(search.branch(0, target, None))
        total = Fraction(0)
        for on, n in ways.items():
            added = search.weights.keys() - on
            total += n * prod((search.weights[node] for node in added), start=Fraction(1))
        return total

    def first(self, tree: Tree) -> Laid | None:
        """Return one way to lay the core onto a molecule, or None if it was not grown from the core."""
        search = _Search(self, tree)
        for target in range(len(tree.blocks)):
            for laid in search.lay(0, target, None):
                on = {place for place, _ in laid.values()}
                if all(weight for node, weight in search.weights.items() if node not in on):
                    return laid
        return None


class _Search:
    """The search for ways to lay a core onto one molecule."""

    def __init__(self, placements: Placements, tree: Tree) -> None:
        self.core, self.numbers, self.tree = placements.core, placements.numbers, tree
        self.hanging: list[list[tuple[int, int, int]]] = [[] for _ in tree.blocks]
        for a, i, b, j in both_ways(tree.joins):
            self.hanging[a].append((i, b, j))
        self.core_joins: list[list[tuple[int, int, int]]] = [[] for _ in self.core.blocks]
        for a, i, b, j in both_ways(self.core.tree.joins):
            self.core_joins[a].append((i, b, j))
        self.used = [self.core.used(node) for node in range(len(self.core.blocks))]
        self.weights: dict[int, Fraction] = {
            node: self._weight(node, placements.blocks[number].multiplicity, placements.limits[number])
            for node, number in enumerate(tree.blocks)
            if number in placements.limits
        }

    def _weight(self, node: int, here: tuple[int, ...], limit: tuple[int, ...]) -> Fraction:
        """Return how many of the ways to use the stems of a node there are if it was added."""
        in_use = Counter(stem for stem, _, _ in self.hanging[node])
        ways = Fraction(1)
        for stem, (of_vocabulary, of_block) in enumerate(zip(limit, here, strict=True)):
            ways *= Fraction(perm(of_vocabulary, in_use[stem]), perm(of_block, in_use[stem]))
        return ways

    def branch(self, node: int, target: int, entry: Entry | None) -> Ways:
        """Count the ways to lay the core's branch at `node` onto the molecule's at `target`."""
        if self.tree.blocks[target] != self.numbers[node]:
            return {}
        here = frozenset({target} & self.weights.keys())
        total: Counter[frozenset[int]] = Counter()
        for p in self.core.blocks[node].permutations:
            if entry is not None and p[entry[1]] != entry[2]:
                continue
            for matching in self._matchings(node, target, p, entry):
                ways: Ways = {here: self._free_ways(node, target, p, matching, entry)}
                for child, place, stem, own in matching:
                    ways = _together(ways, self.branch(child, place, (target, stem, own)))
                total.update(ways)
        return total

    def lay(self, node: int, target: int, entry: Entry | None) -> Iterator[Laid]:
        """Yield the ways to lay the core's branch at `node` onto the molecule's at `target`, stems in use alone."""
        if self.tree.blocks[target] != self.numbers[node]:
            return
        for p in self.core.blocks[node].permutations:
            if entry is not None and p[entry[1]] != entry[2]:
                continue
            for matching in self._matchings(node, target, p, entry):
                if self._free_ways(node, target, p, matching, entry):
                    below = (list(self.lay(child, place, (target, stem, own))) for child, place, stem, own in matching)
                    for branches in product(*below):
                        laid: Laid = {node: (target, p)}
                        for branch in branches:
                            laid |= branch
                        yield laid

    def _matchings(
        self, node: int, target: int, p: tuple[int, ...], entry: Entry | None
    ) -> Iterator[list[tuple[int, int, int, int]]]:
        """Yield assignments of the core's further joins at `node` to joins at `target`: (child, place, stem, own)."""
        parent = None if entry is None else entry[0]
        # Nodes of a core are numbered so that the parent is the only neighbour with a lower number.
        wanted = [join for join in self.core_joins[node] if join[1] > node]
        available = [h for h in self.hanging[target] if h[1] != parent]

        def extend(
            rest: list[tuple[int, int, int]], taken: frozenset[int]
        ) -> Iterator[list[tuple[int, int, int, int]]]:
            if not rest:
                yield []
                return
            (stem, child, child_stem), *others = rest
            for own, place, place_stem in available:
                if own == p[stem] and place not in taken:
                    for more in extend(others, taken | {place}):
                        yield [(child, place, child_stem, place_stem), *more]

        yield from extend(wanted, frozenset())

    def _free_ways(
        self,
        node: int,
        target: int,
        p: tuple[int, ...],
        matching: list[tuple[int, int, int, int]],
        entry: Entry | None,
    ) -> int:
        """Count the ways to lay the stems of a node that no join of the core uses."""
        own_joins = {place for _, place, _, _ in matching} | (set() if entry is None else {entry[0]})
        ways = 1
        for stem, allowed in enumerate(self.core.open_stems[node]):
            grown = sum(own == p[stem] and place not in own_joins for own, place, _ in self.hanging[target])
            free = self.core.blocks[node].multiplicity[stem] - self.used[node][stem] - grown
            ways *= perm(allowed, grown) * factorial(free) if free >= 0 else 0
        return ways


def _together(first: Ways, second: Ways) -> Ways:
    """Return the ways to lay two branches at once."""
    both: Counter[frozenset[int]] = Counter()
    for (on, ways), (also_on, more) in product(first.items(), second.items()):
        both[on | also_on] += ways * more
    return both

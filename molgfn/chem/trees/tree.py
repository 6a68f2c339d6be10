"""Trees of blocks, the form in which molgfn holds molecules, and when two trees are the same molecule."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from math import factorial, prod

from molgfn.chem.trees.blocks import Block

OPEN, PARENT = -2, -1
# The codes of recent branches are kept, so that they are not computed again.
_CODES_KEPT = 4_000


@dataclass(frozen=True)
class Tree:
    """An unrooted tree of blocks.

    Attributes
    ----------
    blocks : tuple of int, length N
        Number of each block in its vocabulary.
    joins : tuple of (int, int, int, int), length N - 1
        Node, stem atom of its block, other node, its stem atom.
    """

    blocks: tuple[int, ...]
    joins: tuple[tuple[int, int, int, int], ...]

    def neighbours(self) -> list[dict[int, tuple[int, int]]]:
        """Return for each node its neighbours, each with (own stem atom, stem atom of the neighbour)."""
        found: list[dict[int, tuple[int, int]]] = [{} for _ in self.blocks]
        for a, i, b, j in self.joins:
            found[a][b], found[b][a] = (i, j), (j, i)
        return found


@dataclass(frozen=True)
class Identity:
    """Which molecule a tree is, and how many symmetries it has.

    Attributes
    ----------
    code : int
        Equal for two trees if and only if they are the same molecule (with the same `TreeCodes`).
    automorphisms : int
        Order of the tree's symmetry group, |Aut(x)|; swaps of equal branches and of open stems on one atom included.
    """

    code: int
    automorphisms: int


class TreeCodes:
    """Canonical codes of trees of blocks of one vocabulary.

    A branch hanging from its parent gets a number that depends on its isomorphism class alone: its block, and the
    numbers of what hangs on each stem atom, least over the symmetries of the block. The code of a tree is that of its
    centre (of the lesser of the two where a join is the centre), which every automorphism keeps. Codes are 63-bit
    digests, so that nothing has to be remembered: among a million molecules two share one with a chance of 1e-7.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._code = lru_cache(maxsize=_CODES_KEPT)(self._code_of)

    def _code_of(self, block: int, arrangement: tuple[tuple[int, ...], ...]) -> tuple[int, int]:
        """Return the code of a rooted arrangement and how many symmetries of the block keep it."""
        images = [tuple(arrangement[i] for i in p) for p in self._blocks[block].permutations]
        swaps = prod(factorial(n) for stems in arrangement if len(stems) > 1 for n in Counter(stems).values())
        return _digest((int(block), min(images))), images.count(arrangement) * swaps

    def identity(self, tree: Tree) -> Identity:
        """Return the identity of a tree."""
        hanging: list[list[tuple[int, int]]] = [[] for _ in tree.blocks]
        for node, stem, other, other_stem in tree.joins:
            hanging[node].append((stem, other))
            hanging[other].append((other_stem, node))

        def branch(node: int, parent: int) -> tuple[int, int]:
            """Return code and automorphisms of the branch at `node` seen from `parent` (-1: as root)."""
            number = tree.blocks[node]
            block = self._blocks[number]
            stems: list[list[int]] = [[] for _ in block.multiplicity]
            automorphisms = 1
            for stem, other in hanging[node]:
                if other == parent:
                    stems[stem].append(PARENT)
                else:
                    code, below = branch(other, node)
                    stems[stem].append(code)
                    automorphisms *= below
            for codes, multiplicity in zip(stems, block.multiplicity, strict=True):
                if len(codes) < multiplicity:
                    codes.extend([OPEN] * (multiplicity - len(codes)))
                if len(codes) > 1:
                    codes.sort()
            code, own = self._code(number, tuple(map(tuple, stems)))
            return code, own * automorphisms

        roots = [branch(node, -1) for node in _centres(hanging)]
        least = min(roots)
        return Identity(least[0], sum(code == least[0] for code, _ in roots) * least[1])


def _digest(key: object) -> int:
    """Return a number of 63 bits, not negative, that stands for a nest of tuples of integers."""
    return int.from_bytes(blake2b(repr(key).encode(), digest_size=8).digest()) >> 1


def _centres(hanging: list[list[tuple[int, int]]]) -> list[int]:
    """Return the one or two nodes in the middle of the longest paths."""
    degree = [len(joins) for joins in hanging]
    remaining, leaves = len(hanging), [node for node, n in enumerate(degree) if n <= 1]
    while remaining > 2:
        remaining -= len(leaves)
        inner = []
        for leaf in leaves:
            for _, node in hanging[leaf]:
                degree[node] -= 1
                if degree[node] == 1:
                    inner.append(node)
        leaves = inner
    return leaves

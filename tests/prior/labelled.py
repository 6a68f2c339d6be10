"""The library's law by brute force: every stem labelled, every neighbourhood listed, every tree grown."""

from collections import Counter
from collections.abc import Iterator
from itertools import permutations, product

from molgfn.chem.trees.assembly import assemble_smiles
from molgfn.chem.trees.neighbourhoods import NeighbourhoodCounts
from molgfn.chem.trees.tree import Tree
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.prior.law import Smoothing

Stem = tuple[int, int, int]
"""Block, stem atom, number of the stem on that atom."""
Labelled = tuple[tuple[Stem, Stem], ...]
"""Joins of a block, sorted: its own stem, the stem of the neighbour."""


class LabelledLaw:
    """P of every labelled neighbourhood of every block, and m of every pair of stems."""

    def __init__(self, vocabulary: Vocabulary, counts: NeighbourhoodCounts, smoothing: Smoothing) -> None:
        self.vocabulary, self.counts = vocabulary, counts
        self.stems: list[list[Stem]] = [
            [(number, atom, k) for atom, m in enumerate(block.multiplicity) for k in range(m)]
            for number, block in enumerate(vocabulary.blocks)
        ]
        second = [self._second_order(number) for number in range(len(vocabulary))]
        self.p: list[dict[Labelled, float]] = []
        for number, of_block in enumerate(counts.counts):
            first, flat = self._first_order(number, second), self._uniform(number, smoothing.occupation)
            seen = sum(of_block.values())
            w = seen / (seen + smoothing.distinct * len(of_block))
            counted = {n: w * second[number].get(n, 0.0) + (1 - w) * first.get(n, 0.0) for n in flat}
            rest = smoothing.uniform
            self.p.append({n: (1 - rest) * counted[n] + rest * p for n, p in flat.items()})
        self.m = _margins(self.p)

    def _symmetries(self, number: int) -> Iterator[dict[Stem, Stem]]:
        block = self.vocabulary.blocks[number]
        swaps = [list(permutations(range(m))) for m in block.multiplicity]
        for p in block.permutations:
            for swap in product(*swaps):
                yield {(b, atom, k): (b, p[atom], swap[atom][k]) for b, atom, k in self.stems[number]}

    def _second_order(self, number: int) -> dict[Labelled, float]:
        share: Counter[Labelled] = Counter()
        symmetries = list(self._symmetries(number))
        for around, count in self.counts.counts[number].items():
            used: Counter[int] = Counter()
            own, others = [], []
            for atom, block, other in around:
                own.append((number, atom, used[atom]))
                used[atom] += 1
                orbits = self.vocabulary.blocks[block].orbits
                others.append([stem for stem in self.stems[block] if orbits[stem[1]] == orbits[other]])
            choices = list(product(*others))
            for symmetry in symmetries:
                for choice in choices:
                    image = tuple(sorted((symmetry[mine], other) for mine, other in zip(own, choice, strict=True)))
                    share[image] += count / self.counts.blocks / len(symmetries) / len(choices)
        return dict(share)

    def _first_order(self, number: int, second: list[dict[Labelled, float]]) -> dict[Labelled, float]:
        margins = _margins(second)
        pattern: Counter[tuple[Stem, ...]] = Counter()
        for joins, probability in second[number].items():
            pattern[tuple(own for own, _ in joins)] += probability
        first = {}
        for stems, probability in pattern.items():
            partners = [{b: m for (a, b), m in margins.items() if a == own} for own in stems]
            for choice in product(*partners):
                p = probability
                for of_stem, other in zip(partners, choice, strict=True):
                    p *= of_stem[other] / sum(of_stem.values())
                first[tuple(zip(stems, choice, strict=True))] = p
        return first

    def _uniform(self, number: int, occupation: float) -> dict[Labelled, float]:
        every = [stem for of_block in self.stems for stem in of_block]
        legal = {a: [b for b in every if self.vocabulary.allows(a[0], a[1], b[0], b[1])] for a in every}
        most = max(map(len, legal.values()))
        options: list[list[tuple[Stem | None, float]]] = [
            [(None, 1 - occupation * len(legal[stem]) / most), *((other, occupation / most) for other in legal[stem])]
            for stem in self.stems[number]
        ]
        flat = {}
        for choice in product(*options):
            p = 1 / len(self.vocabulary)
            for _, factor in choice:
                p *= factor
            joins = zip(self.stems[number], choice, strict=True)
            flat[tuple((stem, other) for stem, (other, _) in joins if other is not None)] = p
        return flat

    def grown(self, max_blocks: int) -> dict[str, float]:
        """Return the probability of growing each molecule of at most so many blocks, from any block as root."""
        total: Counter[str] = Counter()

        def grow(blocks, joins, pending, probability):  # type: ignore[no-untyped-def]
            if len(blocks) + len(pending) > max_blocks:
                return
            if not pending:
                total[assemble_smiles(Tree(blocks, joins), self.vocabulary.blocks)] += probability
                return
            (node, own, other), *rest = pending
            here = len(blocks)
            joined = (*joins, (node, own[1], here, other[1]))
            for around, p in self.p[other[0]].items():
                if (other, own) in around:
                    hanging = [(here, mine, theirs) for mine, theirs in around if mine != other]
                    grow((*blocks, other[0]), joined, rest + hanging, probability * p / self.m[other, own])

        for number, of_block in enumerate(self.p):
            for joins, probability in of_block.items():
                grow((number,), (), [(0, own, other) for own, other in joins], probability)
        return dict(total)


def _margins(p: list[dict[Labelled, float]]) -> dict[tuple[Stem, Stem], float]:
    margins: Counter[tuple[Stem, Stem]] = Counter()
    for of_block in p:
        for joins, probability in of_block.items():
            for join in joins:
                margins[join] += probability
    return dict(margins)

"""Choosing a vocabulary from a census: the most frequent suitable blocks, and the joins that were seen."""

from collections import Counter

from molgfn.chem.library.census import Census
from molgfn.chem.library.suitability import holders_of, why_unsuitable
from molgfn.chem.standardise import standard_mol
from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.cut import may_join
from molgfn.chem.trees.fragmentation import Fragments
from molgfn.chem.trees.vocabulary import Vocabulary

# A stem or a join seen in fewer than one of this many molecules (and fewer than two) is taken for an accident.
_ACCIDENT = 25_000
# Times the wanted number of blocks: so many of the most frequent ones are looked at for alerts.
_LOOKED_AT = 3


def choose_vocabulary(census: Census, size: int, name: str) -> Vocabulary:
    """Take the `size` most frequent neutral blocks that are suitable, their stems and joins as seen.

    The `source` of the vocabulary says which frequent blocks were left out as unsuitable, and why.
    """
    support = max(2, len(census.molecules) // _ACCIDENT)
    names = [smiles for smiles, _ in census.block_frequency()]
    stems, holders = _stem_census(census), holders_of(census, names[: _LOOKED_AT * size])
    blocks: list[Block] = []
    unsuitable: dict[str, str] = {}
    for smiles in names:
        if len(blocks) == size:
            break
        block = _block_with_stems(smiles, stems, support)
        if block is None:
            continue
        why = why_unsuitable(block, holders.get(smiles, ()))
        if why:
            unsuitable[smiles] = why
        else:
            blocks.append(block)
    joins = _seen_joins(census, blocks, support)
    blocks, joins = _without_dead_stems(blocks, joins)
    source = {"molecules": len(census.molecules), "support": support, "unsuitable": unsuitable}
    return Vocabulary(name, tuple(blocks), joins, source)


def _uses(fragments: Fragments) -> Counter[tuple[int, int]]:
    """Count the joins at each (fragment, atom)."""
    return Counter(end for a, i, b, j in fragments.joins for end in ((a, i), (b, j)))


def _stem_census(census: Census) -> dict[str, Counter[tuple[int, int]]]:
    """Count for each block how often an atom had at least k joins, keyed by (atom, k)."""
    seen: dict[str, Counter[tuple[int, int]]] = {}
    for fragments in census.molecules:
        for (node, atom), uses in _uses(fragments).items():
            counter = seen.setdefault(fragments.smiles[node], Counter())
            counter.update((atom, k) for k in range(1, uses + 1))
    return seen


def _block_with_stems(smiles: str, stems: dict[str, Counter[tuple[int, int]]], support: int) -> Block | None:
    """Return the block with its stems closed under its symmetry; None if it cannot be used."""
    bare = standard_mol(smiles)
    all_stems = Block(smiles, tuple(range(bare.GetNumAtoms())), (1,) * bare.GetNumAtoms())
    radicals = sum(atom.GetNumRadicalElectrons() for atom in bare.GetAtoms())
    charge = sum(atom.GetFormalCharge() for atom in bare.GetAtoms())
    if radicals or charge:
        return None
    count: Counter[tuple[int, int]] = Counter()
    for (atom, k), n in stems.get(smiles, Counter()).items():
        count[all_stems.orbits[atom], k] += n
    multiplicity = {
        atom: max((k for (o, k), n in count.items() if o == orbit and n >= support), default=0)
        for atom, orbit in enumerate(all_stems.orbits)
    }
    atoms = tuple(atom for atom, m in multiplicity.items() if m)
    return Block(smiles, atoms, tuple(multiplicity[a] for a in atoms)) if atoms else None


def _seen_joins(census: Census, blocks: list[Block], support: int) -> frozenset[tuple[str, str]]:
    """Return the pairs of atom environments bonded in at least `support` places of the library."""
    names = {block.smiles: dict(zip(block.stem_atoms, block.environments, strict=True)) for block in blocks}
    count: Counter[tuple[str, str]] = Counter()
    for fragments in census.molecules:
        for a, i, b, j in fragments.joins:
            first = names.get(fragments.smiles[a], {}).get(i)
            second = names.get(fragments.smiles[b], {}).get(j)
            if first and second:
                count[min(first, second), max(first, second)] += 1
    return frozenset(pair for pair, n in count.items() if n >= support)


def _without_dead_stems(
    blocks: list[Block], joins: frozenset[tuple[str, str]]
) -> tuple[list[Block], frozenset[tuple[str, str]]]:
    """Drop stems that no other stem can be joined to, and blocks left without any."""
    roles = {e: r for block in blocks for e, r in zip(block.environments, block.roles, strict=True)}
    joins = frozenset((a, b) for a, b in joins if may_join(roles[a], roles[b]))
    alive = {name for pair in joins for name in pair}
    kept = []
    for block in blocks:
        stems = [
            (atom, m)
            for atom, m, e in zip(block.stem_atoms, block.multiplicity, block.environments, strict=True)
            if e in alive
        ]
        if stems:
            kept.append(Block(block.smiles, tuple(a for a, _ in stems), tuple(m for _, m in stems)))
    return kept, joins

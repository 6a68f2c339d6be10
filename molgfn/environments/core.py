"""A scaffold to start from: its blocks, its open stems, and in how many ways a molecule holds it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import factorial, perm, prod

from rdkit import Chem

from molgfn.chem.standardise import MoleculeError, parse_smiles, standard_smiles
from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.fragmentation import Pieces, take_apart_traced
from molgfn.chem.trees.tree import Tree
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.errors import ConfigError


@dataclass(frozen=True)
class Core:
    """A start scaffold.

    Attributes
    ----------
    smiles : str
        As given, attachment points as `[*:1]`.
    tree : Tree
        Its blocks, numbered as in `blocks`, and its joins.
    blocks : tuple of Block
        One a node; stems closed under the symmetry of the block.
    open_stems : tuple of tuple of int
        For each node and stem atom, how many stems may be grown.
    """

    smiles: str
    tree: Tree
    blocks: tuple[Block, ...]
    open_stems: tuple[tuple[int, ...], ...]

    def used(self, node: int) -> list[int]:
        """Return for each stem atom of a node the stems that the core's own joins take."""
        count = [0] * len(self.blocks[node].stem_atoms)
        for end, stem, _, _ in _both_ways(self.tree.joins):
            if end == node:
                count[stem] += 1
        return count


def read_core(smiles: str, vocabulary: Vocabulary) -> Core:
    """Read a scaffold such as `c1ccc([*:1])cc1`.

    Its blocks need not be in the vocabulary, but what is grown on it is.

    Raises
    ------
    ConfigError
        If it is no molecule, has no attachment point, or has one where nothing can be joined.
    """
    try:
        mol = parse_smiles(smiles)
    except MoleculeError as error:
        raise ConfigError(f"[core] smiles: {error}") from None
    plain, open_count = _without_dummies(mol, smiles)
    pieces, where = _rooted(*take_apart_traced(plain))
    nodes = range(len(pieces.smiles))
    open_at = {where[atom]: count for atom, count in open_count.items()}
    needed = [Counter({place: n for (node, place), n in open_at.items() if node == number}) for number in nodes]
    for a, i, b, j in pieces.joins:
        needed[a][i] += 1
        needed[b][j] += 1
    most: dict[str, Counter[int]] = {}
    for name, count in zip(pieces.smiles, needed, strict=True):
        most[name] = most.get(name, Counter()) | count
    blocks = tuple(_core_block(smiles, name, most[name], vocabulary) for name in pieces.smiles)
    index = [{atom: place for place, atom in enumerate(block.stem_atoms)} for block in blocks]
    joins = tuple((a, index[a][i], b, index[b][j]) for a, i, b, j in pieces.joins)
    stems = tuple(tuple(open_at.get((n, atom), 0) for atom in blocks[n].stem_atoms) for n in nodes)
    return Core(smiles, Tree(tuple(nodes), joins), blocks, stems)


def _without_dummies(mol: Chem.Mol, smiles: str) -> tuple[Chem.Mol, dict[int, int]]:
    """Replace attachment points by hydrogen; return the molecule and how many each of its atoms had."""
    for number, atom in enumerate(mol.GetAtoms()):
        atom.SetAtomMapNum(0)
        atom.SetIntProp("_place", number)
    stems: dict[int, int] = {}
    for atom in mol.GetAtoms():
        if atom.GetAtomicNum() == 0:
            bonds = atom.GetBonds()
            neighbour = bonds[0].GetOtherAtom(atom) if len(bonds) else atom
            single = len(bonds) == 1 and bonds[0].GetBondType() == Chem.BondType.SINGLE
            if not single or neighbour.GetAtomicNum() == 0:
                raise ConfigError(
                    f"[core] smiles = {smiles!r}: an attachment point must be at the end of a single bond."
                )
            stems[neighbour.GetIdx()] = stems.get(neighbour.GetIdx(), 0) + 1
    if not stems:
        raise ConfigError(
            f"[core] smiles = {smiles!r}: no attachment point.", "Mark where to grow, as in `c1ccc([*:1])cc1`."
        )
    bare = Chem.RWMol(mol)
    for atom in mol.GetAtoms():
        if atom.GetIdx() in stems and (atom.GetIsAromatic() or atom.GetNoImplicit()) and atom.GetAtomicNum() != 6:
            bare.GetAtomWithIdx(atom.GetIdx()).SetNumExplicitHs(atom.GetNumExplicitHs() + stems[atom.GetIdx()])
    bare.BeginBatchEdit()
    for atom in mol.GetAtoms():
        if atom.GetAtomicNum() == 0:
            bare.RemoveAtom(atom.GetIdx())
    bare.CommitBatchEdit()
    Chem.SanitizeMol(bare)
    Chem.RemoveStereochemistry(bare)
    if standard_smiles(Chem.MolToSmiles(bare)) != Chem.MolToSmiles(bare):
        raise ConfigError(
            f"[core] smiles = {smiles!r}: a salt or a charge that standardisation would change.",
            f"Use the neutral parent: {standard_smiles(Chem.MolToSmiles(bare))}",
        )
    return bare.GetMol(), {
        a.GetIdx(): stems[a.GetIntProp("_place")] for a in bare.GetAtoms() if a.GetIntProp("_place") in stems
    }


def _rooted(pieces: Pieces, where: dict[int, tuple[int, int]]) -> tuple[Pieces, dict[int, tuple[int, int]]]:
    """Number the fragments so that each but the first has a neighbour with a lower number."""
    order = [0]
    for node in order:
        order.extend(b for a, _, b, _ in _both_ways(pieces.joins) if a == node and b not in order)
    new = {node: number for number, node in enumerate(order)}
    joins = tuple((new[a], i, new[b], j) for a, i, b, j in pieces.joins)
    return Pieces(tuple(pieces.smiles[n] for n in order), joins), {x: (new[n], p) for x, (n, p) in where.items()}


def _both_ways(joins: Iterable[tuple[int, int, int, int]]) -> Iterator[tuple[int, int, int, int]]:
    for a, i, b, j in joins:
        yield a, i, b, j
        yield b, j, a, i


def _core_block(smiles: str, name: str, needed: Counter[int], vocabulary: Vocabulary) -> Block:
    """Return the vocabulary's block where it has the stems, else one of the core's own."""
    if name in vocabulary.numbers:
        known = vocabulary.blocks[vocabulary.numbers[name]]
        have = dict(zip(known.stem_atoms, known.multiplicity, strict=True))
        if all(have.get(atom, 0) >= count for atom, count in needed.items()):
            return known
    size = parse_smiles(name).GetNumAtoms()
    every = Block(name, tuple(range(size)), (1,) * size)
    most: dict[int, int] = {}
    for atom, count in needed.items():
        most[every.orbits[atom]] = max(most.get(every.orbits[atom], 0), count)
    stems = {atom: most[orbit] for atom, orbit in enumerate(every.orbits) if orbit in most}
    atoms = tuple(sorted(stems))
    block = Block(name, atoms, tuple(stems[a] for a in atoms))
    for atom, count in stems.items():
        if count > block.mol.GetAtomWithIdx(atom).GetTotalNumHs():
            raise ConfigError(
                f"[core] smiles = {smiles!r}: {count} bonds on atom {atom} of {name}, which has too few hydrogens."
            )
    return block


def count_embeddings(core: Core, tree: Tree, blocks: Sequence[Block]) -> int:
    """Count the ways to lay the core, every stem of it labelled, onto a molecule grown from it.

    Outside the core's own joins only its open stems may be in use. With the symmetry of the molecule this gives the
    number of marked states that are one molecule (orbit-stabiliser theorem).

    Parameters
    ----------
    core : Core
    tree : Tree
        The molecule.
    blocks : sequence of Block
        To which the numbers of `tree` refer.
    """
    hanging: list[list[tuple[int, int, int]]] = [[] for _ in tree.blocks]
    for a, i, b, j in _both_ways(tree.joins):
        hanging[a].append((i, b, j))
    core_joins: list[list[tuple[int, int, int]]] = [[] for _ in core.blocks]
    for a, i, b, j in _both_ways(core.tree.joins):
        core_joins[a].append((i, b, j))

    def layings(node: int, target: int, entry: tuple[int, int, int] | None) -> int:
        """Count the ways to lay the core's branch at `node` onto the molecule's at `target`.

        `entry` is (parent node in the molecule, stem of the core's node towards its parent, stem of target there).
        """
        block = blocks[tree.blocks[target]]
        if block != core.blocks[node]:
            return 0
        total = 0
        for p in block.permutations:
            if entry is not None and p[entry[1]] != entry[2]:
                continue
            total += sum(
                prod(layings(child, place, (target, stem, own)) for child, place, stem, own in matching)
                * _free_ways(core, node, p, hanging[target], matching, entry)
                for matching in matchings(node, target, p, entry)
            )
        return total

    def matchings(
        node: int, target: int, p: tuple[int, ...], entry: tuple[int, int, int] | None
    ) -> Iterator[list[tuple[int, int, int, int]]]:
        """Yield assignments of the core's further joins at `node` to joins at `target`: (child, place, stem, own)."""
        parent = None if entry is None else entry[0]
        wanted = [join for join in core_joins[node] if join[1] != came_from[node]]
        available = [h for h in hanging[target] if h[1] != parent]

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

    came_from = _parents(core)
    return sum(layings(0, target, None) for target in range(len(tree.blocks)))


def grown_from(core: Core, tree: Tree, blocks: Sequence[Block], n_vocabulary: int) -> bool:
    """Return whether a tree is the core with blocks of the vocabulary (the first `n_vocabulary` blocks) added."""
    own = sum(block not in blocks[:n_vocabulary] for block in core.blocks)
    return sum(b >= n_vocabulary for b in tree.blocks) == own and count_embeddings(core, tree, blocks) > 0


def _parents(core: Core) -> list[int]:
    """Return for each node of the core its neighbour with a lower number; -1 for the first."""
    return [-1] + [min(b for a, _, b, _ in _both_ways(core.tree.joins) if a == n) for n in range(1, len(core.blocks))]


def _free_ways(
    core: Core,
    node: int,
    p: tuple[int, ...],
    hanging: list[tuple[int, int, int]],
    matching: list[tuple[int, int, int, int]],
    entry: tuple[int, int, int] | None,
) -> int:
    """Count the ways to lay the stems of a node that no join of the core uses."""
    own_joins = {place for _, place, _, _ in matching} | (set() if entry is None else {entry[0]})
    ways = 1
    for stem, allowed in enumerate(core.open_stems[node]):
        grown = sum(own == p[stem] and place not in own_joins for own, place, _ in hanging)
        free = core.blocks[node].multiplicity[stem] - core.used(node)[stem] - grown
        ways *= perm(allowed, grown) * factorial(free) if free >= 0 else 0
    return ways

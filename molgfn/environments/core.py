"""A scaffold to start from: its blocks and its open stems."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rdkit import Chem

from molgfn.chem.standardise import MoleculeError, parse_smiles, standard_smiles
from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.fragmentation import Fragments, fragment_with_places
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
        One a node. A block that the vocabulary has too has all of its stems, and any that the core needs besides.
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
        for end, stem, _, _ in both_ways(self.tree.joins):
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
    fragments, where = _rooted(*fragment_with_places(plain))
    nodes = range(len(fragments.smiles))
    open_at = {where[atom]: count for atom, count in open_count.items()}
    needed = [Counter({place: n for (node, place), n in open_at.items() if node == number}) for number in nodes]
    for a, i, b, j in fragments.joins:
        needed[a][i] += 1
        needed[b][j] += 1
    most: dict[str, Counter[int]] = {}
    for name, count in zip(fragments.smiles, needed, strict=True):
        most[name] = most.get(name, Counter()) | count
    blocks = tuple(_core_block(smiles, name, most[name], vocabulary) for name in fragments.smiles)
    index = [{atom: place for place, atom in enumerate(block.stem_atoms)} for block in blocks]
    joins = tuple((a, index[a][i], b, index[b][j]) for a, i, b, j in fragments.joins)
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
        # Hydrogens of atoms in brackets and of aromatic nitrogen are written out; others adjust by themselves.
        written_out = atom.GetNoImplicit() or (atom.GetIsAromatic() and atom.GetAtomicNum() != 6)
        if atom.GetIdx() in stems and written_out:
            bare.GetAtomWithIdx(atom.GetIdx()).SetNumExplicitHs(atom.GetNumExplicitHs() + stems[atom.GetIdx()])
    bare.BeginBatchEdit()
    for atom in mol.GetAtoms():
        if atom.GetAtomicNum() == 0:
            bare.RemoveAtom(atom.GetIdx())
    bare.CommitBatchEdit()
    Chem.SanitizeMol(bare)
    Chem.RemoveStereochemistry(bare)
    _refuse_radicals(bare, smiles)
    if standard_smiles(Chem.MolToSmiles(bare)) != Chem.MolToSmiles(bare):
        raise ConfigError(
            f"[core] smiles = {smiles!r}: a salt or a charge that standardisation would change.",
            f"Use the neutral parent: {standard_smiles(Chem.MolToSmiles(bare))}",
        )
    return bare.GetMol(), {
        a.GetIdx(): stems[a.GetIntProp("_place")] for a in bare.GetAtoms() if a.GetIntProp("_place") in stems
    }


def _refuse_radicals(mol: Chem.Mol, smiles: str) -> None:
    """Refuse open valences: every molecule grown from the core would be a radical."""
    for atom in mol.GetAtoms():
        if atom.GetNumRadicalElectrons():
            raise ConfigError(
                f"[core] smiles = {smiles!r}: the atom {atom.GetSymbol()} has too few bonds or hydrogens (a radical).",
                "Write its hydrogens into the brackets, as in `[CH2]`, or leave the brackets out.",
            )


def _rooted(fragments: Fragments, where: dict[int, tuple[int, int]]) -> tuple[Fragments, dict[int, tuple[int, int]]]:
    """Number the fragments so that each but the first has a neighbour with a lower number."""
    order = [0]
    for node in order:
        order.extend(b for a, _, b, _ in both_ways(fragments.joins) if a == node and b not in order)
    new = {node: number for number, node in enumerate(order)}
    joins = tuple((new[a], i, new[b], j) for a, i, b, j in fragments.joins)
    return Fragments(tuple(fragments.smiles[n] for n in order), joins), {x: (new[n], p) for x, (n, p) in where.items()}


def both_ways(joins: Iterable[tuple[int, int, int, int]]) -> Iterator[tuple[int, int, int, int]]:
    """Yield each join as seen from either of its ends."""
    for a, i, b, j in joins:
        yield a, i, b, j
        yield b, j, a, i


def _core_block(smiles: str, name: str, needed: Counter[int], vocabulary: Vocabulary) -> Block:
    """Return the vocabulary's block, if it has one, with the stems that the core needs besides.

    Equivalent atoms get equal stems, so that the symmetry of the block keeps them.
    """
    size = parse_smiles(name).GetNumAtoms()
    all_stems = Block(name, tuple(range(size)), (1,) * size)
    most: Counter[int] = Counter()
    for atom, count in needed.items():
        most[all_stems.orbits[atom]] = max(most[all_stems.orbits[atom]], count)
    have: dict[int, int] = {}
    if name in vocabulary.numbers:
        block = vocabulary.blocks[vocabulary.numbers[name]]
        have = dict(zip(block.stem_atoms, block.multiplicity, strict=True))
    stems = dict(have)
    for atom, orbit in enumerate(all_stems.orbits):
        if most[orbit] > have.get(atom, 0):
            stems[atom] = most[orbit]
            if most[orbit] > all_stems.mol.GetAtomWithIdx(atom).GetTotalNumHs():
                raise ConfigError(
                    f"[core] smiles = {smiles!r}: {most[orbit]} bonds on atom {atom} of {name}, "
                    "which has too few hydrogens."
                )
    atoms = tuple(sorted(stems))
    return Block(name, atoms, tuple(stems[a] for a in atoms))

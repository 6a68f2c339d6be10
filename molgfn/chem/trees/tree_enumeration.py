"""Every tree that gives a molecule, for vocabularies by which one molecule can be built of blocks in several ways."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rdkit import Chem

from molgfn.chem.trees.assembly import assemble
from molgfn.chem.trees.blocks import Block, automorphisms
from molgfn.chem.trees.tree import Tree, TreeCodes

_CUTTABLE = Chem.MolFromSmarts("*-;!@*")
_MANY = 1_000_000
# Joined, these may gain hydrogens (O=PO gives C[PH](=O)O) where others lose one.
_HYPERVALENT = frozenset({15, 16})
_METHANE = Block("C", (0,), (1,))

Kind = tuple[int, int, int, bool, bool]


def _kind(atom: Chem.Atom) -> Kind:
    """Return what joining keeps of an atom: element, charge, neighbours with hydrogens, ring, aromaticity."""
    number = atom.GetAtomicNum()
    degree = 0 if number in _HYPERVALENT else atom.GetTotalDegree()
    return number, atom.GetFormalCharge(), degree, atom.IsInRing(), atom.GetIsAromatic()


def _hydrogens(block: Block, stem: int) -> tuple[int, ...]:
    """Return the hydrogens of a stem atom with 0, 1, ... stems in use."""
    mols = (
        assemble(Tree((0,) + (1,) * n, tuple((0, stem, other, 0) for other in range(1, n + 1))), (block, _METHANE))
        for n in range(block.multiplicity[stem] + 1)
    )
    return tuple(mol.GetAtomWithIdx(block.stem_atoms[stem]).GetTotalNumHs() for mol in mols)


@dataclass(frozen=True)
class _Pattern:
    """A block as it is looked for in a molecule.

    Attributes
    ----------
    query : Mol
        Atoms marked by their kind (as an isotope, which RDKit compares while it searches).
    degrees : tuple of int
        Heavy neighbours of each atom within the block.
    stems : tuple of int
        For each atom its stem atom; -1 where it is none.
    room : tuple of int
        For each atom the most joins it can have.
    hydrogens : dict of int to tuple of int
        For phosphorus and sulfur the hydrogens with 0, 1, ... joins.
    closed : bool
        Whether every automorphism of the fragment keeps the stems, so that one way to lay it on its atoms is enough.
    """

    query: Chem.Mol
    degrees: tuple[int, ...]
    stems: tuple[int, ...]
    room: tuple[int, ...]
    hydrogens: dict[int, tuple[int, ...]]
    closed: bool

    @classmethod
    def of(cls, block: Block, numbers: dict[Kind, int]) -> "_Pattern":
        query = Chem.Mol(block.mol)
        stems, room = [-1] * query.GetNumAtoms(), [0] * query.GetNumAtoms()
        for stem, (atom, multiplicity) in enumerate(zip(block.stem_atoms, block.multiplicity, strict=True)):
            stems[atom], room[atom] = stem, multiplicity
        hydrogens = {}
        for place, atom in enumerate(query.GetAtoms()):
            atom.SetIsotope(numbers.setdefault(_kind(atom), len(numbers) + 1))
            if atom.GetAtomicNum() in _HYPERVALENT:
                stem = stems[place]
                hydrogens[place] = (atom.GetTotalNumHs(),) if stem < 0 else _hydrogens(block, stem)
        closed = all([room[a] for a in image] == room for image in automorphisms(block.mol))
        degrees = tuple(atom.GetDegree() for atom in query.GetAtoms())
        return cls(query, degrees, tuple(stems), tuple(room), hydrogens, closed)


@dataclass(frozen=True)
class _Placement:
    """A block laid onto some atoms of a molecule.

    Attributes
    ----------
    block : int
    mask : int
        Bit a is set if atom a is covered.
    ends : tuple of (int, int)
        Atoms from which bonds lead out, each with the stem atom that lies there.
    """

    block: int
    mask: int
    ends: tuple[tuple[int, int], ...]


class _Molecule:
    """A molecule prepared for the search: bonds that a join could have made, kinds as isotopes."""

    def __init__(self, mol: Chem.Mol, numbers: dict[Kind, int]) -> None:
        self.mol = mol
        self.bonds: tuple[tuple[int, int], ...] = mol.GetSubstructMatches(_CUTTABLE, maxMatches=_MANY)
        self.neighbours = [0] * mol.GetNumAtoms()
        for a, b in self.bonds:
            self.neighbours[a] |= 1 << b
            self.neighbours[b] |= 1 << a
        self.degrees: list[int] = []
        # 0 is the number of no kind: such an atom is in no block.
        self.kinds: list[int] = []
        self.hydrogens: dict[int, int] = {}
        for place in range(mol.GetNumAtoms()):
            atom = mol.GetAtomWithIdx(place)
            kind = _kind(atom)
            if kind[0] in _HYPERVALENT:
                self.hydrogens[place] = atom.GetTotalNumHs()
            number = numbers.get(kind, 0)
            self.kinds.append(number)
            self.degrees.append(atom.GetDegree())
            atom.SetIsotope(number)


class TreeEnumeration:
    """All trees of a molecule, each once.

    Blocks are laid onto the molecule wherever what leads out of them are acyclic single bonds at their stems; a tree is
    a set of such placements that covers every atom once. Any stem may be joined to any other.

    Parameters
    ----------
    blocks : sequence of Block
    min_blocks, max_blocks : int
        Trees of fewer or more blocks are left out.
    """

    def __init__(self, blocks: Sequence[Block], min_blocks: int, max_blocks: int) -> None:
        self._blocks = blocks
        self._sizes = range(min_blocks, max_blocks + 1)
        self._codes = TreeCodes(blocks)
        self._numbers: dict[Kind, int] = {}
        self._patterns = [_Pattern.of(block, self._numbers) for block in blocks]
        self._needed = np.array([self._counts([a.GetIsotope() for a in p.query.GetAtoms()]) for p in self._patterns])

    def _counts(self, kinds: list[int]) -> np.ndarray:
        return np.bincount(kinds, minlength=len(self._numbers) + 1)

    def trees(self, smiles: str) -> tuple[Tree, ...]:
        """Return the trees that are assembled to a molecule; none if the blocks cannot build it.

        Parameters
        ----------
        smiles : str
            A whole molecule without stereo.
        """
        molecule = _Molecule(Chem.MolFromSmiles(smiles), self._numbers)
        if 0 in molecule.kinds or "." in smiles:
            return ()
        placements = self._placements(molecule)
        trees = [self._tree(molecule, cover) for cover in self._covers(molecule, placements)]
        if len(trees) > 1:
            trees = list({self._codes.identity(tree).code: tree for tree in trees}.values())
        return tuple(trees)

    def _placements(self, molecule: _Molecule) -> list[_Placement]:
        possible = np.flatnonzero((self._needed <= self._counts(molecule.kinds)).all(axis=1))
        found: dict[_Placement, None] = {}
        for number in possible.tolist():
            pattern = self._patterns[number]
            matches = molecule.mol.GetSubstructMatches(pattern.query, uniquify=pattern.closed, maxMatches=_MANY)
            for match in matches:
                placement = self._placed(number, match, molecule)
                if placement is not None:
                    found[placement] = None
        return list(found)

    def _placed(self, number: int, match: tuple[int, ...], molecule: _Molecule) -> _Placement | None:
        """Return a block laid onto these atoms; None if other bonds lead out than stems could have made."""
        pattern = self._patterns[number]
        mask = 0
        for atom in match:
            mask |= 1 << atom
        ends = []
        for atom, degree, stem, room in zip(match, pattern.degrees, pattern.stems, pattern.room, strict=True):
            joins = (molecule.neighbours[atom] & ~mask).bit_count()
            if joins > room or degree + joins != molecule.degrees[atom]:
                return None
            if joins:
                ends.append((atom, stem))
        for place, hydrogens in pattern.hydrogens.items():
            joins = molecule.degrees[match[place]] - pattern.degrees[place]
            if molecule.hydrogens[match[place]] != hydrogens[joins]:
                return None
        ends.sort()
        if not pattern.closed:
            # Ways that a symmetry of the stems makes equal are one.
            ends = min([(atom, p[stem]) for atom, stem in ends] for p in self._blocks[number].permutations)
        return _Placement(number, mask, tuple(ends))

    def _covers(self, molecule: _Molecule, placements: list[_Placement]) -> Iterator[tuple[_Placement, ...]]:
        """Yield the sets of placements that cover every atom once."""
        count = len(molecule.degrees)
        whole = (1 << count) - 1
        covering = [[p for p in placements if p.mask >> atom & 1] for atom in range(count)]
        # Atoms with the fewest choices first: rings settle the rest.
        order = sorted(range(count), key=lambda atom: len(covering[atom]))
        largest = max((p.mask.bit_count() for p in placements), default=1)

        def extend(chosen: tuple[_Placement, ...], covered: int, place: int) -> Iterator[tuple[_Placement, ...]]:
            if covered == whole:
                if len(chosen) in self._sizes:
                    yield chosen
                return
            if len(chosen) + -(-(whole ^ covered).bit_count() // largest) >= self._sizes.stop:
                return
            while covered >> order[place] & 1:
                place += 1
            for placement in covering[order[place]]:
                if not placement.mask & covered:
                    yield from extend((*chosen, placement), covered | placement.mask, place + 1)

        return extend((), 0, 0)

    @staticmethod
    def _tree(molecule: _Molecule, cover: tuple[_Placement, ...]) -> Tree:
        at = {atom: (node, stem) for node, placement in enumerate(cover) for atom, stem in placement.ends}
        ends = ((at.get(a), at.get(b)) for a, b in molecule.bonds)
        joins = [(*a, *b) for a, b in ends if a is not None and b is not None and a[0] != b[0]]
        return Tree(tuple(placement.block for placement in cover), tuple(joins))

"""A block: a fragment, its stems, and its symmetry as seen from the stems."""

import re
from dataclasses import dataclass
from functools import cached_property
from math import factorial, prod

from rdkit import Chem

from molgfn.chem.trees.cut import StemRole, stem_role

_BOND = {1.0: "", 1.5: "", 2.0: "=", 3.0: "#"}
_ATOM = re.compile(r"\[[^\]]+\]|Br|Cl|[BCNOPSFI]|[bcnops]")


@dataclass(frozen=True)
class Block:
    """A fragment with stems.

    A *stem atom* carries one or more stems (its multiplicity), as many bonds as can be made there. Stem atoms are
    numbered 0 to P-1 in the order of `stem_atoms`.

    Attributes
    ----------
    smiles : str
        Canonical SMILES, open stems carrying hydrogen; atoms are counted along it.
    stem_atoms : tuple of int, length P
        Ascending.
    multiplicity : tuple of int, length P
    """

    smiles: str
    stem_atoms: tuple[int, ...]
    multiplicity: tuple[int, ...]

    @cached_property
    def mol(self) -> Chem.Mol:
        """The fragment as a molecule of its own."""
        return Chem.MolFromSmiles(self.smiles)

    @cached_property
    def environments(self) -> tuple[str, ...]:
        """The atom environment of each stem atom, see `atom_environment`."""
        return tuple(atom_environment(self.mol.GetAtomWithIdx(a)) for a in self.stem_atoms)

    @cached_property
    def roles(self) -> tuple[StemRole, ...]:
        """What the cut rule sees of each stem atom."""
        return tuple(stem_role(self.mol.GetAtomWithIdx(a)) for a in self.stem_atoms)

    @cached_property
    def permutations(self) -> tuple[tuple[int, ...], ...]:
        """The permutations of the stem atoms that the automorphisms of the fragment make, identity first."""
        places = {atom: place for place, atom in enumerate(self.stem_atoms)}
        mappings = {
            tuple(places[image[atom]] for atom in self.stem_atoms)
            for image in automorphisms(self.mol)
            if all(image[atom] in places for atom in self.stem_atoms)
        }
        return tuple(sorted(mappings))

    @cached_property
    def orbits(self) -> tuple[int, ...]:
        """For each stem atom the least stem atom that is equivalent to it."""
        count = len(self.stem_atoms)
        return tuple(min(p[i] for p in self.permutations) for i in range(count))

    @cached_property
    def stem_pairs(self) -> list[tuple[int, int]]:
        """For each ordered pair of stem atoms, row by row, the least pair that is equivalent to it."""
        count = len(self.stem_atoms)
        return [min((p[i], p[j]) for p in self.permutations) for i in range(count) for j in range(count)]

    @cached_property
    def order(self) -> int:
        """Order of the symmetry group of the stems: of the stem atoms times swaps of stems on one atom."""
        return len(self.permutations) * prod(factorial(m) for m in self.multiplicity)

    @cached_property
    def text(self) -> "BlockText":
        """The SMILES prepared for joining."""
        return BlockText.of(self)


@dataclass(frozen=True)
class BlockText:
    """A block's SMILES split so that ring-closure digits can be put behind its stem atoms.

    Attributes
    ----------
    parts : tuple of str, length P + 1
        Text before, between and behind the stem atoms.
    tokens : tuple of tuple of str
        For each stem atom its text with 0, 1, ... stems in use.
    """

    parts: tuple[str, ...]
    tokens: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, block: Block) -> "BlockText":
        spans = [match.span() for match in _ATOM.finditer(block.smiles)]
        parts, tokens, end = [], [], 0
        for atom, multiplicity in zip(block.stem_atoms, block.multiplicity, strict=True):
            start, stop = spans[atom]
            parts.append(block.smiles[end:start])
            token = block.smiles[start:stop]
            tokens.append(tuple(_with_fewer_hydrogens(token, used) for used in range(multiplicity + 1)))
            end = stop
        return cls((*parts, block.smiles[end:]), tuple(tokens))

    def joined(self, labels: list[list[str]]) -> str:
        """Return the text with these ring closures behind each stem atom."""
        out = [self.parts[0]]
        for tokens, closures, part in zip(self.tokens, labels, self.parts[1:], strict=True):
            out.append(tokens[len(closures)])
            out.extend(closures)
            out.append(part)
        return "".join(out)


def _with_fewer_hydrogens(token: str, used: int) -> str:
    """Take `used` hydrogens from a bracket atom; others adjust by themselves."""
    if not token.startswith("["):
        return token
    match = re.fullmatch(r"\[([A-Za-z][a-z]?)(?:H(\d?))?([+-]\d*)?\]", token)
    if match is None:
        raise ValueError(f"unexpected atom {token!r} in a block")
    symbol, count, charge = match.groups()
    hydrogens = (0 if "H" not in token[2:] else int(count or 1)) - used
    if hydrogens < 0:
        raise ValueError(f"atom {token!r} has no {used} hydrogens to replace")
    return f"[{symbol}{['', 'H'][hydrogens > 0]}{hydrogens if hydrogens > 1 else ''}{charge or ''}]"


def automorphisms(mol: Chem.Mol) -> list[tuple[int, ...]]:
    """Return every map of the atoms onto themselves that keeps elements, charges, hydrogens and bonds."""
    hydrogens = [atom.GetTotalNumHs() for atom in mol.GetAtoms()]
    # A match of aromatic nitrogen with [nH] is none of the molecule's symmetries.
    return [
        match
        for match in mol.GetSubstructMatches(mol, uniquify=False, useChirality=False, maxMatches=1_000_000)
        if all(hydrogens[a] == hydrogens[b] for a, b in enumerate(match))
    ]


def atom_environment(atom: Chem.Atom) -> str:
    """Return a name for an atom and its neighbours in the free block, such as `c;R;H1(c,n)`."""
    neighbours = sorted(
        _BOND.get(bond.GetBondTypeAsDouble(), "~") + _symbol(bond.GetOtherAtom(atom)) for bond in atom.GetBonds()
    )
    ring = ";R" if atom.IsInRing() else ""
    return f"{_symbol(atom)}{ring};H{atom.GetTotalNumHs()}({','.join(neighbours)})"


def _symbol(atom: Chem.Atom) -> str:
    symbol = atom.GetSymbol().lower() if atom.GetIsAromatic() else atom.GetSymbol()
    charge = atom.GetFormalCharge()
    return symbol + (f"{charge:+d}" if charge else "")

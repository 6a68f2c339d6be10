"""The vocabulary: which blocks there are, where they may be joined, and how a molecule is read as a tree of them."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from rdkit import Chem

from molgfn.chem.standardise import MoleculeError, standard_mol
from molgfn.chem.trees.blocks import Block, automorphisms
from molgfn.chem.trees.cut import may_join
from molgfn.chem.trees.fragmentation import Fragments, canonical_order, fragment
from molgfn.chem.trees.neighbourhoods import NeighbourhoodCounts
from molgfn.chem.trees.tree import Tree
from molgfn.errors import DataError

ANY_FORMAT = "molgfn-vocabulary-"
"""With which the format of every vocabulary file begins."""
FORMAT = f"{ANY_FORMAT}2"
# Earlier files have no law of their library. Their name is part of every digest, so that digests stay what they were.
_FORMAT_1 = f"{ANY_FORMAT}1"


class NotCovered(ValueError):
    """A molecule that the vocabulary cannot build.

    Attributes
    ----------
    reasons : tuple of str
        Missing blocks, stems and joins, each in words.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True)
class Vocabulary:
    """Blocks and the joins allowed between them.

    Attributes
    ----------
    name : str
    blocks : tuple of Block, length V
    joins : frozenset of (str, str), or None
        Pairs of atom environments (sorted) that may be bonded. None: any stem to any stem, as in the 2021 format, where
        several trees can give one molecule.
    source : dict
        Where it came from, for the card.
    library : NeighbourhoodCounts, optional
        What the molecules of the library look like; none in files of earlier versions, and in the 2021 format.
    """

    name: str
    blocks: tuple[Block, ...]
    joins: frozenset[tuple[str, str]] | None
    source: dict[str, Any] = field(default_factory=dict, compare=False)
    library: NeighbourhoodCounts | None = field(default=None, compare=False)

    def __len__(self) -> int:
        return len(self.blocks)

    @property
    def ambiguous(self) -> bool:
        """Whether one molecule can have several trees."""
        return self.joins is None

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Number of each block by its canonical SMILES."""
        return {block.smiles: number for number, block in enumerate(self.blocks)}

    @cached_property
    def sha256(self) -> str:
        """Digest of blocks, stems and joins, whatever the name."""
        content = self._content()
        del content["name"]
        return _digest(content)

    @cached_property
    def sha256_with_name(self) -> str:
        """The digest that earlier versions wrote into checkpoints: of the name too."""
        return _digest(self._content())

    def allows(self, block: int, stem: int, other: int, other_stem: int) -> bool:
        """Return whether these two stem atoms may be bonded, whatever else is attached."""
        if self.joins is None:
            return True
        a, b = self.blocks[block], self.blocks[other]
        first, second = sorted((a.environments[stem], b.environments[other_stem]))
        return (first, second) in self.joins and may_join(a.roles[stem], b.roles[other_stem])

    def decompose(self, mol: Chem.Mol) -> Tree:
        """Return the one tree that gives this molecule.

        Parameters
        ----------
        mol : Mol
            From `standard_mol`.

        Raises
        ------
        NotCovered
            If a block, a stem or a join is not in the vocabulary.
        """
        return self.tree(fragment(mol))

    def tree(self, fragments: Fragments) -> Tree:
        """Return the tree of a molecule that is already cut into fragments; as `decompose`."""
        if self.ambiguous:
            raise NotCovered(["this vocabulary allows any join, so a molecule has no single tree"])
        reasons = [f"no block {name}" for name in dict.fromkeys(fragments.smiles) if name not in self.numbers]
        if reasons:
            raise NotCovered(reasons)
        blocks = tuple(self.numbers[name] for name in fragments.smiles)
        places = [{atom: place for place, atom in enumerate(self.blocks[b].stem_atoms)} for b in blocks]
        joins = []
        used: Counter[tuple[int, int]] = Counter()
        for node, atom, other, other_atom in fragments.joins:
            stem, other_stem = places[node].get(atom), places[other].get(other_atom)
            if stem is None or other_stem is None:
                end, place = (node, atom) if stem is None else (other, other_atom)
                reasons.append(f"no stem on atom {place} of {fragments.smiles[end]}")
            elif not self.allows(blocks[node], stem, blocks[other], other_stem):
                ends = f"{fragments.smiles[node]} (atom {atom}) with {fragments.smiles[other]} (atom {other_atom})"
                reasons.append(f"no join of {ends}")
            else:
                used[node, stem] += 1
                used[other, other_stem] += 1
                joins.append((node, stem, other, other_stem))
        for (node, stem), count in used.items():
            block = self.blocks[blocks[node]]
            if count > block.multiplicity[stem]:
                reasons.append(f"{count} joins on atom {block.stem_atoms[stem]} of {block.smiles}")
        if reasons:
            raise NotCovered(list(dict.fromkeys(reasons)))
        return Tree(blocks, tuple(joins))

    def _content(self) -> dict[str, Any]:
        return {
            "format": _FORMAT_1,
            "name": self.name,
            "blocks": [
                {"smiles": b.smiles, "stems": [list(s) for s in zip(b.stem_atoms, b.multiplicity, strict=True)]}
                for b in self.blocks
            ],
            "joins": None if self.joins is None else sorted(map(list, self.joins)),
        }

    def save(self, path: Path) -> None:
        """Write the vocabulary as JSON, a block a line."""
        content = self._content() | {"format": FORMAT, "source": self.source}
        lines = [json.dumps(block) for block in content.pop("blocks")]
        joins = content.pop("joins")
        join_lines = ["null"] if joins is None else ["[", ",\n".join("  " + json.dumps(j) for j in joins), "]"]
        head = json.dumps(content, indent=1)[:-2]
        body = ",\n".join("  " + line for line in lines)
        library = f',\n "library": {self.library.as_json()}' if self.library else ""
        path.write_text(
            f'{head},\n "blocks": [\n{body}\n ],\n "joins": {chr(10).join(join_lines)}{library}\n}}\n', encoding="utf-8"
        )

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        """Read a vocabulary: our own JSON, or the block list published in 2021.

        Raises
        ------
        DataError
            If the file is missing, is no JSON, or a block in it is wrong; the message names the block.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise DataError(
                f"{path}: no such file.", "Build one with `molgfn vocabulary build LIBRARY -o FILE`."
            ) from None
        except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise DataError(
                f"{path}: not a vocabulary: {error}", "Accepted: JSON of `molgfn vocabulary build`."
            ) from None
        if isinstance(content, dict) and {"block_smi", "block_r"} <= content.keys():
            return _read_2021(path, content)
        if not isinstance(content, dict) or content.get("format") not in (FORMAT, _FORMAT_1):
            raise DataError(
                f"{path}: not a vocabulary: no key `format` with the value {FORMAT!r}.",
                "Accepted: JSON of `molgfn vocabulary build`, or a block list with block_name, block_smi and block_r.",
            )
        try:
            rows = [(row.get("smiles"), dict(row.get("stems", []))) for row in content.get("blocks", [])]
            joins = content.get("joins")
            pairs = None if joins is None else frozenset((a, b) for a, b in joins)
            counts = content.get("library")
            library = None if counts is None else NeighbourhoodCounts.of_json(counts, len(rows))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{path}: not a vocabulary: `blocks`, `stems`, `joins` or `library` is not what it should be: {error}",
                'A block is {"smiles": TEXT, "stems": [[ATOM, COUNT], ...]}, and a join a pair. Build the file again '
                "with `molgfn vocabulary build`.",
            ) from None
        blocks = _checked_blocks(path, rows)
        if library is not None and not library.fits(blocks):
            raise DataError(
                f"{path}: `library` names blocks or stems that the vocabulary does not have.",
                "Build the file again with `molgfn vocabulary build`.",
            )
        return cls(str(content.get("name", path.stem)), blocks, pairs, content.get("source", {}), library)


def has_law(path: Path) -> bool:
    """Return whether a vocabulary file holds the counts of a library; False if it cannot be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("library") is not None


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _checked_blocks(path: Path, rows: Iterable[tuple[Any, dict[int, int]]]) -> tuple[Block, ...]:
    blocks = []
    for number, (smiles, stems) in enumerate(rows, start=1):
        where = f"{path}, block {number} ({smiles})"
        try:
            if Chem.MolToSmiles(standard_mol(str(smiles))) != smiles:
                raise DataError(
                    f"{where}: not in standard form.", "Build the file again with `molgfn vocabulary build`."
                )
        except MoleculeError as error:
            raise DataError(f"{where}: {error}") from None
        blocks.append(_block(where, str(smiles), stems))
    if not blocks:
        raise DataError(f"{path}: an empty vocabulary.", "A vocabulary needs at least one block.")
    if len({block.smiles for block in blocks}) < len(blocks):
        raise DataError(f"{path}: a block is listed twice.", "Each block stands once, with all its stems.")
    return tuple(blocks)


def _block(where: str, smiles: str, stems: dict[int, int]) -> Block:
    atoms = tuple(sorted(stems))
    block = Block(smiles, atoms, tuple(stems[a] for a in atoms))
    count = block.mol.GetNumAtoms()
    for atom, multiplicity in stems.items():
        if not 0 <= atom < count:
            raise DataError(f"{where}: stem on atom {atom}, but its atoms are 0 to {count - 1}.")
        # The 2021 list joins at phosphorus and sulfur that show no hydrogen: these take further bonds.
        element = block.mol.GetAtomWithIdx(atom)
        if multiplicity < 1 or (element.GetAtomicNum() not in (15, 16) and multiplicity > element.GetTotalNumHs()):
            raise DataError(f"{where}: {multiplicity} stems on atom {atom}, more than its hydrogens (or none).")
    # Also an atom without any stem is not equivalent to one with stems.
    if any(stems.get(a, 0) != stems.get(b, 0) for image in automorphisms(block.mol) for a, b in enumerate(image)):
        raise DataError(f"{where}: equivalent atoms have different stems.")
    return block


def _read_2021(path: Path, content: dict[str, Any]) -> Vocabulary:
    """Read columns of entries (SMILES, atom that attaches + further stems); entries of one molecule are one block."""
    stems: dict[str, Counter[int]] = {}
    for key, smiles in content["block_smi"].items():
        try:
            canonical, places = canonical_order(smiles)
            listed = Counter(places[atom] for atom in content["block_r"][key])
        except Exception as error:
            raise DataError(f"{path}, entry {key} ({smiles}): {error}") from None
        merged = stems.setdefault(canonical, Counter())
        merged |= listed
    rows = []
    for smiles, seen in stems.items():
        atoms = tuple(sorted(seen))
        block = Block(smiles, atoms, tuple(seen[a] for a in atoms))
        # Equivalent atoms get equal stems, as the published code treats them by drawing either.
        images = {atom: image for image in _images(block) for atom in image}
        rows.append((smiles, {atom: max(seen[a] for a in image) for atom, image in images.items()}))
    return Vocabulary(
        path.stem, tuple(_block(f"{path} ({s})", s, d) for s, d in rows), None, {"format": "2021 block list"}
    )


def _images(block: Block) -> list[frozenset[int]]:
    """Return the orbits (as atom sets) that hold a stem atom, over all atoms of the block."""
    all_stems = Block(block.smiles, tuple(range(block.mol.GetNumAtoms())), (1,) * block.mol.GetNumAtoms())
    orbits: dict[int, set[int]] = {}
    for atom, orbit in enumerate(all_stems.orbits):
        orbits.setdefault(orbit, set()).add(atom)
    return [frozenset(atoms) for atoms in orbits.values() if atoms & set(block.stem_atoms)]

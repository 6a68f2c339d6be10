"""What a receptor file holds besides protein, and what lies in its docking box: told before anything is docked."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.rdBase import BlockLogs

from molgfn.oracles.docking.receptors import Receptor

_AMINO_ACIDS = frozenset(
    {
        *("ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU", "GLY", "HIS", "ILE", "LEU", "LYS", "MET", "PHE", "PRO"),
        *("SER", "THR", "TRP", "TYR", "VAL"),
        # Protonation states, modifications and caps.
        *("ASH", "CYM", "CYX", "GLH", "HID", "HIE", "HIP", "HSD", "HSE", "HSP", "LYN", "MSE", "PTR", "SEP", "TPO"),
        *("TYS", "ACE", "NMA", "NME", "NH2"),
    }
)
_WATERS = frozenset({"HOH", "WAT", "WAM", "DOD", "TIP", "TIP3", "TIP4", "SOL", "H2O"})
_METAL_TYPES = frozenset({"Ca", "Cd", "Co", "Cu", "Fe", "Hg", "K", "Mg", "Mn", "Na", "Ni", "U", "W", "Zn"})
COFACTORS = {
    "HEM": "heme",
    "FAD": "FAD",
    "FMN": "FMN",
    "NAD": "NAD",
    "NAI": "NADH",
    "NAP": "NADP",
    "NDP": "NADPH",
    "ADP": "ADP",
    "ATP": "ATP",
    "ANP": "ATP analogue ANP",
    "SAM": "S-adenosylmethionine",
    "SAH": "S-adenosylhomocysteine",
    "PLP": "pyridoxal phosphate",
}
_FEWEST_ATOMS = 100
"""Heavy atoms of the receptor in a box of a pocket; the fewest among the 58 bundled targets are several hundred."""
_CLASH = 2.0
_LONGEST_PEPTIDE_BOND = 2.0


@dataclass(frozen=True)
class Residue:
    """One residue: name, heavy atoms with names and AutoDock types, and coordinates in angstrom, shape (V, 3)."""

    name: str
    label: str
    chain: str
    atoms: tuple[str, ...]
    types: tuple[str, ...]
    positions: NDArray[np.float64]

    def position(self, atom: str) -> NDArray[np.float64] | None:
        return self.positions[self.atoms.index(atom)] if atom in self.atoms else None


@dataclass(frozen=True)
class Contents:
    """What a receptor file holds.

    Attributes
    ----------
    metals, cofactors : mapping of str to int
        How many of each, by element and by name.
    waters : int
    others : mapping of str to int
        Residues that are neither protein nor any of these, by their name in the file: ligands, sugars, buffers.
    gaps : tuple of str
        Where the chain is interrupted, such as "A 123 to 131".
    """

    metals: Counter[str]
    cofactors: Counter[str]
    waters: int
    others: Counter[str]
    gaps: tuple[str, ...]


def read_residues(pdbqt: Path) -> list[Residue]:
    """Return the residues of a receptor that `read_receptor` accepts, in the order of the file; hydrogens left out."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for line in pdbqt.read_text(encoding="utf-8").splitlines():
        if line.startswith(("ATOM", "HETATM")) and line[77:].strip() not in ("H", "HD"):
            grouped.setdefault((line[17:20].strip(), line[21], line[22:27].strip()), []).append(line)
    return [
        Residue(
            name,
            f"{chain.strip()} {number}".strip(),
            chain,
            tuple(line[12:16].strip() for line in lines),
            tuple(line[77:].strip() for line in lines),
            np.array([[float(line[start : start + 8]) for start in (30, 38, 46)] for line in lines]),
        )
        for (name, chain, number), lines in grouped.items()
    ]


def contents_of(residues: list[Residue]) -> Contents:
    """Count what is no protein, and find where the protein is interrupted."""
    metals: Counter[str] = Counter()
    cofactors: Counter[str] = Counter()
    others: Counter[str] = Counter()
    waters = 0
    for residue in residues:
        if residue.name in _WATERS:
            waters += 1
        elif residue.name in COFACTORS:
            cofactors[COFACTORS[residue.name]] += 1
        elif len(residue.atoms) == 1 and residue.types[0] in _METAL_TYPES:
            metals[residue.types[0]] += 1
        elif not _is_protein(residue):
            others[residue.name] += 1
    return Contents(metals, cofactors, waters, others, tuple(_gaps(residues)))


def _is_protein(residue: Residue) -> bool:
    # Modified and oddly named amino acids have the backbone all the same.
    return residue.name in _AMINO_ACIDS or {"N", "CA", "C"} <= set(residue.atoms)


def _gaps(residues: list[Residue]) -> Iterator[str]:
    chain = [residue for residue in residues if residue.position("C") is not None or residue.position("N") is not None]
    for before, after in pairwise(chain):
        end, start = before.position("C"), after.position("N")
        if end is None or start is None or before.chain != after.chain or not _is_protein(after):
            continue
        if np.linalg.norm(end - start) > _LONGEST_PEPTIDE_BOND:
            yield f"{before.label} to {after.label}"


def pocket_notes(receptor: Receptor, ligand: Path | None = None) -> list[str]:
    """Return what a user should know of a receptor of their own before docking into it, one sentence each.

    Parameters
    ----------
    receptor : Receptor
    ligand : Path, optional
        The SDF that the box was put around.
    """
    residues = read_residues(receptor.pdbqt)
    contents = contents_of(residues)
    notes = []
    if contents.waters:
        inside = sum(residue.name in _WATERS and _heavy_atoms_inside(receptor, [residue]) > 0 for residue in residues)
        notes.append(
            f"{contents.waters} waters, {inside} of them in the box: they stay where they are and fill the pocket. "
            "Remove those that a ligand may displace."
        )
    if contents.metals or contents.cofactors:
        kept = _listed(contents.metals + contents.cofactors)
        notes.append(f"{kept}: part of the receptor. Vina scores a metal as a hydrogen-bond donor, no more.")
    if contents.others:
        notes.append(
            f"not protein: {_listed(contents.others)}. Remove a ligand, a buffer or a sugar that is in the way."
        )
    if contents.gaps:
        notes.append(f"the chain is interrupted ({len(contents.gaps)}): {_shortened(contents.gaps)}.")
    atoms = _heavy_atoms_inside(receptor, residues)
    if atoms < _FEWEST_ATOMS:
        notes.append(f"only {atoms} heavy atoms of the receptor lie in the box: is it around a pocket?")
    if ligand is not None:
        notes += _ligand_notes(ligand, residues)
    return notes


def kept_with_protein(receptor: Receptor) -> str:
    """Return the metals, cofactors and waters that a receptor file holds, such as "Mg, Zn, 12 waters"; may be empty."""
    contents = contents_of(read_residues(receptor.pdbqt))
    waters = Counter({"waters" if contents.waters > 1 else "water": contents.waters} if contents.waters else {})
    return ", ".join(filter(None, map(_listed, (contents.metals, contents.cofactors, waters))))


def _ligand_notes(ligand: Path, residues: list[Residue]) -> Iterator[str]:
    with BlockLogs():
        records = [mol for mol in Chem.SDMolSupplier(str(ligand), sanitize=False) if mol is not None]
    if len(records) > 1:
        yield f"{ligand.name} has {len(records)} records: the box is around the first."
    heavy = [atom.GetIdx() for atom in records[0].GetAtoms() if atom.GetAtomicNum() > 1]
    positions = records[0].GetConformer().GetPositions()[heavy]
    near = Counter(
        f"{residue.name} {residue.label}"
        for residue in residues
        if np.linalg.norm(residue.positions[:, None] - positions, axis=-1).min() < _CLASH
    )
    if near:
        yield (
            f"the ligand of {ligand.name} clashes with {_shortened(tuple(near))} of the receptor (below {_CLASH:g} "
            "angstrom). Does the receptor still hold the ligand? Remove it: docking would find the pocket full."
        )


def _heavy_atoms_inside(receptor: Receptor, residues: list[Residue]) -> int:
    low, high = (np.array(receptor.center) + sign * np.array(receptor.size) / 2 for sign in (-1, 1))
    return sum(
        int(((residue.positions >= low) & (residue.positions <= high)).all(axis=1).sum()) for residue in residues
    )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" if count > 1 else name for name, count in sorted(counts.items()))


def _shortened(names: tuple[str, ...], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more

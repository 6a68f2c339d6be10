"""Which blocks of a library are better left out: unstable tautomers, and blocks that always bring an alert."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rdkit import Chem

from molgfn.chem.alerts import find_alerts
from molgfn.chem.library.census import Census
from molgfn.chem.standardise import standard_mol
from molgfn.chem.trees.blocks import Block

_HOLDERS = 50


def holders_of(census: Census, names: Iterable[str]) -> dict[str, list[str]]:
    """Return for each block the SMILES of the first 50 molecules of the library that hold it."""
    wanted = set(names)
    holders: dict[str, list[str]] = defaultdict(list)
    for smiles, fragments in zip(census.smiles, census.molecules, strict=True):
        for name in wanted.intersection(fragments.smiles):
            holders[name].append(smiles)
            if len(holders[name]) == _HOLDERS:
                wanted.discard(name)
    return holders


def why_unsuitable(block: Block, holders: Sequence[str]) -> str:
    """Return why a block should not be in a vocabulary, in words; empty if it may.

    Parameters
    ----------
    block : Block
    holders : sequence of str
        Molecules of the library that hold it.
    """
    if has_aromatic_tautomer(capped(block)):
        return "another tautomer is aromatic"
    common: set[str] | None = None
    for smiles in holders:
        alerts = set(find_alerts(standard_mol(smiles)))
        common = alerts if common is None else common & alerts
        if not common:
            return ""
    return f"{min(common)} in every molecule with it" if common else ""


def capped(block: Block) -> Chem.Mol:
    """Return a block with a methyl on each stem atom, as it would be in a molecule."""
    mol = Chem.RWMol(block.mol)
    for stem in block.stem_atoms:
        atom = mol.GetAtomWithIdx(stem)
        atom.SetNumExplicitHs(max(atom.GetNumExplicitHs() - 1, 0))
        mol.AddBond(stem, mol.AddAtom(Chem.Atom(6)), Chem.BondType.SINGLE)
    Chem.SanitizeMol(mol)
    return mol.GetMol()


def has_aromatic_tautomer(mol: Chem.Mol) -> bool:
    """Return whether a ring becomes aromatic when a hydrogen moves from one of its carbons to one of its nitrogens.

    Examples of such rings are 3H-indoles and 3H-pyrazoles. Rings with C=O or C=S are left alone: of these both forms
    are usual.
    """
    return any(
        _is_aromatic_after(mol, ring, carbon, nitrogen)
        for ring in mol.GetRingInfo().AtomRings()
        for carbon in ring
        for nitrogen in ring
        if _gives(mol.GetAtomWithIdx(carbon)) and _takes(mol.GetAtomWithIdx(nitrogen))
    )


def _gives(atom: Chem.Atom) -> bool:
    single = all(bond.GetBondType() == Chem.BondType.SINGLE for bond in atom.GetBonds())
    return atom.GetAtomicNum() == 6 and atom.GetTotalNumHs() > 0 and single


def _takes(atom: Chem.Atom) -> bool:
    double = any(bond.GetBondType() == Chem.BondType.DOUBLE for bond in atom.GetBonds())
    return atom.GetAtomicNum() == 7 and atom.GetTotalNumHs() == 0 and double


def _is_aromatic_after(mol: Chem.Mol, ring: Sequence[int], carbon: int, nitrogen: int) -> bool:
    moved = Chem.RWMol(mol)
    for place in ring:
        atom, change = moved.GetAtomWithIdx(place), (place == nitrogen) - (place == carbon)
        atom.SetNumExplicitHs(atom.GetTotalNumHs() + change)
        atom.SetNoImplicit(True)
        atom.SetIsAromatic(True)
    for bond in moved.GetBonds():
        begin, end = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if begin in ring and end in ring:
            bond.SetBondType(Chem.BondType.AROMATIC)
            bond.SetIsAromatic(True)
        elif bond.GetBondType() == Chem.BondType.DOUBLE and (begin in ring or end in ring):
            return False
    try:
        Chem.SanitizeMol(moved)
    except Chem.MolSanitizeException:
        return False
    return all(moved.GetAtomWithIdx(place).GetIsAromatic() for place in ring)

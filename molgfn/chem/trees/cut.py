"""The cut rule: which bonds join blocks.

A bond is cut when it is an acyclic single bond between heavy atoms and either one of its atoms is in a ring or it is an
amide or sulfonamide bond, C(=O)-N or S(=O)-N. The rule looks at each atom by itself (ring, acyl, nitrogen, charge), and
joining blocks changes none of these, so what is joined is cut again at the same place: one molecule, one tree.
"""

from typing import NamedTuple

from rdkit import Chem


class StemRole(NamedTuple):
    """What the cut rule sees of an atom."""

    in_ring: bool
    acyl: bool
    nitrogen: bool
    charged: bool


def stem_role(atom: Chem.Atom) -> StemRole:
    """Return the role of an atom; the same in a block as in any molecule made from it."""
    number = atom.GetAtomicNum()
    acyl = number in (6, 16) and any(
        bond.GetBondType() == Chem.BondType.DOUBLE and bond.GetOtherAtom(atom).GetAtomicNum() == 8
        for bond in atom.GetBonds()
    )
    return StemRole(atom.IsInRing(), acyl, number == 7, atom.GetFormalCharge() != 0)


def may_join(a: StemRole, b: StemRole) -> bool:
    """Return whether a single bond between two such atoms is one that the rule cuts."""
    if a.charged and b.charged:
        return False
    return a.in_ring or b.in_ring or (a.acyl and b.nitrogen) or (b.acyl and a.nitrogen)


def cut_bonds(mol: Chem.Mol) -> list[int]:
    """Return the indices of the bonds to cut, in the order of the molecule."""
    return [
        bond.GetIdx()
        for bond in mol.GetBonds()
        if bond.GetBondType() == Chem.BondType.SINGLE
        and not bond.IsInRing()
        and bond.GetBeginAtom().GetAtomicNum() > 1
        and bond.GetEndAtom().GetAtomicNum() > 1
        and may_join(stem_role(bond.GetBeginAtom()), stem_role(bond.GetEndAtom()))
    ]

"""What the reactions see of a stem: the atom, and whether its block is a small chain."""

from dataclasses import dataclass

from rdkit import Chem

from molgfn.chem.trees.blocks import Block

SMALL_CHAIN = 3
"""Most heavy atoms of a chain that is bought as a part of a reactant."""

_DOUBLE = Chem.BondType.DOUBLE


@dataclass(frozen=True)
class End:
    """One side of a join.

    Attributes
    ----------
    symbol : str
        Of the element.
    aromatic, ring, charged : bool
        Of the atom.
    oxo, thioxo, imino : bool
        Whether it has a double bond to O, S or N.
    unsaturated, nitrile, alkyne : bool
        Whether it has a double bond to C, or a triple bond to N or to C.
    hetero_neighbour : bool
        Whether it has a single bond to N, O or S.
    small_chain : bool
        Whether the block has no ring and at most `SMALL_CHAIN` heavy atoms.
    hydrogens : int
        Of the atom in the free block.
    """

    symbol: str
    aromatic: bool
    ring: bool
    charged: bool
    oxo: bool
    thioxo: bool
    imino: bool
    unsaturated: bool
    nitrile: bool
    alkyne: bool
    hetero_neighbour: bool
    small_chain: bool
    hydrogens: int

    @property
    def halogen(self) -> bool:
        """Whether it is F, Cl, Br or I."""
        return self.symbol in ("F", "Cl", "Br", "I")

    @property
    def saturated_carbon(self) -> bool:
        """Whether it is an sp3 carbon."""
        doubly = self.oxo or self.thioxo or self.imino or self.unsaturated or self.nitrile or self.alkyne
        return self.symbol == "C" and not self.aromatic and not doubly

    @property
    def aryl(self) -> bool:
        """Whether it is an aromatic carbon."""
        return self.symbol == "C" and self.aromatic


def end_of(block: Block, stem: int) -> End:
    """Return what the reactions see of a stem atom of a block."""
    atom = block.mol.GetAtomWithIdx(block.stem_atoms[stem])
    bonds = [(bond.GetBondType(), bond.GetOtherAtom(atom)) for bond in atom.GetBonds()]
    doubly = {other.GetSymbol() for kind, other in bonds if kind == _DOUBLE}
    triply = {other.GetSymbol() for kind, other in bonds if kind == Chem.BondType.TRIPLE}
    return End(
        symbol=atom.GetSymbol(),
        aromatic=atom.GetIsAromatic(),
        ring=atom.IsInRing(),
        charged=atom.GetFormalCharge() != 0,
        oxo="O" in doubly,
        thioxo="S" in doubly,
        imino="N" in doubly,
        unsaturated="C" in doubly,
        nitrile="N" in triply,
        alkyne="C" in triply,
        hetero_neighbour=any(kind == Chem.BondType.SINGLE and other.GetSymbol() in "NOS" for kind, other in bonds),
        small_chain=not block.mol.GetRingInfo().NumRings() and block.mol.GetNumAtoms() <= SMALL_CHAIN,
        hydrogens=atom.GetTotalNumHs(),
    )

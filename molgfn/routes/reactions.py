"""The reaction that would make a join, by the two atoms that it joins.

Names and difficulties follow what medicinal chemists do most, and how reliably: Roughley and Jordan 2011 (J. Med. Chem.
54, 3451), Brown and Bostrom 2016 (J. Med. Chem. 59, 4443), Schneider et al. 2016 (J. Med. Chem. 59, 4385), and for
carbon-carbon bonds to sp3 carbon Dombrowski et al. 2022 (ACS Med. Chem. Lett. 13, 593).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from molgfn.routes.ends import End

HARD = 2
"""Least difficulty of a join that counts as hard."""


class Handle(Enum):
    """What a reactant has in place of a bond that is still to be made."""

    HYDROGEN = "hydrogen"
    CHLORIDE = "chloride"
    BROMIDE = "bromide"
    HYDROXYL = "hydroxyl"
    BORONIC_ACID = "boronic acid"
    KETONE = "ketone"


@dataclass(frozen=True)
class Reaction:
    """A way to make a bond between two blocks.

    Attributes
    ----------
    name : str
    difficulty : int
        0: the bond is bought in a reactant; 1: reliable; 2: it often needs work; 3: no usual reaction makes this bond.
    turn : int
        Rough order in a route: bonds of a lower turn are made first.
    first, second : Handle
        Of the two reactants, in the order in which the rule names the two atoms.
    """

    name: str
    difficulty: int
    turn: int
    first: Handle
    second: Handle


@dataclass(frozen=True)
class Meeting:
    """The reaction of a join, and whether its first atom is the second of the rule."""

    reaction: Reaction
    swapped: bool

    @property
    def handles(self) -> tuple[Handle, Handle]:
        """Handles of the two atoms in the order of the join."""
        first, second = self.reaction.first, self.reaction.second
        return (second, first) if self.swapped else (first, second)


H, CL, BR, OH, BORON, KETONE = (
    Handle.HYDROGEN, Handle.CHLORIDE, Handle.BROMIDE, Handle.HYDROXYL, Handle.BORONIC_ACID, Handle.KETONE,
)  # fmt: skip
BOUGHT = Reaction("in the reactant", 0, 0, H, H)
NONE = Reaction("no usual reaction", 3, 0, H, H)
AMIDE = Reaction("amide coupling", 1, 6, OH, H)
UREA = Reaction("urea or carbamate formation", 1, 6, CL, H)
SULFONAMIDE = Reaction("sulfonamide formation", 1, 5, CL, H)
THIOAMIDE = Reaction("thioamide or thiourea formation", 2, 5, CL, H)
SUZUKI = Reaction("Suzuki coupling", 1, 1, BR, BORON)
HECK = Reaction("Heck coupling", 1, 1, BR, H)
SONOGASHIRA = Reaction("Sonogashira coupling", 1, 1, BR, H)
ARYL_AMINATION = Reaction("Buchwald-Hartwig or SNAr amination", 1, 2, BR, H)
AZOLE_ARYLATION = Reaction("N-arylation (Ullmann or SNAr)", 1, 2, BR, H)
REDUCTIVE_AMINATION = Reaction("reductive amination", 1, 4, KETONE, H)
ALKYLATION = Reaction("N-alkylation", 1, 4, BR, H)
ARYL_ETHER = Reaction("aryl ether formation (SNAr or Ullmann)", 1, 3, BR, H)
ALKYL_ETHER = Reaction("ether formation (Williamson or Mitsunobu)", 1, 3, BR, H)
ARYL_THIOETHER = Reaction("aryl thioether formation (SNAr or Ullmann)", 1, 3, BR, H)
ALKYL_THIOETHER = Reaction("thioether formation (S-alkylation)", 1, 3, BR, H)
CROSS_COUPLING = Reaction("sp2-sp3 coupling", 2, 1, BR, BR)

Rule = tuple[Callable[[End], bool], Callable[[End], bool], Reaction]


def _amine(end: End) -> bool:
    return end.symbol == "N" and not end.aromatic and not end.charged and not end.imino


def _azole(end: End) -> bool:
    return end.symbol == "N" and end.aromatic


def _acyl(end: End) -> bool:
    return end.symbol == "C" and end.oxo


def _sulfonyl(end: End) -> bool:
    return end.symbol == "S" and end.oxo


def _nitro(end: End) -> bool:
    return end.symbol == "N" and end.charged


def _plain_carbon(end: End) -> bool:
    """Return whether it is an sp3 carbon that holds no N, O or S beside the new bond."""
    return end.saturated_carbon and not end.hetero_neighbour


def _ring_ketone(end: End) -> bool:
    """Return whether it is an sp3 ring carbon that can be a ketone."""
    return _plain_carbon(end) and end.ring and end.hydrogens == 2


def _chain(end: End) -> bool:
    return end.symbol == "C" and not end.ring


def _alkene(end: End) -> bool:
    return end.symbol == "C" and not end.aromatic and end.unsaturated


_RULES: tuple[Rule, ...] = (
    (lambda a: a.halogen, lambda b: b.symbol == "C", BOUGHT),
    (_nitro, lambda b: b.aryl, BOUGHT),
    (lambda a: _acyl(a) and a.hetero_neighbour, lambda b: _amine(b) or _azole(b), UREA),
    (_acyl, lambda b: _amine(b) or _azole(b), AMIDE),
    (_sulfonyl, lambda b: _amine(b) or _azole(b), SULFONAMIDE),
    (lambda a: a.symbol == "C" and a.thioxo, _amine, THIOAMIDE),
    (_acyl, lambda b: b.symbol == "C" and b.ring, BOUGHT),
    (_sulfonyl, lambda b: b.symbol == "C", BOUGHT),
    (lambda a: a.nitrile, lambda b: b.symbol == "C", BOUGHT),
    (lambda a: a.aryl, lambda b: b.aryl, SUZUKI),
    (lambda a: a.aryl, lambda b: b.alkyne, SONOGASHIRA),
    (lambda a: a.aryl, lambda b: _alkene(b) and b.ring, SUZUKI),
    (lambda a: a.aryl, _alkene, HECK),
    (lambda a: a.aryl, _amine, ARYL_AMINATION),
    (lambda a: a.aryl, _azole, AZOLE_ARYLATION),
    (_ring_ketone, _amine, REDUCTIVE_AMINATION),
    (_plain_carbon, lambda b: _amine(b) or _azole(b), ALKYLATION),
    (lambda a: a.aryl, lambda b: b.symbol == "O", ARYL_ETHER),
    (_plain_carbon, lambda b: b.symbol == "O", ALKYL_ETHER),
    (_acyl, lambda b: b.symbol == "O", BOUGHT),
    (lambda a: a.aryl, lambda b: b.symbol == "S" and not b.oxo, ARYL_THIOETHER),
    (_plain_carbon, lambda b: b.symbol == "S" and not b.oxo, ALKYL_THIOETHER),
    (_chain, lambda b: b.symbol == "C" and b.ring, BOUGHT),
    (lambda a: a.aryl, lambda b: b.saturated_carbon and b.ring, CROSS_COUPLING),
)
"""The first rule that fits decides; a bond that no rule fits is made by no usual reaction."""


def meeting_of(first: End, second: End) -> Meeting:
    """Return the reaction that makes a bond between two stem atoms."""
    for one, other, reaction in _RULES:
        if one(first) and other(second):
            return Meeting(reaction, False)
        if one(second) and other(first):
            return Meeting(reaction, True)
    return Meeting(NONE, False)

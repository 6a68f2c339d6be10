"""A sketch of a synthesis: which joins of a molecule are reactions, from which reactants, in which order.

Joins of small pieces (halogen, methyl, methoxy, CN, CF3, OH, NH2) are bought with a reactant, and so is one of the
bonds of a nitrogen or oxygen between two parts. What is left is cut. Bonds inside a block are not cut. Nothing is known
of the selectivity of a reaction, of protecting groups, or of rings that are better made than bought.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from molgfn.chem.trees.blocks import Block
from molgfn.chem.trees.tree import Tree
from molgfn.routes.ends import End, end_of
from molgfn.routes.reactants import Join, parts_of, reactant_smiles
from molgfn.routes.reactions import HARD, Handle, Meeting, Reaction, meeting_of


@dataclass(frozen=True)
class Step:
    """One reaction of a route; SMILES of the two reactants and of the product, with handles for later steps."""

    reaction: Reaction
    reactants: tuple[str, str]
    product: str


@dataclass(frozen=True)
class Route:
    """A sketch of a synthesis.

    Attributes
    ----------
    building_blocks : tuple of str
        SMILES of what is bought, with handles; the molecule itself if nothing is cut.
    steps : tuple of Step
        In a possible order.
    hard_joins : int
        Joins of difficulty `HARD` or more.
    """

    building_blocks: tuple[str, ...]
    steps: tuple[Step, ...]
    hard_joins: int


def route_of(tree: Tree, blocks: Sequence[Block]) -> Route:
    """Return a sketch of how the molecule of a tree could be made."""
    ends = _ends(tree, blocks)
    meetings = {join: meeting_of(*_seen(join, tree, ends)) for join in tree.joins}
    bought = _bought(tree, ends, meetings)
    cut = sorted(
        (join for join in tree.joins if join not in bought),
        key=lambda join: (meetings[join].reaction.turn, -meetings[join].reaction.difficulty, join),
    )
    building_blocks = [
        reactant_smiles(tree, blocks, part, _handles(cut, meetings)) for part in parts_of(tree, list(bought))
    ]
    hard = sum(meeting.reaction.difficulty >= HARD for meeting in meetings.values())
    return Route(tuple(building_blocks), tuple(_steps(tree, blocks, list(bought), cut, meetings)), hard)


def hard_joins(tree: Tree, blocks: Sequence[Block]) -> int:
    """Count the joins of difficulty `HARD` or more."""
    ends = _ends(tree, blocks)
    return sum(meeting_of(ends[join[:2]], ends[join[2:]]).reaction.difficulty >= HARD for join in tree.joins)


def _ends(tree: Tree, blocks: Sequence[Block]) -> dict[tuple[int, int], End]:
    """Return the end of each node and stem that is joined, as it is in its own block."""
    places = {place for join in tree.joins for place in (join[:2], join[2:])}
    return {(node, stem): end_of(blocks[tree.blocks[node]], stem) for node, stem in places}


def _seen(join: Join, tree: Tree, ends: Mapping[tuple[int, int], End]) -> tuple[End, End]:
    """Return the two ends of a join with what the other joins of their atoms change: never the difficulty."""
    seen = []
    for place in (join[:2], join[2:]):
        others = [
            far
            for other in tree.joins
            if other != join
            for near, far in ((other[:2], other[2:]), (other[2:], other[:2]))
            if near == place
        ]
        end = ends[place]
        # A ketone needs a second hydrogen. A carbonyl between two nitrogens is a urea; an aminal stays what it is.
        urea = end.oxo and any(ends[far].symbol in ("N", "O") for far in others)
        seen.append(replace(end, hydrogens=end.hydrogens - len(others), hetero_neighbour=end.hetero_neighbour or urea))
    return seen[0], seen[1]


def _bought(tree: Tree, ends: Mapping[tuple[int, int], End], meetings: Mapping[Join, Meeting]) -> dict[Join, None]:
    """Return the joins that are part of a reactant, in the order of the tree."""
    joined = [sum(node in (join[0], join[2]) for join in tree.joins) for node in range(len(tree.blocks))]
    bought = {join: None for join, meeting in meetings.items() if meeting.reaction.difficulty == 0}
    for join in tree.joins:
        for place, other in ((join[:2], join[2:]), (join[2:], join[:2])):
            # A methyl on a ring is bought, and so is the NH2 of an aniline; an acyl or sulfonyl group is put on.
            small_leaf = joined[place[0]] == 1 and ends[place].small_chain and not ends[place].oxo
            if small_leaf and (ends[other].symbol == "C" or ends[place].symbol == "C"):
                bought[join] = None
    for node in range(len(tree.blocks)):
        bought |= dict.fromkeys(_anchor(node, tree, ends, meetings, bought))
    return {join: None for join in tree.joins if join in bought}


def _anchor(
    node: int,
    tree: Tree,
    ends: Mapping[tuple[int, int], End],
    meetings: Mapping[Join, Meeting],
    bought: Mapping[Join, None],
) -> Iterator[Join]:
    """Yield the join that a single N, O or S between parts is bought with: to an aromatic ring if there is one."""
    here = [join for join in tree.joins if node in (join[0], join[2])]
    stems = {join: join[:2] if join[0] == node else join[2:] for join in here}
    if len(here) < 2 or any(join in bought for join in here):
        return
    first = ends[stems[here[0]]]
    if first.ring or first.symbol not in ("N", "O", "S") or first.oxo or len(set(stems.values())) > 1:
        return
    others = {join: ends[join[2:] if join[0] == node else join[:2]] for join in here}
    carbons = [join for join in here if others[join].symbol == "C" and not others[join].oxo]
    if carbons:
        yield min(carbons, key=lambda join: (not others[join].aryl, -meetings[join].reaction.difficulty, join))


def _handles(cut: Sequence[Join], meetings: Mapping[Join, Meeting]) -> dict[tuple[int, int], list[Handle]]:
    """Return what stands at each stem for the joins that are still to be made."""
    handles: dict[tuple[int, int], list[Handle]] = {}
    for join in cut:
        for place, handle in zip((join[:2], join[2:]), meetings[join].handles, strict=True):
            handles.setdefault(place, []).append(handle)
    return handles


def _steps(
    tree: Tree, blocks: Sequence[Block], made: list[Join], cut: Sequence[Join], meetings: Mapping[Join, Meeting]
) -> Iterator[Step]:
    for number, join in enumerate(cut):
        before = {node: part for part in parts_of(tree, made) for node in part}
        missing = _handles(cut[number:], meetings)
        reactants = [reactant_smiles(tree, blocks, before[node], missing) for node in (join[0], join[2])]
        if meetings[join].swapped:
            reactants.reverse()
        made = [*made, join]
        product = next(part for part in parts_of(tree, made) if join[0] in part)
        later = _handles(cut[number + 1 :], meetings)
        smiles = reactant_smiles(tree, blocks, product, later)
        yield Step(meetings[join].reaction, (reactants[0], reactants[1]), smiles)

"""Routes: every named reaction forms the bond that it is named for, and the last one gives the molecule."""

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem.rdChemReactions import ReactionFromSmarts

from molgfn.chem.standardise import MoleculeError, standard_mol
from molgfn.chem.trees.vocabulary import NotCovered
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.random_walk import random_states
from molgfn.routes import reactions
from molgfn.routes.route import Route, route_of
from tests.library import default_vocabulary, library_molecules

VOCABULARY = default_vocabulary()
AMINES = ("[#7;!H0;+0:3]", "[#7:3]"), ("[nH:3]", "[n:3]")


def forms(reaction: reactions.Reaction) -> list[str]:
    """Reaction SMARTS, written here by hand."""
    first = {
        "urea or carbamate formation": ("[C:1](=[O:2])-Cl", "[C:1](=[O:2])"),
        "amide coupling": ("[C:1](=[O:2])-[OH1]", "[C:1](=[O:2])"),
        "sulfonamide formation": ("[S:1](=[O:2])-Cl", "[S:1](=[O:2])"),
        "thioamide or thiourea formation": ("[C:1](=[S:2])-Cl", "[C:1](=[S:2])"),
        "Buchwald-Hartwig or SNAr amination": ("[c:1]-Br", "[c:1]"),
        "N-arylation (Ullmann or SNAr)": ("[c:1]-Br", "[c:1]"),
        "reductive amination": ("[C;R:1]=O", "[C:1]"),
        "N-alkylation": ("[C:1]-Br", "[C:1]"),
    }
    if reaction.name in first:
        left, right = first[reaction.name]
        return [f"{left}.{before}>>{right}-{after}" for before, after in AMINES]
    return {
        "Suzuki coupling": ["[#6:1]-Br.[#6:3]-B(O)O>>[#6:1]-[#6:3]"],
        "Heck coupling": ["[c:1]-Br.[C;!H0:3]=[C:4]>>[c:1]-[C:3]=[C:4]"],
        "Sonogashira coupling": ["[c:1]-Br.[C;H1:3]#[C:4]>>[c:1]-[C:3]#[C:4]"],
        "aryl ether formation (SNAr or Ullmann)": ["[c:1]-Br.[O;H1:3]>>[c:1]-[O:3]"],
        "ether formation (Williamson or Mitsunobu)": ["[C:1]-Br.[O;H1:3]>>[C:1]-[O:3]"],
        "aryl thioether formation (SNAr or Ullmann)": ["[c:1]-Br.[S;H1:3]>>[c:1]-[S:3]"],
        "thioether formation (S-alkylation)": ["[C:1]-Br.[S;H1:3]>>[C:1]-[S:3]"],
        "sp2-sp3 coupling": ["[c:1]-Br.[C:3]-Br>>[c:1]-[C:3]"],
    }[reaction.name]


def products(reaction: reactions.Reaction, reactants: tuple[str, str]) -> set[str]:
    mols = [Chem.MolFromSmiles(smiles) for smiles in reactants]
    found = set()
    for text in forms(reaction):
        for (product,) in ReactionFromSmarts(text).RunReactants(mols):
            if not Chem.SanitizeMol(product, catchErrors=True):
                found.add(Chem.CanonSmiles(Chem.MolToSmiles(product)))
    return found


def check(route: Route, smiles: str) -> None:
    assert all(Chem.MolFromSmiles(block) is not None for block in route.building_blocks)
    made = set(map(Chem.CanonSmiles, route.building_blocks))
    for step in route.steps:
        assert set(map(Chem.CanonSmiles, step.reactants)) <= made
        product = Chem.CanonSmiles(step.product)
        if step.reaction is not reactions.NONE:
            assert product in products(step.reaction, step.reactants), (step, smiles)
        made.add(product)
    last = route.steps[-1].product if route.steps else route.building_blocks[0]
    assert Chem.CanonSmiles(last) == Chem.CanonSmiles(smiles)
    assert len(route.building_blocks) == len(route.steps) + 1


def route(smiles: str) -> Route:
    return route_of(VOCABULARY.decompose(standard_mol(smiles)), VOCABULARY.blocks)


def test_every_named_reaction_forms_the_bond_in_real_molecules() -> None:
    seen: set[str] = set()
    for smiles in library_molecules(300):
        try:
            tree = VOCABULARY.decompose(standard_mol(smiles))
        except (MoleculeError, NotCovered):
            continue
        made = route_of(tree, VOCABULARY.blocks)
        check(made, Chem.MolToSmiles(standard_mol(smiles)))
        seen |= {step.reaction.name for step in made.steps}
    assert len(seen) > 6


def test_and_in_random_ones() -> None:
    environment = FragmentEnvironment(VOCABULARY, 2, 8)
    states = random_states(environment, 100, np.random.default_rng(0))
    for row in range(len(states)):
        tree = environment.tree(states, row)
        check(route_of(tree, environment.plain_blocks), environment.smiles(tree))


@pytest.mark.parametrize(
    ("smiles", "blocks", "names", "hard"),
    [
        ("CN1CCN(C(=O)c2ccc(F)cc2)CC1", {"CN1CCNCC1", "O=C(O)c1ccc(F)cc1"}, ["amide coupling"], 0),
        ("O=C(Nc1ccccc1)c1ccncc1", {"Nc1ccccc1", "O=C(O)c1ccncc1"}, ["amide coupling"], 0),
        ("COc1ccc(-c2cccnc2)cc1", None, ["Suzuki coupling"], 0),
        ("c1ccc(Oc2ccccn2)cc1", None, ["aryl ether formation (SNAr or Ullmann)"], 0),
        ("O=S(=O)(c1ccccc1)N1CCOCC1", {"C1COCCN1", "O=S(=O)(Cl)c1ccccc1"}, ["sulfonamide formation"], 0),
        ("c1ccc(C2CCNCC2)cc1", None, ["sp2-sp3 coupling"], 1),
        ("C1CCC(N2CCOCC2)CC1", {"O=C1CCCCC1", "C1COCCN1"}, ["reductive amination"], 0),
        ("O=C(NC1CC1)N1CCOCC1", {"O=C(Cl)Cl", "NC1CC1", "C1COCCN1"}, ["urea or carbamate formation"] * 2, 0),
        ("CCc1ccccc1", {"CCc1ccccc1"}, [], 0),
        ("C1CCC(C2CCCC2)C1", {"C1CCCC1"}, ["no usual reaction"], 1),
    ],
)
def test_routes_that_a_chemist_would_write(smiles: str, blocks: set[str] | None, names: list[str], hard: int) -> None:
    made = route(smiles)
    assert [step.reaction.name for step in made.steps] == names
    assert blocks is None or set(map(Chem.CanonSmiles, made.building_blocks)) == set(map(Chem.CanonSmiles, blocks))
    assert made.hard_joins == hard

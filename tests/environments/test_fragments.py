import json
from math import exp
from pathlib import Path

import numpy as np
import pytest

from molgfn.chem.standardise import standard_mol
from molgfn.chem.trees.vocabulary import Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.errors import ConfigError
from molgfn.flow.fragments.random_walk import random_states
from molgfn.flow.laws.enumeration import Space
from tests.library import default_vocabulary, library_molecules, small_vocabulary


def build_weight(space: Space) -> dict[str, float]:
    """Sum over all ways of building of the product of uniform backward probabilities, for each molecule.

    This is the factor by which sampling would favour a molecule if nothing were corrected.
    """
    environment = space.environment
    weight = np.ones(len(space.levels[0].states))
    total: dict[str, float] = {}
    for number, level in enumerate(space.levels):
        if environment.may_stop(level.states).all():
            for name, w in zip(level.smiles, weight.tolist(), strict=True):
                total[name] = total.get(name, 0.0) + w
        if not len(level.child):
            continue
        stems = environment.open_stems(level.states)
        actions = stems.count[level.stem] * environment.tables.class_size[level.kind]
        following = space.levels[number + 1].states
        back = 1 / environment.leaves(following).sum(axis=1)
        weight = np.bincount(level.child, weights=weight[stems.state[level.stem]] * actions * back[level.child])
    return total


@pytest.mark.parametrize(
    ("blocks", "max_blocks", "core", "limits"),
    [
        (("c1ccccc1", "C1CCCCC1", "C1CNCCN1", "CO", "N", "C=O"), 3, None, {}),
        (("c1ccccc1", "CC=O", "N", "O=[SH2]=O", "C1CNCCN1"), 4, None, {}),
        (("c1ccccc1", "CO", "C=O", "N"), 3, "c1cc([*:1])cc([*:2])c1", {}),
        (("c1ccccc1", "CO", "N"), 4, "c1ccc(-c2ccc([*:1])cc2[*:2])cc1", {}),
        (("C1CCCCC1", "C1CNCCN1", "CC", "C=O"), 3, "[*:1]C1([*:2])CCCCC1", {}),
        (("c1ccccc1", "C=O", "N"), 5, "O=C(N[*:1])c1ccc([*:2])cc1", {}),
        # The core has stems that the vocabulary's block of the same SMILES lacks.
        (("C1CNCCNC1", "C1CNCCN1", "CC"), 3, "C1CNC([*:2])C([*:1])CN1", {}),
        (("c1ccccc1", "C1CCCCC1", "C1CNCCN1", "CO", "N", "C=O"), 3, None, {"mw": 190, "rings": 2}),
        (("c1ccccc1", "CO", "C=O", "N"), 3, "c1cc([*:1])cc([*:2])c1", {"heavy_atoms": 13, "aromatic_rings": 1}),
    ],
)
def test_build_multiplicity_is_what_building_in_every_order_gives(
    blocks: tuple[str, ...], max_blocks: int, core: str | None, limits: dict[str, float]
) -> None:
    environment = FragmentEnvironment(small_vocabulary(blocks), 1, max_blocks, core, limits)
    space = Space(environment)
    counted = build_weight(space)
    assert len(counted) > 15
    for level in space.levels:
        if environment.may_stop(level.states).all():
            for name, log_multiplicity in zip(level.smiles, level.log_multiplicity, strict=True):
                assert counted[name] == pytest.approx(exp(log_multiplicity), rel=1e-9), name


def test_biphenyl_is_built_18_times() -> None:
    environment = FragmentEnvironment(small_vocabulary(("c1ccccc1", "N")), 1, 2)
    tree = environment.vocabulary.decompose(standard_mol("c1ccc(-c2ccccc2)cc1"))
    identity = environment.codes.identity(tree)
    assert exp(environment.log_build_multiplicity(tree, identity.automorphisms)) == pytest.approx(18)


def test_one_molecule_is_one_tree() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 1, 3)
    names = Space(environment).molecules()
    assert len(names) == len(set(names)) > 3000


def test_the_core_is_never_taken_away_and_nothing_grows_elsewhere() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 2, 4, core="c1ccc([*:1])cc1")
    states = random_states(environment, 200, np.random.default_rng(0))
    assert not environment.leaves(states)[:, 0].any()
    assert (environment.used_stems(states)[:, 0].sum(axis=1) == 1).all()


def test_every_action_gives_a_molecule_that_decomposes_to_it() -> None:
    environment = FragmentEnvironment(default_vocabulary(), 1, 8)
    tables = environment.tables
    generator = np.random.default_rng(0)
    states = random_states(environment, 40, generator)
    states = states.cut_to(np.minimum(states.length, 4))
    stems = environment.open_stems(states)
    rows, classes = np.nonzero(tables.legal[stems.kind])
    pick = generator.choice(len(rows), 200, replace=False)
    rows, classes = rows[pick], classes[pick]
    grown = states.take(stems.state[rows])
    grown.append(
        np.arange(200), tables.class_block[classes], stems.node[rows], stems.stem[rows], tables.class_stem[classes]
    )
    for row in range(len(grown)):
        tree = environment.tree(grown, row)
        again = environment.vocabulary.decompose(standard_mol(environment.smiles(tree)))
        assert environment.codes.identity(again) == environment.codes.identity(tree)


def test_every_leaf_taken_away_can_be_put_back() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 1, 5)
    tables = environment.tables
    states = random_states(environment, 60, np.random.default_rng(3))
    states = states.take(states.length >= 2)
    rows, nodes = np.nonzero(environment.leaves(states))
    parents = environment.without(states.take(rows), nodes)
    assert (parents.length == states.length[rows] - 1).all()
    stems = environment.open_stems(parents)
    for number, row in enumerate(rows):
        code = environment.codes.identity(environment.tree(states, row)).code
        mine = np.flatnonzero(stems.state == number)
        back = []
        for o in mine:
            for c in np.flatnonzero(
                tables.legal[stems.kind[o]] & (tables.class_block == states.blocks[row, nodes[number]])
            ):
                grown = parents.take(np.array([number]))
                grown.append(
                    np.array([0]),
                    *(
                        np.array([x])
                        for x in (tables.class_block[c], stems.node[o], stems.stem[o], tables.class_stem[c])
                    ),
                )
                back.append(environment.codes.identity(environment.tree(grown, 0)).code)
        assert code in back


@pytest.mark.parametrize("min_blocks", [1, 2, 3, 4])
def test_the_minimum_is_always_reached(min_blocks: int) -> None:
    """Fluorine and methoxy end a branch; without looking ahead two of them could close a state too early."""
    whole = default_vocabulary()
    ends = [b for b in whole.blocks if sum(b.multiplicity) == 1][:3]
    vocabulary = Vocabulary(
        "ends", (*ends, whole.blocks[whole.numbers["c1ccccc1"]], whole.blocks[whole.numbers["O"]]), whole.joins
    )
    environment = FragmentEnvironment(vocabulary, min_blocks, 4)
    states = random_states(environment, 300, np.random.default_rng(0))
    assert (states.length >= min_blocks).all()
    space = Space(environment)
    for level in space.levels[: min_blocks - 1]:
        reached = np.zeros(len(level.states), dtype=bool)
        reached[environment.open_stems(level.states).state[level.stem]] = True
        assert reached.all(), "a state below the minimum with nowhere to go"


def test_a_minimum_out_of_reach_is_refused() -> None:
    whole = default_vocabulary()
    fluorine, iodine = (whole.blocks[whole.numbers[x]] for x in ("F", "C#N"))
    with pytest.raises(ConfigError, match="cannot build molecules of more than 1 block"):
        FragmentEnvironment(Vocabulary("two", (fluorine, iodine), whole.joins), 2, 4)
    with pytest.raises(ConfigError, match="need 1 <= min_blocks <= max_blocks"):
        FragmentEnvironment(whole, 5, 4)
    with pytest.raises(ConfigError, match="the core alone has 3 blocks"):
        FragmentEnvironment(whole, 1, 2, core="O=C(N[*:1])c1ccccc1")


def test_known_molecules_become_trajectories() -> None:
    environment = FragmentEnvironment(default_vocabulary(), 1, 8)
    trees = []
    for smiles in library_molecules(60, seed=5):
        try:
            tree = environment.vocabulary.decompose(standard_mol(smiles))
        except ValueError:
            continue
        if len(tree.blocks) <= 8:
            trees.append(tree)
    states = environment.states_of(trees, np.random.default_rng(0))
    for row, tree in enumerate(trees):
        assert environment.codes.identity(environment.tree(states, row)) == environment.codes.identity(tree)
        assert (states.parent[row, 1 : states.length[row]] < np.arange(1, states.length[row])).all()
        assert (states.parent[row, 1 : states.length[row]] >= 0).all()


def test_a_2021_block_list_is_built_from_too(tmp_path: Path) -> None:
    rows = [
        ("c1ccncc1", [0, 1, 2]),
        ("CO", [0, 0, 0, 1]),
        ("O=PO", [1]),
        ("CNC=O", [2, 0]),
        ("C", [0]),
        ("CC", [0, 1]),
        ("O", [0]),
    ]
    content = {
        "block_name": {str(n): name for n, (name, _) in enumerate(rows)},
        "block_smi": {str(n): name for n, (name, _) in enumerate(rows)},
        "block_r": {str(n): stems for n, (_, stems) in enumerate(rows)},
    }
    path = tmp_path / "blocks.json"
    path.write_text(json.dumps(content))
    environment = FragmentEnvironment(Vocabulary.load(path), 2, 5)
    states = random_states(environment, 100, np.random.default_rng(0))
    names = {environment.smiles(environment.tree(states, row)) for row in range(100)}
    assert len(names) > 50
    space = Space(FragmentEnvironment(Vocabulary.load(path), 1, 2))
    assert len(space.molecules()) > len(set(space.molecules())), "such a list is ambiguous"

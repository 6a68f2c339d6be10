"""Where a core can lie on a molecule, also where its blocks have stems that the vocabulary's lack."""

import numpy as np
import pytest
import torch

from molgfn.chem.standardise import standard_mol
from molgfn.chem.trees.vocabulary import NotCovered
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.placements import Placements
from molgfn.flow.fragments.flow import FragmentFlow
from molgfn.flow.fragments.random_walk import random_states
from tests.library import default_vocabulary, small_vocabulary

VOCABULARY = default_vocabulary()


@pytest.mark.parametrize(
    ("smiles", "core", "count"),
    [
        ("c1ccccc1", "c1ccc([*:1])cc1", 12),  # nothing grown: every symmetry of the ring
        ("Cc1ccccc1", "c1ccc([*:1])cc1", 2),  # the ring may turn over
        ("c1ccc(-c2ccccc2)cc1", "c1ccc([*:1])cc1", 4),  # either ring
        ("Cc1ccc(C)cc1", "c1ccc([*:1])cc1", 0),  # two grown, one allowed
        ("c1ccc(-c2ccc(-c3ccccc3)cc2)cc1", "c1ccc([*:1])cc1", 4),  # an end ring, not the middle one
    ],
)
def test_counts_the_ways_to_lay_a_core(smiles: str, core: str, count: int) -> None:
    environment = FragmentEnvironment(VOCABULARY, 1, 3, core=core)
    assert environment.core is not None
    placements = Placements(environment.core, (VOCABULARY.numbers["c1ccccc1"],), VOCABULARY.blocks, {})
    assert placements.count(VOCABULARY.decompose(standard_mol(smiles))) == count


def test_a_core_with_stems_of_its_own_shares_its_block_with_the_vocabulary() -> None:
    """The vocabulary's homopiperazine has no stem on the middle carbon; that of the core has."""
    vocabulary = small_vocabulary(("C1CNCCNC1", "C1CCNCC1"))
    assert vocabulary.blocks[0].stem_atoms == (1, 2, 3, 4, 5, 6)
    environment = FragmentEnvironment(vocabulary, 2, 3, core="C1([*:1])CNCCNC1")
    assert environment.plain_blocks[0].stem_atoms == (0, 1, 2, 3, 4, 5, 6)
    assert len(environment.plain_blocks) == 2
    (tree,) = environment.trees("C1CC(C2CNCCNC2)CCN1")
    assert sorted(tree.blocks) == [0, 1]
    with pytest.raises(NotCovered, match="no tree of 2 to 3 blocks"):
        # The core lies on one of the rings, and the other would be joined by a stem that the vocabulary lacks.
        environment.trees("C1NCCNCC1C1CNCCNC1")


def test_a_molecule_is_not_grown_from_a_core_by_a_join_that_only_the_core_has() -> None:
    """Two nitrogens in a row are in the core; the vocabulary joins none."""
    environment = FragmentEnvironment(default_vocabulary(), 2, 6, core="C1CCN(N([*:1])C=O)CC1")
    assert environment.core is not None
    assert environment.trees("O=CN(c1ccccc1)N1CCCCC1")
    with pytest.raises(NotCovered):
        environment.trees("O=CN(c1ccc(N2CCCCC2)cc1)N(C=O)N1CCCCC1")


@pytest.mark.parametrize(
    ("names", "core"),
    [
        (("c1ccccc1", "CO", "N"), "c1ccc(-c2ccc([*:1])cc2[*:2])cc1"),
        (("C1CNCCNC1", "C1CCNCC1", "CC"), "C1CNC([*:2])C([*:1])CN1"),
        (("c1ccccc1", "C=O", "N"), "O=C(N[*:1])c1ccc([*:2])cc1"),
    ],
)
def test_a_molecule_is_built_again_from_its_core(names: tuple[str, ...], core: str) -> None:
    environment = FragmentEnvironment(small_vocabulary(names), 1, 5, core)
    generator = np.random.default_rng(0)
    drawn = random_states(environment, 60, generator)
    names_of = [environment.smiles(environment.tree(drawn, row)) for row in range(len(drawn))]
    trees = [tree for name in names_of for tree in environment.trees(name)]
    again = environment.states_of(trees, generator)
    assert [environment.smiles(environment.tree(again, row)) for row in range(len(again))] == names_of
    # Every step is one that the environment allows.
    network = FragmentFlow(environment, 8, 1)
    assert torch.isfinite(network.evaluate(again, False).log_pf).all()


def test_a_molecule_without_the_core_is_not_built() -> None:
    environment = FragmentEnvironment(VOCABULARY, 1, 5, "c1ccc([*:1])nc1")
    tree = VOCABULARY.decompose(standard_mol("Cc1ccccc1"))
    with pytest.raises(ValueError, match="the core is no part of"):
        environment.states_of([tree], np.random.default_rng(0))

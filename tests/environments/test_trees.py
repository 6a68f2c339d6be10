"""All trees of a molecule, and what they do to the law where there are several."""

from math import exp
from pathlib import Path

import pytest

from molgfn.chem.standardise import standard_mol
from molgfn.chem.trees.vocabulary import NotCovered, Vocabulary
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.laws.enumeration import Space
from tests.library import block_list, default_vocabulary, small_vocabulary

CHAINS = (("C", [0, 0, 0, 0]), ("CC", [0, 1, 0]), ("CO", [0, 0, 1]), ("O", [0, 0]), ("C=O", [0]), ("C1CC1", [0, 1]))


@pytest.mark.parametrize(
    ("min_blocks", "max_blocks", "core"),
    [
        (1, 3, None),
        (2, 3, None),
        (1, 3, "[*:1]C[*:2]"),
        (1, 4, "[*:1]CC1CC1[*:2]"),
        (2, 3, "c1ccc([*:1])cc1"),
        (1, 4, "[*:1]c1ccc([*:2])cc1"),
        (1, 3, "[*:1]C1([*:2])CC1"),
    ],
)
def test_the_trees_of_a_molecule_are_those_of_the_space(
    tmp_path: Path, min_blocks: int, max_blocks: int, core: str | None
) -> None:
    environment = FragmentEnvironment(block_list(tmp_path, *CHAINS), min_blocks, max_blocks, core)
    space = Space(environment)
    expected: dict[str, set[int]] = {}
    for level in space.levels:
        if environment.may_stop(level.states).all():
            for name, code in zip(level.smiles, level.tree.tolist(), strict=True):
                expected.setdefault(name, set()).add(code)
    assert max(map(len, expected.values())) >= 2
    for name, codes in expected.items():
        found = [environment.codes.identity(tree).code for tree in environment.trees(name)]
        assert sorted(found) == sorted(codes), name
        assert exp(environment.log_trees(name)) == pytest.approx(len(codes))


def test_without_ambiguity_there_is_the_one_tree() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 2, 3)
    tree = environment.vocabulary.decompose(standard_mol("c1ccc(-c2ccccc2)cc1"))
    assert environment.trees("c1ccc(-c2ccccc2)cc1") == (tree,)
    assert environment.log_trees("c1ccc(-c2ccccc2)cc1") == 0


@pytest.mark.parametrize("smiles", ["c1ccccc1", "CCCCCCCCCCCCC", "FF"])
def test_a_molecule_that_cannot_be_built_is_named(tmp_path: Path, smiles: str) -> None:
    ambiguous = block_list(tmp_path, *CHAINS, ("c1ccccc1", [0]))
    for vocabulary in (ambiguous, default_vocabulary()):
        with pytest.raises(NotCovered):
            FragmentEnvironment(vocabulary, 2, 4).trees(smiles)
    with pytest.raises(NotCovered, match=f"no tree of 2 to 4 blocks gives {smiles}"):
        FragmentEnvironment(ambiguous, 2, 4).trees(smiles)


def test_a_block_of_the_core_alone_is_used_nowhere_else() -> None:
    """Phenyl is not in the vocabulary: a second one is not to be had."""
    chains = Vocabulary("chains", small_vocabulary(("CC", "CO")).blocks, None)
    environment = FragmentEnvironment(chains, 2, 4, core="c1ccc([*:1])cc1")
    assert len(environment.trees("CCc1ccccc1")) == 1
    with pytest.raises(NotCovered):
        environment.trees("c1ccc(CCc2ccccc2)cc1")

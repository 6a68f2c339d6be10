from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem

from molgfn.chem.standardise import standard_mol
from molgfn.environments.core import read_core
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.errors import ConfigError
from molgfn.flow.fragments.random_walk import random_states
from tests.library import default_vocabulary, small_vocabulary

VOCABULARY = default_vocabulary()
ANY_JOIN = replace(small_vocabulary(), joins=None)


def test_reads_blocks_joins_and_open_stems() -> None:
    core = read_core("O=C(N[*:1])c1ccc([*:2])cc1", VOCABULARY)
    assert sorted(block.smiles for block in core.blocks) == ["C=O", "N", "c1ccccc1"]
    assert len(core.tree.joins) == 2
    assert sum(sum(stems) for stems in core.open_stems) == 2


def test_each_node_but_the_first_has_an_earlier_neighbour() -> None:
    core = read_core("Cc1cc(F)c(C(=O)N[*:1])cc1-c1ccncc1", VOCABULARY)
    for node in range(1, len(core.blocks)):
        assert any({a, b} == {node, other} for a, _, b, _ in core.tree.joins for other in range(node))


def test_a_core_may_hold_a_block_that_the_vocabulary_lacks() -> None:
    exotic = "c1cc2c3c(cccc3c1)CC2"
    assert Chem.MolToSmiles(standard_mol(exotic)) not in VOCABULARY.numbers
    environment = FragmentEnvironment(VOCABULARY, 2, 3, core="c1cc2c3c(ccc([*:1])c3c1)CC2")
    assert len(environment.plain_blocks) == len(VOCABULARY) + 1


def blocks_of(core: str) -> list[str]:
    return sorted(block.smiles for block in read_core(core, VOCABULARY).blocks)


@pytest.mark.parametrize(
    ("core", "plain"),
    [
        ("O=C(N[*:1])[C@@H]1CCC[C@H]1[*:2]", "O=C(N[*:1])C1CCCC1[*:2]"),
        ("[*:1][C@H]1CCNC1", "[*:1]C1CCNC1"),
        ("[*:1][CH2]c1ccccc1", "[*:1]Cc1ccccc1"),
        ("[*:1][C@]1([*:2])CCNC1", "[*:1]C1([*:2])CCNC1"),
        ("[cH]1[cH][cH][c]([*:1])[cH][cH]1", "c1ccc([*:1])cc1"),
        ("[*:1][n]1cccc1", "[*:1]n1cccc1"),
        ("[*:1][NH]C(=O)c1ccccc1", "[*:1]NC(=O)c1ccccc1"),
        ("[*:1][PH]c1ccccc1", "[*:1]Pc1ccccc1"),
        ("C[n+]1ccc([*:1])cc1", "C[n+]1ccc([*:1])cc1"),
        ("C[N+]1(C)CC[CH]([*:1])CC1", "C[N+]1(C)CCC([*:1])CC1"),
        ("[*:1]/[CH]=[CH]/c1ccccc1", "[*:1]C=Cc1ccccc1"),
    ],
)
def test_brackets_around_an_attachment_atom_change_nothing(core: str, plain: str) -> None:
    assert blocks_of(core) == blocks_of(plain)
    with_brackets, without = (read_core(smiles, VOCABULARY) for smiles in (core, plain))
    assert sorted(map(sorted, with_brackets.open_stems)) == sorted(map(sorted, without.open_stems))
    environment = FragmentEnvironment(ANY_JOIN, 2, 6, core=core)
    states = random_states(environment, 20, np.random.default_rng(0))
    for row in range(len(states)):
        mol = Chem.MolFromSmiles(environment.smiles(environment.tree(states, row)))
        assert sum(atom.GetNumRadicalElectrons() for atom in mol.GetAtoms()) == 0


@pytest.mark.parametrize(
    ("smiles", "message"),
    [
        ("c1ccccc1", "no attachment point"),
        ("c1ccc(", "not a valid SMILES"),
        ("[*:1]c1ccc([O-])cc1", "standardisation would change"),
        ("C1CC1=[*:1]", "at the end of a single bond"),
        ("[*:1]C#N", None),
        ("[*:1]c1ccccc1[CH2]", "a radical"),
        ("[*:1]C1CC[C]C1", "a radical"),
    ],
)
def test_a_core_that_cannot_be_used_is_refused(smiles: str, message: str | None) -> None:
    if message is None:
        assert read_core(smiles, VOCABULARY).blocks[0].smiles == "C#N"
        return
    with pytest.raises(ConfigError, match=message):
        read_core(smiles, VOCABULARY)


def test_a_core_where_nothing_can_be_joined_is_refused() -> None:
    with pytest.raises(ConfigError, match="joins nothing"):
        FragmentEnvironment(small_vocabulary(("c1ccccc1", "CC")), 2, 3, core="FC(F)(F)OO[*:1]")

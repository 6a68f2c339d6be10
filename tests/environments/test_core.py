import pytest
from rdkit import Chem

from molgfn.chem.standardise import standard_mol
from molgfn.environments.core import count_embeddings, read_core
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.errors import ConfigError
from tests.library import default_vocabulary, small_vocabulary

VOCABULARY = default_vocabulary()


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
    assert count_embeddings(environment.core, VOCABULARY.decompose(standard_mol(smiles)), VOCABULARY.blocks) == count


@pytest.mark.parametrize(
    ("smiles", "message"),
    [
        ("c1ccccc1", "no attachment point"),
        ("c1ccc(", "not a valid SMILES"),
        ("[*:1]c1ccc([O-])cc1", "standardisation would change"),
        ("C1CC1=[*:1]", "at the end of a single bond"),
        ("[*:1]C#N", None),
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

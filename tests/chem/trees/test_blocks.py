import pytest
from rdkit import Chem

from molgfn.chem.trees.blocks import Block, automorphisms
from tests.library import default_vocabulary


def whole(smiles: str) -> Block:
    """Every hydrogen a stem."""
    mol = Chem.MolFromSmiles(smiles)
    hydrogens = [atom.GetTotalNumHs() for atom in mol.GetAtoms()]
    atoms = tuple(a for a, h in enumerate(hydrogens) if h)
    return Block(smiles, atoms, tuple(hydrogens[a] for a in atoms))


@pytest.mark.parametrize(
    ("smiles", "order"),
    [
        ("c1ccccc1", 12),
        ("C", 24),
        ("C1CNCCN1", 4 * 2**4),
        ("C1CCCCC1", 12 * 2**6),
        ("c1cn[nH]c1", 1),  # [nH] and n are not the same: no mirror
        ("CO", 6),
        ("F", 1),
    ],
)
def test_order_of_the_symmetry_group(smiles: str, order: int) -> None:
    assert whole(smiles).order == order


def test_phenyl_tells_ortho_meta_and_para_apart() -> None:
    pairs = whole("c1ccccc1").stem_pairs
    assert pairs[:6] == [(0, 0), (0, 1), (0, 2), (0, 3), (0, 2), (0, 1)]
    assert len(set(pairs)) == 4


def test_relations_are_kept_by_every_symmetry() -> None:
    for block in default_vocabulary().blocks:
        count = len(block.stem_atoms)
        for p in block.permutations:
            assert [
                block.stem_pairs[p[i] * count + p[j]] for i in range(count) for j in range(count)
            ] == block.stem_pairs


def test_canonical_ranks_agree_with_automorphisms() -> None:
    """RDKit's symmetry classes are the orbits, on every block of the default vocabulary."""
    for block in default_vocabulary().blocks:
        ranks = Chem.CanonicalRankAtoms(block.mol, breakTies=False)
        orbits = [min(image[a] for image in automorphisms(block.mol)) for a in range(block.mol.GetNumAtoms())]
        assert [ranks[o] for o in orbits] == list(ranks), block.smiles
        assert len(set(orbits)) == len(set(ranks)), block.smiles


def test_text_takes_hydrogens_from_bracket_atoms_alone() -> None:
    pyrrole = whole("c1cc[nH]c1")
    assert pyrrole.text.joined([[], [], [], ["-%50"], []]) == "c1ccn-%50c1".replace("n-", "[n]-")
    sulfone = Block("O=[SH2]=O", (1,), (2,))
    assert sulfone.text.joined([["-%50"]]) == "O=[SH]-%50=O"
    assert sulfone.text.joined([["-%50", "-%51"]]) == "O=[S]-%50-%51=O"


def test_environment_names_the_neighbourhood() -> None:
    pyridine = whole("c1ccncc1")
    assert pyridine.environments[0] == "c;R;H1(c,c)"
    assert pyridine.environments[2] == "c;R;H1(c,n)"

import numpy as np
import pytest
from rdkit import Chem

from molgfn.chem.standardise import standard_mol, standard_smiles
from molgfn.chem.trees.assembly import assemble, assemble_smiles, assembly_text
from molgfn.chem.trees.tree import Tree, TreeCodes
from molgfn.chem.trees.vocabulary import NotCovered
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.random_walk import random_states
from tests.library import default_vocabulary, library_molecules

VOCABULARY = default_vocabulary()


def check_trees(number: int, seed: int) -> None:
    environment = FragmentEnvironment(VOCABULARY, 1, 8)
    codes = TreeCodes(VOCABULARY.blocks)
    generator = np.random.default_rng(seed)
    done = 0
    while done < number:
        states = random_states(environment, min(500, number - done), generator)
        for row in range(len(states)):
            tree = environment.tree(states, row)
            mol = assemble(tree, VOCABULARY.blocks)
            smiles = assemble_smiles(tree, VOCABULARY.blocks)
            assert smiles == Chem.MolToSmiles(mol)
            assert standard_smiles(smiles) == smiles, "standardisation changes a state"
            assert codes.identity(VOCABULARY.decompose(standard_mol(smiles))) == codes.identity(tree), smiles
            assert codes.identity(VOCABULARY.decompose(mol)) == codes.identity(tree), smiles
        done += len(states)


def check_molecules(number: int, seed: int) -> None:
    covered = 0
    for smiles in library_molecules(number, seed):
        mol = standard_mol(smiles)
        try:
            tree = VOCABULARY.decompose(mol)
        except NotCovered:
            continue
        covered += 1
        assert assemble_smiles(tree, VOCABULARY.blocks) == standard_smiles(smiles)
    assert covered > 0.5 * number


def test_decompose_undoes_assemble() -> None:
    check_trees(500, seed=0)


def test_assemble_undoes_decompose() -> None:
    check_molecules(500, seed=1)


@pytest.mark.slow
def test_decompose_undoes_assemble_for_10_000_trees() -> None:
    check_trees(10_000, seed=2)


@pytest.mark.slow
def test_assemble_undoes_decompose_for_5_000_molecules() -> None:
    check_molecules(5_000, seed=3)


def test_text_joins_blocks_by_ring_closures() -> None:
    phenyl, methyl = VOCABULARY.numbers["c1ccccc1"], VOCABULARY.numbers["C"]
    tree = Tree((phenyl, methyl), ((0, 0, 1, 0),))
    assert assembly_text(tree, VOCABULARY.blocks) == "c-%501ccccc1.C-%50"
    assert assemble_smiles(tree, VOCABULARY.blocks) == "Cc1ccccc1"


@pytest.mark.parametrize("size", [8, 51, 52, 60, 100])
def test_a_chain_of_many_blocks_is_joined(size: int) -> None:
    phenyl = VOCABULARY.numbers["c1ccccc1"]
    tree = Tree((phenyl,) * size, tuple((n, 0, n + 1, 3) for n in range(size - 1)))
    smiles = assemble_smiles(tree, VOCABULARY.blocks)
    assert Chem.MolFromSmiles(smiles).GetNumAtoms() == 6 * size
    again = VOCABULARY.decompose(Chem.MolFromSmiles(smiles))
    codes = TreeCodes(VOCABULARY.blocks)
    assert codes.identity(again) == codes.identity(tree)

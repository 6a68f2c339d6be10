from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from rdkit import Chem

from molgfn.baselines.genetic.crossover import crossover
from molgfn.baselines.genetic.edits import finished, opened
from molgfn.baselines.genetic.graph_ga import GraphGA, GraphGASettings
from molgfn.baselines.genetic.mutation import EDITS, Edit, mutate
from molgfn.chem.standardise import standard_smiles
from molgfn.errors import DataError, MolgfnError
from molgfn.flow.fragments.reward import Scored
from tests.flow.rewards import log_qed4
from tests.library import library_molecules

SETTINGS = GraphGASettings(population_size=40, offspring_size=30)


def ga(seed: int = 0, settings: GraphGASettings = SETTINGS) -> GraphGA:
    return GraphGA(library_molecules(60), log_qed4, settings, seed)


def is_one_standard_molecule(mol: Chem.Mol) -> bool:
    smiles = Chem.MolToSmiles(mol)
    return "." not in smiles and "*" not in smiles and standard_smiles(smiles) == smiles


def mols() -> list[Chem.Mol]:
    return [Chem.MolFromSmiles(standard_smiles(smiles)) for smiles in library_molecules(30, seed=1)]


def test_opening_and_finishing_change_nothing() -> None:
    for mol in mols():
        result = finished(opened(mol))
        assert result is None or Chem.MolToSmiles(result) == Chem.MolToSmiles(mol)


def test_children_of_library_molecules_are_molecules_with_parts_of_both() -> None:
    generator, parents = np.random.default_rng(0), mols()
    children = [crossover(one, other, generator) for one in parents for other in parents[:5]]
    found = [child for child in children if child is not None]
    assert len(found) > 0.8 * len(children)
    assert all(is_one_standard_molecule(child) for child in found)
    known = {Chem.MolToSmiles(parent) for parent in parents}
    assert sum(Chem.MolToSmiles(child) not in known for child in found) > 0.8 * len(found)


def children_of(one: str, other: str) -> set[str]:
    generator, parents = np.random.default_rng(0), [Chem.MolFromSmiles(smiles) for smiles in (one, other)]
    children = [crossover(parents[0], parents[1], generator) for _ in range(150)]
    return {Chem.MolToSmiles(child) for child in children if child is not None}


def test_chains_are_joined_by_any_of_their_ends() -> None:
    ends = product(("C", "FC", "CC", "F"), ("C", "CCl", "CC", "Cl"))
    assert children_of("CCF", "CCCl") == {standard_smiles(one + other) for one, other in ends}


def test_rings_exchange_arcs() -> None:
    children = children_of("c1ccccc1", "C1CCOCC1")
    assert "c1ccoc1" in children or "C1=CCOCC1" in children
    for mol in map(Chem.MolFromSmiles, children):
        assert [3 <= len(ring) <= 6 for ring in mol.GetRingInfo().AtomRings()] == [True]


@pytest.mark.parametrize("edit", EDITS, ids=[edit.__name__ for edit in EDITS])
def test_every_edit_makes_other_sound_molecules(edit: Edit) -> None:
    generator, made = np.random.default_rng(0), 0
    for mol in mols():
        copy = opened(mol)
        if edit(copy, generator) and (result := finished(copy)) is not None:
            made += Chem.MolToSmiles(result) != Chem.MolToSmiles(mol)
            assert is_one_standard_molecule(result)
    assert made >= 3


def test_a_mutant_is_another_molecule() -> None:
    generator = np.random.default_rng(0)
    pairs = [(mol, mutate(mol, generator)) for mol in mols()]
    assert sum(mutant is not None for _, mutant in pairs) > 25
    for mol, mutant in pairs:
        assert mutant is None or Chem.MolToSmiles(mutant) != Chem.MolToSmiles(mol)


@pytest.mark.parametrize("smiles", ["C", "[Na+]", "CC", "c1ccccc1"])
def test_the_smallest_molecules_break_nothing(smiles: str) -> None:
    mol, generator = Chem.MolFromSmiles(smiles), np.random.default_rng(0)
    for _ in range(10):
        for child in (crossover(mol, mol, generator), mutate(mol, generator)):
            assert child is None or is_one_standard_molecule(child)


def test_the_population_improves_over_its_start_and_every_molecule_is_new() -> None:
    method = ga()
    first = method.step()
    assert len(first) == 40
    seen = [scored.smiles for scored in first]
    for _ in range(12):
        seen += [scored.smiles for scored in method.step()]
    assert len(seen) == len(set(seen)) > 200
    assert all(standard_smiles(smiles) == smiles for smiles in seen)

    def best(population: Sequence[Scored]) -> float:
        return float(np.mean(sorted(scored.log_reward for scored in population)[-10:]))

    assert np.exp(best(method.population) / 4) > 0.9 > np.exp(best(first) / 4)


def test_children_keep_the_size_limits() -> None:
    method = ga(settings=GraphGASettings(40, 30, min_atoms=15, max_atoms=20))
    method.step()
    children = [scored.smiles for _ in range(5) for scored in method.step()]
    assert children
    assert all(15 <= Chem.MolFromSmiles(smiles).GetNumHeavyAtoms() <= 20 for smiles in children)


def test_same_seed_same_visits() -> None:
    def visits(seed: int) -> list[str]:
        method = ga(seed)
        return [scored.smiles for _ in range(3) for scored in method.step()]

    assert visits(0) == visits(0) != visits(1)


def test_a_population_that_can_have_no_new_children_is_at_its_end() -> None:
    method = GraphGA(["C"], log_qed4, SETTINGS, seed=0)
    assert [scored.smiles for scored in method.step()] == ["C"]
    assert method.step() == []


def test_bad_lines_are_left_out_and_a_list_of_nothing_else_is_refused() -> None:
    method = GraphGA(["CCO", "no molecule", "OCC"], log_qed4, SETTINGS, seed=0)
    assert [scored.smiles for scored in method.step()] == ["CCO"]
    with pytest.raises(DataError, match="molecules to start from: no molecule could be read"):
        GraphGA(["no molecule"], log_qed4, SETTINGS, seed=0)


def test_a_reward_without_a_number_names_the_molecule() -> None:
    with pytest.raises(MolgfnError, match="CCO is nan"):
        GraphGA(["CCO"], lambda smiles: np.full(len(smiles), np.nan), SETTINGS, seed=0).step()

from pathlib import Path

import numpy as np
import pytest
import torch

from molgfn.chem.standardise import standard_mol
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.laws.enumeration import Space
from molgfn.flow.laws.likelihood import log_probability, molecule_log_probability
from tests.library import block_list, default_vocabulary, small_vocabulary


@pytest.mark.parametrize(
    "names", [("c1ccccc1", "C1CNCCN1", "N", "CO"), ("C1CCCCC1", "c1ccccc1", "CC=O"), ("O=[SH2]=O", "c1ccccc1", "N")]
)
def test_it_is_the_probability_that_pushing_through_the_whole_space_gives(names: tuple[str, ...]) -> None:
    environment = FragmentEnvironment(small_vocabulary(names), 2, 4 if len(names) == 3 else 3)
    torch.manual_seed(0)
    network = FlowNetwork(environment, width=16, layers=2)
    law = Space(environment).policy_law(network)
    pick = np.random.default_rng(0).choice(len(law.smiles), min(80, len(law.smiles)), replace=False)
    trees = [environment.vocabulary.decompose(standard_mol(law.smiles[n])) for n in pick]
    assert log_probability(network, trees) == pytest.approx(np.log(law.probability[pick]), abs=1e-4)


def test_a_molecule_of_several_trees_has_the_probability_of_all(tmp_path: Path) -> None:
    entries = (("C", [0, 0, 0]), ("CC", [0, 1]), ("CO", [0, 1]), ("O", [0, 0]), ("c1ccccc1", [0, 3]))
    environment = FragmentEnvironment(block_list(tmp_path, *entries), 1, 3)
    torch.manual_seed(0)
    network = FlowNetwork(environment, width=16, layers=2)
    law = Space(environment).policy_law(network)
    found = molecule_log_probability(network, law.smiles)
    assert max(len(environment.trees(name)) for name in law.smiles) >= 3
    assert found == pytest.approx(np.log(law.probability), abs=1e-4)
    assert np.exp(found).sum() == pytest.approx(1, abs=1e-5)
    assert molecule_log_probability(network, []).shape == (0,)


def test_where_a_molecule_is_one_tree_its_probability_is_the_tree_s() -> None:
    environment = FragmentEnvironment(small_vocabulary(("c1ccccc1", "N", "CO")), 1, 3)
    network = FlowNetwork(environment, width=16, layers=2)
    names = ["COc1ccccc1", "c1ccc(-c2ccccc2)cc1"]
    trees = [environment.vocabulary.decompose(standard_mol(name)) for name in names]
    assert molecule_log_probability(network, names) == pytest.approx(log_probability(network, trees))


def test_a_molecule_that_cannot_be_built_is_an_error() -> None:
    environment = FragmentEnvironment(default_vocabulary(), 1, 4, core="c1ccc([*:1])cc1")
    with pytest.raises(ValueError, match="no single place for the core"):
        log_probability(FlowNetwork(environment, 8, 1), [])

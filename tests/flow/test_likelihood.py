import numpy as np
import pytest
import torch

from molgfn.chem.standardise import standard_mol
from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.exact import Space
from molgfn.flow.likelihood import log_probability
from molgfn.flow.network import FlowNetwork
from tests.library import default_vocabulary, small_vocabulary


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


def test_a_molecule_that_cannot_be_built_is_an_error() -> None:
    environment = FragmentEnvironment(default_vocabulary(), 1, 4, core="c1ccc([*:1])cc1")
    with pytest.raises(ValueError, match="no single place for the core"):
        log_probability(FlowNetwork(environment, 8, 1), [])

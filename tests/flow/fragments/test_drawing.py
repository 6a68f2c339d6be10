import numpy as np
import torch

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.drawing import draw
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.laws.enumeration import Space
from tests.library import small_vocabulary


def test_same_seed_same_molecules() -> None:
    environment = FragmentEnvironment(small_vocabulary(), 2, 5)
    network = FlowNetwork(environment, width=16, layers=2)
    first, _ = draw(network, 20, torch.Generator().manual_seed(1))
    again, _ = draw(network, 20, torch.Generator().manual_seed(1))
    other, _ = draw(network, 20, torch.Generator().manual_seed(2))
    assert (first.blocks == again.blocks).all()
    assert (first.blocks != other.blocks).any()


def test_frequencies_are_the_exact_probabilities() -> None:
    """Draws against the law that the network states, on a space small enough to list."""
    environment = FragmentEnvironment(small_vocabulary(("c1ccccc1", "CO", "C=O")), 1, 2)
    torch.manual_seed(0)
    network = FlowNetwork(environment, width=16, layers=2)
    law = Space(environment).policy_law(network)
    states, _ = draw(network, 20_000, torch.Generator().manual_seed(0))
    count = dict.fromkeys(law.smiles, 0)
    for row in range(len(states)):
        count[environment.smiles(environment.tree(states, row))] += 1
    for name, p in zip(law.smiles, law.probability, strict=True):
        assert abs(count[name] / 20_000 - p) < 5 * np.sqrt(p / 20_000) + 1e-4, name

"""The network equals the published layers of torch-geometric, and is a function of the graph alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch_geometric.nn import NNConv

from molgfn.proxy.classical.ridge import fit_ridge
from molgfn.proxy.data.graphs import featurise_smiles
from molgfn.proxy.data.layout import BOND_TYPES
from molgfn.proxy.networks.network import Architecture, BondConvolution, GraphBatch, ProxyNetwork


@pytest.fixture
def batch(smiles) -> GraphBatch:
    return GraphBatch.of(featurise_smiles([*smiles, "C"]))


def network(seed: int = 0) -> ProxyNetwork:
    torch.manual_seed(seed)
    return ProxyNetwork(Architecture(width=16, steps=3, dropout=0.0)).eval()


def one_hot_bonds(batch: GraphBatch) -> torch.Tensor:
    types = torch.repeat_interleave(torch.arange(len(BOND_TYPES)), torch.tensor(batch.per_type))
    return nn.functional.one_hot(types, len(BOND_TYPES)).float()


def test_convolution_equals_nnconv(batch):
    torch.manual_seed(0)
    width = 16
    ours = BondConvolution(width, len(BOND_TYPES))
    edge_network = nn.Linear(len(BOND_TYPES), width * width, bias=False)
    theirs = NNConv(width, width, edge_network, aggr="add")
    with torch.no_grad():
        edge_network.weight.copy_(ours.matrices.reshape(len(BOND_TYPES), -1).T)
        theirs.lin.weight.copy_(ours.root.weight)
        theirs.bias.copy_(ours.root.bias)
        hidden = torch.randn(len(batch.atoms), width)
        expected = theirs(hidden, torch.stack([batch.source, batch.target]), one_hot_bonds(batch))
        torch.testing.assert_close(ours(hidden, batch), expected, atol=1e-5, rtol=1e-5)


def test_messages_flow_both_ways_along_every_bond(batch):
    forward = set(zip(batch.source.tolist(), batch.target.tolist(), strict=True))
    assert {(target, source) for source, target in forward} == forward
    assert len(forward) == sum(batch.per_type)


def test_prediction_does_not_depend_on_the_order_of_atoms_and_bonds():
    graphs = featurise_smiles(["CC(=O)Nc1ccc(Cl)cc1"])
    rng = np.random.default_rng(1)
    order = rng.permutation(len(graphs.atoms))
    bonds = rng.permutation(len(graphs.bonds))
    shuffled = replace(
        graphs,
        atoms=graphs.atoms[order],
        bonds=np.argsort(order)[graphs.bonds[bonds]][:, ::-1],
        bond_types=graphs.bond_types[bonds],
    )
    net = network()
    with torch.no_grad():
        torch.testing.assert_close(net(GraphBatch.of(shuffled)), net(GraphBatch.of(graphs)))


def test_prediction_does_not_depend_on_the_rest_of_the_batch(smiles):
    graphs, net = featurise_smiles(smiles), network()
    with torch.no_grad():
        together = net(GraphBatch.of(graphs))
        alone = torch.cat([net(GraphBatch.of(graphs.take([i]))) for i in range(len(graphs))])
    torch.testing.assert_close(together, alone)


def test_prediction_grows_with_the_molecule_without_limit():
    """Docking rewards size: a readout that only averages over atoms could not say so."""
    graphs, net = featurise_smiles(["C" * n for n in (4, 8, 16, 32, 64)]), network()
    net.start_from(fit_ridge(graphs.counts(), -graphs.n_atoms.astype(np.float64), penalty=1e-3))
    with torch.no_grad():
        for parameter in net.head.parameters():
            parameter.zero_()
        assert np.allclose(net(GraphBatch.of(graphs)).numpy(), -graphs.n_atoms, atol=0.05)


def test_every_parameter_takes_part(batch):
    net = network()
    torch.autograd.backward(net(batch).square().sum())
    assert [name for name, weight in net.named_parameters() if weight.grad is None or not weight.grad.any()] == []

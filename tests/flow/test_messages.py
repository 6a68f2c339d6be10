import numpy as np
import pytest
import torch
from torch import Tensor, nn

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.graph import StateGraph, state_graph
from molgfn.flow.messages import sent
from molgfn.flow.random_walk import random_states
from tests.library import small_vocabulary

WIDTH = 6


def graph_of(max_blocks: int) -> StateGraph:
    environment = FragmentEnvironment(small_vocabulary(), 1, max_blocks)
    states = random_states(environment, 12, np.random.default_rng(0))
    return state_graph(states, environment.open_stems(states), environment.tables, torch.device("cpu"))


def one_by_one(
    graph: StateGraph, constant: Tensor, meet: Tensor, message: nn.Linear, cell: nn.GRUCell, rounds: int
) -> Tensor:
    """The definition, a message at a time."""
    h = list(torch.tanh(constant))
    for _ in range(rounds):
        for m in range(len(constant)):
            pairs = torch.nonzero(graph.meet_out == m).flatten().tolist()
            arriving = sum((h[int(graph.meet_in[p])] * meet[p] for p in pairs), torch.zeros(WIDTH))
            h[m] = cell(constant[m] + message(arriving), h[m])
    return torch.stack(h)


@pytest.mark.parametrize("rounds", [1, 3])
def test_what_is_sent_follows_the_definition_and_so_does_its_gradient(rounds: int) -> None:
    graph = graph_of(5)
    assert len(graph.levels) > 2
    torch.manual_seed(0)
    message, cell = nn.Linear(WIDTH, WIDTH), nn.GRUCell(WIDTH, WIDTH)
    constant = torch.randn(len(graph.message_block), WIDTH, requires_grad=True)
    meet = torch.randn(len(graph.meet_in), WIDTH, requires_grad=True)
    learned = [constant, meet, *message.parameters(), *cell.parameters()]
    direction = torch.randn(len(constant), WIDTH)
    values, gradients = [], []
    for way in (sent, one_by_one):
        h = way(graph, constant, meet, message, cell, rounds)
        values.append(h.detach())
        gradients.append(torch.autograd.grad((h * direction).sum(), learned))
    torch.testing.assert_close(*values, atol=1e-5, rtol=1e-4)
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-3)


def test_single_blocks_send_nothing() -> None:
    graph = graph_of(1)
    none = torch.zeros(0, WIDTH)
    assert sent(graph, none, none, nn.Linear(WIDTH, WIDTH), nn.GRUCell(WIDTH, WIDTH), 2).shape == (0, WIDTH)

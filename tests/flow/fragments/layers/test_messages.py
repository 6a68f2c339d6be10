from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.flow.fragments.layers.graph import StateGraph, state_graph
from molgfn.flow.fragments.layers.messages import Messages, Rounds
from molgfn.flow.fragments.network import FlowNetwork
from molgfn.flow.fragments.random_walk import random_states
from tests.library import small_vocabulary

WIDTH = 6


def graph_of(max_blocks: int) -> StateGraph:
    environment = FragmentEnvironment(small_vocabulary(), 1, max_blocks)
    states = random_states(environment, 12, np.random.default_rng(0))
    return state_graph(states, environment.open_stems(states), environment.tables, torch.device("cpu"))


def one_by_one(rounds: Rounds, graph: StateGraph, constant: Tensor, meet: Tensor) -> Tensor:
    """The definition, a message at a time."""
    h = list(torch.tanh(constant))
    for _ in range(rounds.n):
        for m in range(len(constant)):
            pairs = torch.nonzero(graph.meet_out == m).flatten().tolist()
            arriving = sum((h[int(graph.meet_in[p])] * meet[p] for p in pairs), torch.zeros(WIDTH))
            h[m] = rounds.cell(constant[m] + rounds.message(arriving), h[m])
    return torch.stack(h)


@pytest.mark.parametrize("n", [1, 3])
def test_what_is_sent_follows_the_definition_and_so_does_its_gradient(n: int) -> None:
    graph = graph_of(5)
    assert len(graph.levels) > 2
    torch.manual_seed(0)
    rounds = Rounds(WIDTH, n)
    constant = torch.randn(len(graph.message_block), WIDTH, requires_grad=True)
    meet = torch.randn(len(graph.meet_in), WIDTH, requires_grad=True)
    learned = [constant, meet, *rounds.parameters()]
    direction = torch.randn(len(constant), WIDTH)
    values, gradients = [], []
    for way in (rounds, partial(one_by_one, rounds)):
        h = way(graph, constant, meet)
        values.append(h.detach())
        gradients.append(torch.autograd.grad((h * direction).sum(), learned))
    torch.testing.assert_close(*values, atol=1e-5, rtol=1e-4)
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-3)


@torch.no_grad()
def test_what_was_sent_before_is_sent_again() -> None:
    """States that grow, as in drawing: messages that are kept from the step before equal those made anew."""
    environment = FragmentEnvironment(small_vocabulary(), 1, 6)
    torch.manual_seed(0)
    network = FlowNetwork(environment, WIDTH, layers=3)
    whole = random_states(environment, 30, np.random.default_rng(2))
    made = []
    original = network.rounds.after

    def counted(messages: Messages, through: Tensor, given: Sequence[Tensor]) -> list[Tensor]:
        made.append(len(messages.constant))
        return original(messages, through, given)

    network.rounds.after = counted  # type: ignore[method-assign]
    distinct = set()
    with network.held():
        for size in range(1, 7):
            states = whole.cut_to(np.minimum(whole.length, size))
            layout = network.lay_out(states)
            distinct |= set(layout.graph.branch.tolist())
            kept = network.law(layout)
            memory, network.rounds._sent = network.rounds._sent, None
            anew = network.law(layout)
            made.pop()
            network.rounds._sent = memory
            torch.testing.assert_close(kept.hidden, anew.hidden, atol=1e-5, rtol=1e-4)
            torch.testing.assert_close(kept.log_stop, anew.log_stop, atol=1e-5, rtol=1e-4)
    assert sum(made) == len(distinct)
    assert network.rounds._sent is None


def test_single_blocks_send_nothing() -> None:
    none = torch.zeros(0, WIDTH)
    rounds = Rounds(WIDTH, 2)
    assert rounds(graph_of(1), none, none).shape == (0, WIDTH)
    with rounds.held():
        assert rounds(graph_of(1), none, none).shape == (0, WIDTH)

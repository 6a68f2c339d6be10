"""The flow network: messages along the joins of a state, with gated updates, and a head for every action.

Stems of a block enter only through their kind (orbit) and their pairwise relations (orbits of pairs), so that states
which are one and the same get the same logits however they were built: equivariance holds by construction.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from molgfn.environments.fragments import FragmentEnvironment, OpenStems
from molgfn.environments.states import States
from molgfn.flow.graph import StateGraph, state_graph


@dataclass(frozen=True)
class ActionLaw:
    """The forward policy on S states.

    Attributes
    ----------
    stems : OpenStems
        The O open stems of these states.
    log_stop : Tensor, shape (S,)
        Log probability of stopping.
    log_add : Tensor, shape (O, C)
        Log probability of each single action: one of the equivalent open stems of row o, one of the equivalent stems of
        class c; -inf where not allowed.
    log_orbit : Tensor, shape (O, C)
        Log of the number of such equivalent actions.
    log_flow : Tensor, shape (S,)
        Log flow of each state.
    leaf : Tensor, shape (S, N)
        Logit of taking each node away; to be normalised over the leaves.
    """

    stems: OpenStems
    log_stop: Tensor
    log_add: Tensor
    log_orbit: Tensor
    log_flow: Tensor
    leaf: Tensor


class FlowNetwork(nn.Module):
    """Forward and backward policy, state flows and log Z on the fragment environment.

    Parameters
    ----------
    environment : FragmentEnvironment
    width : int
        D.
    layers : int
        Rounds of messages, with shared weights.
    """

    def __init__(self, environment: FragmentEnvironment, width: int = 128, layers: int = 4) -> None:
        super().__init__()
        tables = environment.tables
        self.environment = environment
        self.layers = layers
        self.log_z = nn.Parameter(torch.zeros(()))
        self.first = nn.Parameter(torch.zeros(tables.n_vocabulary))
        # Blocks of a core have embeddings of their own: that is the mark by which the network knows them.
        self.block = nn.Embedding(len(tables.blocks), width)
        self.kind_out = nn.Embedding(tables.n_kinds, width)
        self.kind_in = nn.Embedding(tables.n_kinds, width)
        self.kind_open = nn.Embedding(tables.n_kinds, width)
        self.meet = nn.Embedding(tables.n_relations, width)
        self.touch = nn.Embedding(tables.n_relations, width)
        self.size = nn.Embedding(environment.max_blocks + 1, width)
        self.message = nn.Linear(width, width)
        self.cell = nn.GRUCell(width, width)
        self.node = nn.Sequential(nn.Linear(2 * width, width), nn.LeakyReLU(), nn.Linear(width, width))
        self.pool = nn.Sequential(nn.LeakyReLU(), nn.Linear(width, width), nn.LeakyReLU())
        last = nn.Linear(width, 1)
        self.stop = nn.Sequential(nn.Linear(width, width), nn.LeakyReLU(), last)
        self.flow = nn.Sequential(nn.Linear(width, width), nn.LeakyReLU(), nn.Linear(width, 1))
        self.leaf = nn.Linear(width, 1)
        self.from_node = nn.Linear(width, width)
        self.from_state = nn.Linear(width, width, bias=False)
        self.query = nn.Sequential(nn.LeakyReLU(), nn.Linear(width, width))
        self.key = nn.Embedding(tables.n_classes, width)
        self.bias = nn.Parameter(torch.zeros(tables.n_classes))
        with torch.no_grad():
            # A network that knows nothing stops one time in five: at first molecules have a few blocks.
            last.bias.fill_(-1.5)
            for table in (self.meet, self.touch, self.kind_in):
                table.weight.mul_(0.3).add_(1.0)
            self.key.weight.mul_(0.1)
        size = torch.from_numpy(tables.class_size).float().log()
        allowed = torch.from_numpy(tables.legal)
        self.register_buffer("log_weight", torch.where(allowed, size, -torch.inf), persistent=False)
        first = torch.from_numpy(environment.first_blocks())
        self.register_buffer("first_mask", torch.where(first, 0.0, -torch.inf), persistent=False)
        self.register_buffer("flow_offset", torch.zeros(()))
        self.flow_offset: Tensor
        self.log_weight: Tensor
        self.first_mask: Tensor

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.log_z.device

    def log_first(self) -> Tensor:
        """Return the log probability of each first block, shape (V,)."""
        return torch.log_softmax(self.first + self.first_mask, 0)

    def forward(self, states: States) -> ActionLaw:
        """Return the law of the next action for states that hold at least one block."""
        environment = self.environment
        stems = environment.open_stems(states)
        graph = state_graph(states, stems, environment.tables, self.device)
        node, state, queries = self._read(graph)
        count = torch.from_numpy(stems.count).to(self.device).float().log()
        log_orbit = self.log_weight[graph.stem_kind] + count[:, None]
        dead = environment.dead_ends(states, stems)
        if dead is not None:
            log_orbit = log_orbit.masked_fill(torch.from_numpy(dead).to(self.device), -torch.inf)
        logits = torch.addmm(self.bias, queries, self.key.weight.T)
        log_total = _segment_logsumexp(torch.logsumexp(logits + log_orbit, 1), graph.stem_state, len(states))
        may_stop = torch.from_numpy(environment.may_stop(states)).to(self.device)
        log_stop, log_go = _stop_or_go(self.stop(state).squeeze(1), may_stop, torch.isfinite(log_total))
        shift = log_go - torch.where(torch.isfinite(log_total), log_total, 0.0)
        add = logits + shift[graph.stem_state][:, None]
        leaf = torch.zeros(states.blocks.shape, device=self.device)
        leaf = leaf.index_put((graph.node_state, graph.node_place), self.leaf(node).squeeze(1))
        return ActionLaw(
            stems,
            log_stop,
            add.masked_fill(torch.isinf(log_orbit), -torch.inf),
            log_orbit,
            self.flow(state).squeeze(1) + self.flow_offset,
            leaf,
        )

    def _read(self, graph: StateGraph) -> tuple[Tensor, Tensor, Tensor]:
        """Return a vector for each node, shape (V, D), each state, shape (S, D), and each open stem, shape (O, D)."""
        block = self.block(graph.node_block)
        constant = (block[graph.source] + self.kind_out(graph.source_kind)) if len(graph.source) else block[:0]
        meet, h = self.meet(graph.meet_relation), torch.tanh(constant)
        for _ in range(self.layers if len(graph.source) else 0):
            arriving = torch.zeros_like(h).index_add(0, graph.meet_out, h[graph.meet_in] * meet)
            h = self.cell(constant + self.message(arriving), h)
        around = torch.zeros_like(block).index_add(0, graph.target, h * self.kind_in(graph.target_kind))
        node = self.node(torch.cat([block, around], 1))
        state = torch.zeros(len(graph.length), node.shape[1], device=node.device).index_add(0, graph.node_state, node)
        state = self.pool(state + self.size(graph.length))
        touching = torch.zeros(len(graph.stem_node), node.shape[1], device=node.device).index_add(
            0, graph.touch_stem, h[graph.touch_in] * self.touch(graph.touch_relation)
        )
        query = self.query(
            self.from_node(node)[graph.stem_node]
            + self.from_state(state)[graph.stem_state]
            + self.kind_open(graph.stem_kind)
            + touching
        )
        return node, state, query


def _segment_logsumexp(values: Tensor, segment: Tensor, size: int) -> Tensor:
    """Return log-sum-exp of the values of each segment, shape (size,); -inf for an empty one."""
    top = torch.full((size,), -torch.inf, device=values.device).scatter_reduce(0, segment, values.detach(), "amax")
    top = torch.where(torch.isfinite(top), top, 0.0)
    total = torch.zeros(size, device=values.device).index_add(0, segment, torch.exp(values - top[segment]))
    return top + total.log()


def _stop_or_go(logit: Tensor, may_stop: Tensor, may_go: Tensor) -> tuple[Tensor, Tensor]:
    """Return log probabilities of stopping and of going on; 0 and -inf where there is no choice."""
    log_stop = torch.where(may_go, logsigmoid(logit), 0.0)
    log_go = torch.where(may_stop, logsigmoid(-logit), 0.0)
    return (
        torch.where(may_stop, log_stop, -torch.inf),
        torch.where(may_go, log_go, -torch.inf),
    )

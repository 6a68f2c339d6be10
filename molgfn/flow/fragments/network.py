"""The flow network: messages along the joins of a state, with gated updates, and a head for every action.

The network sees only the kind of a stem (orbit) and the relation of two stems of a block (orbit of the pair). So equal
states get the same logits in whatever order they were built: the network is equivariant by construction. Embeddings of
blocks, kinds and relations start from their chemistry (see `Descriptors`), so that similar ones share what is learned.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import embedding, leaky_relu

from molgfn.environments.fragments import FragmentEnvironment
from molgfn.environments.states import States
from molgfn.errors import MolgfnError
from molgfn.flow.condition import UNCONDITIONED, Condition
from molgfn.flow.fragments.layers.action_law import ActionLaw, ClassHead
from molgfn.flow.fragments.layers.descriptor_embedding import DescriptorEmbedding
from molgfn.flow.fragments.layers.graph import StateGraph, state_graph
from molgfn.flow.fragments.layers.layout import Layout
from molgfn.flow.fragments.layers.messages import Rounds
from molgfn.flow.fragments.layers.stopping import Ends, stop_or_go
from molgfn.flow.scatter import scatter_logsumexp
from molgfn.flow.temperature import KNOTS, TemperatureEncoding

Floats = NDArray[np.float64]


class FlowNetwork(nn.Module):
    """Forward and backward policy, state flows and log Z on the fragment environment.

    Parameters
    ----------
    environment : FragmentEnvironment
    width : int
        D.
    layers : int
        Rounds of messages, with shared weights; each updates every message once, after the messages that feed it.
    betas : (float, float), optional
        Range of inverse temperatures for which the network is conditioned.
    ends : Ends, optional
        What the odds of stopping contain.
    log_join : array, shape (kinds, C), optional
        Log probability of each join in a prior, for which see `ActionLaw`.
    """

    def __init__(
        self,
        environment: FragmentEnvironment,
        width: int = 128,
        layers: int = 1,
        betas: tuple[float, float] | None = None,
        ends: Ends | None = None,
        log_join: Floats | None = None,
    ) -> None:
        super().__init__()
        tables = environment.tables
        self.environment = environment
        self.ends = ends
        if ends is not None:
            # The usual target of a stop at inverse temperature b is reward_level + b * reward_slope.
            self.register_buffer("reward_level", torch.zeros(()))
            self.register_buffer("reward_slope", torch.zeros(()))
            self.register_load_state_dict_pre_hook(_without_slope)  # type: ignore[no-untyped-call]
        self.reward_level: Tensor
        self.reward_slope: Tensor
        self.log_z = nn.Parameter(torch.zeros(()))
        self.first = nn.Parameter(torch.zeros(tables.n_vocabulary))
        # Blocks of a core have embeddings of their own: so the network can distinguish them.
        chemistry = environment.descriptors
        self.block = DescriptorEmbedding(chemistry.block, width)
        self.kind_out = DescriptorEmbedding(chemistry.kind, width)
        self.kind_open = DescriptorEmbedding(chemistry.kind, width)
        # The factors of messages start near one.
        self.kind_in = DescriptorEmbedding(chemistry.kind, width, mean=1.0, spread=0.3)
        self.meet = DescriptorEmbedding(chemistry.relation, width, mean=1.0, spread=0.3)
        self.touch = DescriptorEmbedding(chemistry.relation, width, mean=1.0, spread=0.3)
        self.size = nn.Embedding(environment.max_blocks + 1, width)
        self.rounds = Rounds(width, layers)
        self.node = nn.Sequential(nn.Linear(2 * width, width), nn.LeakyReLU(), nn.Linear(width, width))
        self.pool = nn.Sequential(nn.LeakyReLU(), nn.Linear(width, width), nn.LeakyReLU())
        last = nn.Linear(width, 1)
        self.stop = nn.Sequential(nn.Linear(width, width), nn.LeakyReLU(), last)
        self.flow = nn.Sequential(nn.Linear(width, width), nn.LeakyReLU(), nn.Linear(width, 1))
        self.leaf = nn.Linear(width, 1)
        self.from_node = nn.Linear(width, width)
        self.from_state = nn.Linear(width, width, bias=False)
        self.stem = nn.Linear(width, 1)
        added = np.hstack([chemistry.kind[: tables.n_classes], chemistry.block[tables.class_block]])
        self.classes = ClassHead(added, width)
        with torch.no_grad():
            # Before training the network stops one time in five, so that the first molecules have a few blocks.
            last.bias.fill_(-1.5)
        self.temperature = None if betas is None else TemperatureEncoding(*betas)
        if self.temperature is not None:
            self.log_z_at = nn.Parameter(torch.zeros(KNOTS))
            self.first_at = nn.Parameter(torch.zeros(KNOTS, tables.n_vocabulary))
            self.state_at = nn.Parameter(0.1 * torch.randn(KNOTS, width))
        self._add_tables(log_join)

    def _add_tables(self, log_join: Floats | None) -> None:
        """Add what follows from the environment and the prior, and is not trained."""
        tables = self.environment.tables
        size, allowed = torch.from_numpy(tables.class_size).float().log(), torch.from_numpy(tables.legal)
        first = torch.from_numpy(self.environment.first_blocks())
        log_size = torch.where(allowed, size, -torch.inf)
        self.register_buffer("log_size", log_size, persistent=False)
        self.register_buffer("log_room", torch.logsumexp(log_size, 1), persistent=False)
        self.register_buffer("first_mask", torch.where(first, 0.0, -torch.inf), persistent=False)
        joins = None if log_join is None else torch.from_numpy(log_join).float()
        self.register_buffer("log_join", joins, persistent=False)
        self.register_buffer("flow_offset", torch.zeros(()))
        self.flow_offset: Tensor
        self.log_join: Tensor | None
        self.log_size: Tensor
        self.log_room: Tensor
        self.first_mask: Tensor

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.log_z.device

    def matrices(self) -> list[nn.Parameter]:
        """Return the matrices from vectors to hidden vectors, without gates, biases and vectors of single rows."""
        linear = [layer for layer in self.modules() if isinstance(layer, nn.Linear) and layer.out_features > 1]
        return [cast(nn.Parameter, layer.weight) for layer in linear] + [table.shared for table in self._tables()]

    def _tables(self) -> list[DescriptorEmbedding]:
        return [module for module in self.modules() if isinstance(module, DescriptorEmbedding)]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Compute embeddings and messages once for the code inside, without gradient; the weights must not change."""
        with ExitStack() as stack:
            stack.enter_context(self.rounds.held())
            for table in self._tables():
                stack.enter_context(table.held())
            yield

    def _encoding(self, condition: Condition) -> Tensor | None:
        """Return the shares of the knots at the temperatures of a condition, shape (B, KNOTS); None without any."""
        if condition.beta is None or self.temperature is None:
            return None
        encoding: Tensor = self.temperature(condition.beta)
        return encoding

    def log_first(self, condition: Condition = UNCONDITIONED) -> Tensor:
        """Return the log probability of each first block, shape (V,); shape (B, V) under a condition of B rows."""
        logits = self.first + self.first_mask
        encoding = self._encoding(condition)
        if encoding is not None:
            logits = logits + encoding @ self.first_at
        return torch.log_softmax(logits, -1)

    def log_total(self, batch: int, condition: Condition = UNCONDITIONED) -> Tensor:
        """Return log Z for B trajectories, shape (B,)."""
        encoding = self._encoding(condition)
        return self.log_z.expand(batch) if encoding is None else self.log_z + encoding @ self.log_z_at

    def forward(self, states: States, condition: Condition = UNCONDITIONED) -> ActionLaw:
        """Return the law of the next action for states with at least one block.

        Parameters
        ----------
        states : States
        condition : Condition
            Of each of the S states; with temperatures if the network is conditioned on them.

        Raises
        ------
        MolgfnError
            If a state can neither stop nor grow; the message gives its blocks.
        """
        return self.law(self.lay_out(states), condition)

    def lay_out(self, states: States) -> Layout:
        """Return the input of the network for some states; it does not depend on the weights."""
        environment = self.environment
        stems = environment.open_stems(states)
        graph = state_graph(states, stems, environment.tables, self.device)
        log_size, size_row, log_room = self.log_size, graph.stem_kind, self.log_room
        if len(stems.masked_row):
            # Rows of their own, below those of the kinds of stem, where something is masked.
            row, masked = (torch.from_numpy(a).to(self.device) for a in (stems.masked_row, stems.masked))
            left = log_size[size_row[row]].masked_fill(masked, -torch.inf)
            size_row = size_row.index_copy(0, row, len(log_size) + torch.arange(len(row), device=self.device))
            log_size, log_room = torch.cat([log_size, left]), torch.cat([log_room, torch.logsumexp(left, 1)])
        log_room = log_room[size_row]
        open_ways = torch.zeros(len(states), device=self.device).index_add(0, graph.stem_state, log_room.exp())
        stopping = environment.may_stop(states)
        may_stop = torch.from_numpy(stopping).to(self.device)
        self._check_choice(states, may_stop | (open_ways > 0))
        log_count = torch.from_numpy(stems.count).to(self.device).float().log()
        ends = None if self.ends is None else self.ends.of(states, stopping)
        return Layout(stems, graph, log_size, size_row, log_room, log_count, may_stop, open_ways > 0, ends)

    def law(self, layout: Layout, condition: Condition = UNCONDITIONED) -> ActionLaw:
        """Return the law of the next action, from the result of `lay_out`."""
        graph = layout.graph
        node, state, hidden = self._read(graph, condition)
        score = self.stem(hidden).squeeze(1) + layout.log_room
        log_total = scatter_logsumexp(score + layout.log_count, graph.stem_state, len(graph.length))
        logit, log_flow = self.stop(state).squeeze(1), self.flow(state).squeeze(1) + self._flow_level(condition)
        log_end = None if layout.ends is None else torch.from_numpy(layout.ends.at(condition)).to(logit)
        if log_end is not None:
            logit = logit + log_end - self._reward_level(condition)
        log_stop, log_go = stop_or_go(logit, layout.may_stop, layout.may_go)
        if log_end is not None and self.ends is not None and self.ends.whole:
            log_flow = torch.where(layout.may_stop, log_end - log_stop, log_flow)
        leaf = torch.zeros(len(graph.length), self.environment.max_blocks, device=self.device)
        return ActionLaw(
            layout.stems,
            log_stop,
            log_go,
            score - torch.where(layout.may_go, log_total, 0.0)[graph.stem_state],
            layout.log_count,
            layout.log_room,
            log_flow,
            leaf.index_put((graph.node_state, graph.node_place), self.leaf(node).squeeze(1)),
            layout.log_size,
            layout.size_row,
            self.log_join,
            graph.stem_kind,
            hidden,
            self.classes,
        )

    def _flow_level(self, condition: Condition) -> Tensor:
        """Return the usual level of log flows; at a temperature it follows log Z."""
        encoding = self._encoding(condition)
        return self.flow_offset if encoding is None else self.flow_offset + encoding @ self.log_z_at.detach()

    def _reward_level(self, condition: Condition) -> Tensor:
        """Return the usual target of a stop, of each state or of all."""
        return self.reward_level + self.reward_slope * (1.0 if condition.beta is None else condition.beta)

    def _check_choice(self, states: States, some: Tensor) -> None:
        if not bool(some.all()):
            row = int(torch.nonzero(~some)[0, 0])
            raise MolgfnError(
                f"the state {self.environment.describe(states, row)} has no action: "
                "it may not stop and no block can be added.",
                f"Lower min_blocks (now {self.environment.min_blocks}), or use a vocabulary with more joins.",
            )

    def _read(self, graph: StateGraph, condition: Condition) -> tuple[Tensor, Tensor, Tensor]:
        """Return a vector for each node, shape (V, D), each state, shape (S, D), and each open stem, shape (O, D)."""
        blocks = self.block()
        constant = embedding(graph.message_block, blocks) + embedding(graph.message_kind, self.kind_out())
        meet = embedding(graph.meet_relation, self.meet())
        message = self.rounds(graph, constant, meet)
        block = embedding(graph.node_block, blocks)
        around = torch.zeros_like(block).index_add(
            0, graph.arrive_node, message[graph.arrive_message] * embedding(graph.arrive_kind, self.kind_in())
        )
        node = self.node(torch.cat([block, around], 1))
        state = torch.zeros(len(graph.length), node.shape[1], device=node.device).index_add(0, graph.node_state, node)
        state = state + self.size(graph.length)
        encoding = self._encoding(condition)
        if encoding is not None:
            state = state + encoding @ self.state_at
        state = self.pool(state)
        touching = torch.zeros(len(graph.stem_node), node.shape[1], device=node.device).index_add(
            0, graph.touch_stem, message[graph.touch_message] * embedding(graph.touch_relation, self.touch())
        )
        hidden = leaky_relu(
            self.from_node(node)[graph.stem_node]
            + self.from_state(state)[graph.stem_state]
            + embedding(graph.stem_kind, self.kind_open())
            + touching
        )
        return node, state, hidden


def _without_slope(_: nn.Module, state: dict[str, Tensor], *__: object) -> None:
    """Complete the weights that earlier versions wrote: they had one level for all temperatures."""
    state.setdefault("reward_slope", torch.zeros(()))

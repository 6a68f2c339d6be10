"""Messages along the joins of states: rounds of gated updates, which start at the ends of the branches."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import embedding, linear

from molgfn.flow.fragments.layers.graph import StateGraph


@dataclass(frozen=True)
class Messages:
    """Some messages of a graph, and the pairs (incoming message, message that it feeds).

    Attributes
    ----------
    constant : Tensor, shape (M, D)
        The part of each message that depends on the block that sends it; ordered by height.
    into, out : Tensor, shape (pairs,)
        The incoming message of each pair, counted from the first given one, and the message that it feeds.
    meet : Tensor, shape (pairs, D)
        The factor of the incoming message.
    levels : list of (int, int)
        For each height: the number of messages, and the number of pairs that feed them.
    """

    constant: Tensor
    into: Tensor
    out: Tensor
    meet: Tensor
    levels: Sequence[tuple[int, int]]


class Rounds(nn.Module):
    """Rounds of updates with the same weights; each round updates every message once.

    Parameters
    ----------
    width : int
        D.
    n : int
    """

    def __init__(self, width: int, n: int) -> None:
        super().__init__()
        self.n = n
        self.message = nn.Linear(width, width)
        self.cell = nn.GRUCell(width, width)
        self._sent: _Sent | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Compute each message once for the code inside, without gradient; the weights must not change there."""
        self._sent = _Sent(self)
        try:
            yield
        finally:
            self._sent = None

    def forward(self, graph: StateGraph, constant: Tensor, meet: Tensor) -> Tensor:
        """Return the messages along joins; each is computed from all messages of the branch behind it.

        Parameters
        ----------
        graph : StateGraph
        constant : Tensor, shape (M, D)
            The part of each message that depends on the block that sends it.
        meet : Tensor, shape (pairs, D)
            The factor of the incoming message of each pair of the graph.

        Returns
        -------
        Tensor, shape (M, D)
        """
        if self._sent is not None:
            return self._sent.all_of(graph, constant, meet)
        messages = Messages(constant, graph.meet_in, graph.meet_out, meet, graph.levels)
        return self.after(messages, self.through(), [constant[:0]] * self.n)[-1]

    def through(self) -> Tensor:
        """Return the matrix from the sum of the incoming messages to the gates, shape (D, 3 D)."""
        return (self.cell.weight_ih @ self.message.weight).T

    def after(self, messages: Messages, through: Tensor, given: Sequence[Tensor]) -> list[Tensor]:
        """Return the messages after each round; `given` are the finished messages (K, D) that feed them in each."""
        sizes = [size for size, _ in messages.levels]
        # The gates are linear in the input: the part that is equal in every round is multiplied once.
        constant, cell = messages.constant, self.cell
        own = torch.split(linear(constant + self.message.bias, cell.weight_ih, cell.bias_ih), sizes)
        pairs_by_height = _by_height(messages)
        after = [torch.tanh(constant)]
        for done in given:
            n_given, h = len(done), after[-1]
            kept = torch.split(linear(h, cell.weight_hh, cell.bias_hh), sizes)
            for entering, stay, before, (into, out, meet) in zip(
                own, kept, torch.split(h, sizes), pairs_by_height, strict=True
            ):
                if len(into):
                    arriving = torch.zeros_like(before).index_add(0, out, embedding(into, done) * meet)
                    entering = torch.addmm(entering, arriving, through)
                done = torch.cat([done, _gated(entering, stay, before)])
            after.append(done[n_given:])
        return after[1:]


def _by_height(messages: Messages) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Return (into, out, meet) of the pairs of each height, `out` counted from the first message of that height."""
    levels = []
    first, first_pair = 0, 0
    for size, pairs in messages.levels:
        level = slice(first_pair, first_pair + pairs)
        levels.append((messages.into[level], messages.out[level] - first, messages.meet[level]))
        first, first_pair = first + size, level.stop
    return levels


def _gated(entering: Tensor, kept: Tensor, before: Tensor) -> Tensor:
    """Return the new state of gated units; `entering` and `kept` are weighted input and state, shape (M, 3 D)."""
    parts = [2 * before.shape[1], before.shape[1]]
    enter_gates, enter_new = torch.split(entering, parts, 1)
    kept_gates, kept_new = torch.split(kept, parts, 1)
    reset, update = torch.sigmoid(enter_gates + kept_gates).chunk(2, 1)
    return torch.lerp(torch.tanh(torch.addcmul(enter_new, reset, kept_new)), before, update)


class _Sent:
    """A cache of all messages that were computed with the same weights, by the branch behind them.

    When a state grows by a block, about half of its messages do not change, and are not computed again.
    """

    def __init__(self, rounds: Rounds) -> None:
        self.rounds = rounds
        self.row: dict[int, int] = {}
        self.through = rounds.through()
        self.after = self.through.new_zeros(rounds.n, 0, len(self.through))
        """Shape (rounds, messages, D)."""

    def all_of(self, graph: StateGraph, constant: Tensor, meet: Tensor) -> Tensor:
        """See `Rounds.forward`."""
        row = self._rows(graph)
        if (row < 0).any():
            self._make(graph, row, constant, meet)
            row = self._rows(graph)
        return self.after[-1, torch.from_numpy(row)]

    def _rows(self, graph: StateGraph) -> NDArray[np.int64]:
        return np.array([self.row.get(branch, -1) for branch in graph.branch.tolist()], dtype=np.int64)

    def _make(self, graph: StateGraph, row: NDArray[np.int64], constant: Tensor, meet: Tensor) -> None:
        new = np.flatnonzero(row < 0)
        into, out = graph.meet_in.cpu().numpy(), graph.meet_out.cpu().numpy()
        pairs = np.flatnonzero(row[out] < 0)
        into, out = into[pairs], out[pairs]
        given = np.unique(into[row[into] >= 0])
        place = np.zeros(len(row), dtype=np.int64)
        place[given], place[new] = np.arange(len(given)), len(given) + np.arange(len(new))
        height = np.repeat(np.arange(len(graph.levels)), [size for size, _ in graph.levels])
        sizes, feeding = (np.bincount(height[some], minlength=len(graph.levels)).tolist() for some in (new, out))
        at = constant.device
        messages = Messages(
            constant[torch.from_numpy(new).to(at)],
            torch.from_numpy(place[into]).to(at),
            torch.from_numpy(place[out] - len(given)).to(at),
            meet[torch.from_numpy(pairs).to(at)],
            list(zip(sizes, feeding, strict=True)),
        )
        sent_before = list(self.after[:, torch.from_numpy(row[given])])
        made = torch.stack(self.rounds.after(messages, self.through, sent_before))
        self.row.update(zip(graph.branch[new].tolist(), range(len(self.row), len(self.row) + len(new)), strict=True))
        self.after = torch.cat([self.after, made], 1)

"""The flow model of bit sequences: a neural autoregressive estimator (Larochelle and Murray 2011) with flows.

The hidden layer compares the bits so far with D patterns, as an associative memory does (Ramsauer et al. 2021). Each
pattern then predicts its own next bits. Before the softmax the layer is a sum over the bits so far. So a running sum
evaluates all prefixes of a sequence at once, and drawing adds one term for each step.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from molgfn.environments.testbeds.bit_sequences import BitSequences, Sentences
from molgfn.flow.interfaces import Evaluation, Inflow


class BitFlow(nn.Module):
    """A `FlowModel` on bit sequences.

    A sequence has one trajectory, and each state one parent: P_B is 1, and the probability of a sequence is that of
    its trajectory.

    Parameters
    ----------
    space : BitSequences
    width : int
        D.
    """

    batch_type = Sentences

    def __init__(self, space: BitSequences, width: int = 256) -> None:
        super().__init__()
        self.space, self.words = space, 2**space.word_bits
        steps = space.steps
        self.log_z = nn.Parameter(torch.zeros(()))
        self.register_buffer("flow_offset", torch.zeros(()))
        self.flow_offset: Tensor
        places = 2 ** torch.arange(space.word_bits).flip(0)
        signs = (torch.arange(self.words)[:, None] & places > 0).float() * 2 - 1
        self.register_buffer("signs", signs, persistent=False)
        self.signs: Tensor
        # At most n terms are added; before training their sum has a variance of about one.
        self.bit_written = nn.Parameter(torch.randn(steps, space.word_bits, width) / math.sqrt(space.bits))
        self.place = nn.Parameter(torch.randn(steps, width) / math.sqrt(width))
        self.word_weight = nn.Parameter(torch.zeros(steps, width, self.words))
        self.word_bias = nn.Parameter(torch.zeros(steps, 1, self.words))
        self.flow_weight = nn.Parameter(torch.zeros(steps, width, 1))
        self.flow_bias = nn.Parameter(torch.zeros(steps))

    def matrices(self) -> list[nn.Parameter]:
        """Return none: Adam trains everything, because the matrices are stacks of small ones, one for each step."""
        return []

    def _weight(self) -> Tensor:
        """Return the logits of the words for each pattern and step, shape (T, D, 2^k)."""
        return self.bit_written.transpose(1, 2) @ self.signs.T + self.word_weight

    def _prefixes(self, words: Tensor) -> Tensor:
        """Return the hidden layer before each step, shape (T, B, D), for words of shape (B, T)."""
        return torch.softmax(_sums_before(self.signs[words.T] @ self.bit_written) + self.place[:, None], 2)

    def _log_pf(self, hidden: Tensor) -> Tensor:
        """Return log P_F of every word at every step, shape (T, B, 2^k)."""
        return torch.log_softmax(torch.baddbmm(self.word_bias, hidden, self._weight()), 2)

    def _taken(self, log_pf: Tensor, words: Tensor) -> Tensor:
        return log_pf.gather(2, words.T[..., None]).squeeze(2).T

    def _log_flow(self, hidden: Tensor) -> Tensor:
        """Return the log flow before each step, shape (B, T)."""
        steps = torch.arange(self.space.steps, device=hidden.device)
        # If all words are equally likely, the flow falls by a factor of 2^k in each step; the network learns the rest.
        even = self.flow_offset - steps * math.log(self.words)
        flow = (hidden @ self.flow_weight).squeeze(2).T + self.flow_bias + even
        return torch.cat([self.log_z.expand(flow.shape[0], 1), flow[:, 1:]], 1)

    @torch.no_grad()
    def draw(self, n: int, generator: torch.Generator, epsilon: float = 0.0) -> tuple[Sentences, Tensor]:
        """Write from left to right; see `FlowModel.draw`."""
        steps, size = self.space.steps, self.words
        # Numpy needs less than half of the time for these many small steps.
        written, place = (self.signs @ self.bit_written).cpu().numpy(), self.place.cpu().numpy()
        weight, bias = self._weight().cpu().numpy(), self.word_bias.cpu().numpy()
        # The largest of log p plus Gumbel noise is a draw from p; without log p it is a uniform draw.
        noise = -torch.empty(steps, n, size).exponential_(generator=generator).log().numpy()
        policy = (torch.rand(steps, n, 1, generator=generator) >= epsilon).float().numpy()
        words, logits = np.zeros((n, steps), dtype=np.int64), np.zeros_like(noise)
        sums = np.zeros((n, written.shape[2]), dtype=np.float32)
        for step in range(steps):
            fit = sums + place[step]
            hidden = np.exp(fit - fit.max(1, keepdims=True))
            logits[step] = hidden @ weight[step] / hidden.sum(1, keepdims=True) + bias[step]
            words[:, step] = (logits[step] * policy[step] + noise[step]).argmax(1)
            sums += written[step, words[:, step]]
        law = torch.log_softmax(torch.from_numpy(logits), 2)
        return Sentences(words), self._taken(law, torch.from_numpy(words)).sum(1)

    def _tensor(self, sentences: Sentences) -> Tensor:
        return torch.from_numpy(sentences.words).to(self.log_z.device)

    @torch.no_grad()
    def log_probability(self, sentences: Sentences) -> NDArray[np.float64]:
        """Return the exact log probability of drawing each sequence, shape (B,)."""
        parts = [
            self.evaluate(sentences.take(rows), False).log_pf.double().sum(1).cpu().numpy()
            for rows in np.array_split(np.arange(len(sentences)), math.ceil(len(sentences) / 256))
        ]
        return np.concatenate(parts)

    def evaluate(self, batch: Sentences, learned_backward: bool) -> Evaluation:  # noqa: ARG002
        """See `FlowModel.evaluate`; P_B is always 1, because there is only one parent."""
        words = self._tensor(batch)
        hidden = self._prefixes(words)
        log_pf = self._taken(self._log_pf(hidden), words)
        length = torch.full((len(batch),), self.space.steps, device=words.device)
        return Evaluation(log_pf, torch.zeros_like(log_pf), self._log_flow(hidden), length)

    def inflow(self, batch: Sentences) -> Inflow:
        """See `FlowModel.inflow`; the only edge to a state is that of the trajectory."""
        along = self.evaluate(batch, False)
        edge = along.log_flow + along.log_pf
        states = torch.arange(len(batch) * (self.space.steps - 1), device=edge.device)
        return Inflow(along.log_flow[:, 1:].flatten(), edge[:, :-1].flatten(), states, edge[:, -1])


def _sums_before(terms: Tensor) -> Tensor:
    """Return the sum of all terms before each step, shape (T, B, D) -> (T, B, D).

    It uses products with triangular matrices of ones, within blocks of steps and between them: `cumsum` is ten times
    slower along a dimension that is not the last one.
    """
    steps = len(terms)
    blocks = next(count for count in range(math.isqrt(steps), 0, -1) if steps % count == 0)
    parts = terms.reshape(blocks, steps // blocks, -1)
    inside, between = (torch.ones(n, n, device=terms.device).tril(-1) for n in parts.shape[1::-1])
    return (inside @ parts + (between @ parts.sum(1))[:, None]).reshape(terms.shape)

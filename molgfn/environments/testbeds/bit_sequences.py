"""Bit sequences (Malkin et al. 2022, section 5.4): a test bed of long trajectories and known, far apart modes.

A sequence of n bits is written from left to right, a word of k bits at each step. Its reward falls with the Hamming
distance from the nearest mode, a random sentence of five known words.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MODE_WORDS = np.array(
    [
        [0, 0, 0, 0, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 1, 1, 1],
        [1, 1, 1, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 1, 1, 1],
        [0, 0, 1, 1, 1, 1, 0, 0],
    ]
)
"""The words H that modes are made of."""


@dataclass
class Sentences:
    """Finished sequences, which are their own trajectories.

    Attributes
    ----------
    words : array, shape (B, T)
        The word of each step, 0 to 2^k - 1, its first bit the highest.
    """

    words: Ints

    def __len__(self) -> int:
        return len(self.words)

    def arrays(self) -> tuple[Ints, ...]:
        return (self.words,)

    def take(self, rows: Ints) -> "Sentences":
        return Sentences(self.words[rows])

    @classmethod
    def concatenate(cls, parts: "list[Sentences]") -> "Sentences":
        return cls(np.concatenate([part.words for part in parts]))

    @classmethod
    def of_arrays(cls, arrays: Iterable[Ints]) -> "Sentences":
        return cls(*arrays)


def random_modes(bits: int, count: int, generator: np.random.Generator) -> Ints:
    """Return modes, shape (count, bits): sentences of words drawn evenly from `MODE_WORDS`."""
    chosen = generator.integers(len(MODE_WORDS), size=(count, bits // MODE_WORDS.shape[1]))
    return MODE_WORDS[chosen].reshape(count, bits)


def flipped_modes(modes: Ints, generator: np.random.Generator) -> Ints:
    """Return the test set: every mode with i random bits flipped, for each 0 <= i < n, shape (modes * n, n)."""
    count, bits = modes.shape
    # The place of a bit in a random order tells from which i on it is flipped.
    order = generator.permuted(np.tile(np.arange(bits), (count * bits, 1)), axis=1)
    flipped = order < np.tile(np.arange(bits), count)[:, None]
    return np.asarray(np.repeat(modes, bits, axis=0) ^ flipped, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class BitSequences:
    r"""The space and its reward.

    :math:`\log R` is proportional to :math:`1 - \min_m d(x, m) / n`; the factor is ours to choose. Each wrong bit costs
    `beta`: with 1, :math:`R = e^{-d}`. Were it 3 / 120, the law would be so nearly even that not one of a million draws
    from R/Z is expected within 28 bits of a mode.

    Attributes
    ----------
    modes : array, shape (M, n)
        Bits.
    word_bits : int
        k, bits that a step writes; n is a multiple of it.
    beta : float
        Fall of the log reward with each wrong bit.
    """

    modes: Ints
    word_bits: int = 1
    beta: float = 1.0

    @property
    def bits(self) -> int:
        """Length n of a sequence."""
        return int(self.modes.shape[1])

    @property
    def steps(self) -> int:
        """Length T of a trajectory."""
        return self.bits // self.word_bits

    @property
    def _places(self) -> Ints:
        return 2 ** np.arange(self.word_bits)[::-1]

    def sentences(self, bits: Ints) -> Sentences:
        """Return sequences of bits, shape (B, n), as words."""
        words: Ints = (bits.reshape(len(bits), self.steps, self.word_bits) * self._places).sum(axis=2)
        return Sentences(words)

    def bits_of(self, sentences: Sentences) -> Ints:
        """Return the bits of sequences, shape (B, n)."""
        bits: Ints = (sentences.words[..., None] & self._places > 0).astype(np.int64)
        return bits.reshape(len(sentences), self.bits)

    def distances(self, sentences: Sentences) -> Ints:
        """Return the Hamming distance of sequences from modes, shape (B, M)."""
        # Of signs, a product is n - 2 d; small integers are exact in single precision, and fast.
        mine, modes = (1 - 2 * bits.astype(np.float32) for bits in (self.bits_of(sentences), self.modes))
        return np.asarray((self.bits - mine @ modes.T) / 2, dtype=np.int64)

    def log_reward(self, sentences: Sentences) -> Floats:
        """Return log R up to a constant, 0 for a mode, shape (B,)."""
        log_reward: Floats = -self.beta * self.distances(sentences).min(axis=1).astype(np.float64)
        return log_reward

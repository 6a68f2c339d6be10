from math import comb, exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from molgfn.environments.testbeds.bit_sequences import MODE_WORDS, BitSequences, Sentences, flipped_modes, random_modes


def space(word_bits: int = 2, bits: int = 24, count: int = 5) -> BitSequences:
    return BitSequences(random_modes(bits, count, np.random.default_rng(0)), word_bits)


def some_bits(seed: int, count: int = 7) -> np.ndarray:  # type: ignore[type-arg]
    return np.random.default_rng(seed).integers(2, size=(count, 24))


@given(seed=st.integers(0, 1000), word_bits=st.sampled_from([1, 2, 4, 8]))
def test_words_hold_the_bits(seed: int, word_bits: int) -> None:
    one, bits = space(word_bits), some_bits(seed)
    sentences = one.sentences(bits)
    assert sentences.words.shape == (7, one.steps)
    assert sentences.words.max() < 2**word_bits
    assert (one.bits_of(sentences) == bits).all()


def test_the_first_bit_of_a_word_is_the_highest() -> None:
    assert space(4, bits=8).sentences(np.array([[1, 0, 0, 0, 0, 0, 1, 1]])).words.tolist() == [[8, 3]]


@given(seed=st.integers(0, 1000), word_bits=st.sampled_from([1, 8]))
def test_distances_count_the_bits_that_differ(seed: int, word_bits: int) -> None:
    one, bits = space(word_bits), some_bits(seed)
    found = one.distances(one.sentences(bits))
    assert (found == (bits[:, None] != one.modes[None]).sum(axis=2)).all()
    assert np.allclose(one.log_reward(one.sentences(bits)), -one.beta * found.min(axis=1))


def test_modes_are_sentences_of_the_published_words() -> None:
    modes = random_modes(120, 60, np.random.default_rng(1))
    assert modes.shape == (60, 120)
    words = {tuple(word) for word in modes.reshape(-1, 8).tolist()}
    assert words == {tuple(word) for word in MODE_WORDS.tolist()}
    assert (modes == random_modes(120, 60, np.random.default_rng(1))).all()


def test_the_test_set_flips_every_number_of_bits_of_every_mode() -> None:
    modes = random_modes(120, 60, np.random.default_rng(1))
    wrong = (flipped_modes(modes, np.random.default_rng(2)).reshape(60, 120, 120) != modes[:, None]).sum(axis=2)
    assert (wrong == np.arange(120)).all()


def test_bits_are_flipped_evenly() -> None:
    modes = random_modes(120, 60, np.random.default_rng(1))
    flips = flipped_modes(modes, np.random.default_rng(2)) != np.repeat(modes, 120, axis=0)
    # A bit is flipped in 59.5 of 120 sequences of a mode; five standard errors of the mean over 60 modes.
    assert np.abs(flips.mean(axis=0) - 59.5 / 120).max() < 5 * 0.5 / np.sqrt(7200)


def near_one_mode(cost: float) -> float:
    """Share within 28 bits of a mode, where each wrong bit of 120 costs that much log reward."""
    return sum(comb(120, wrong) * exp(-cost * wrong) for wrong in range(29)) / (1 + exp(-cost)) ** 120


def test_modes_can_be_found_where_a_wrong_bit_costs_one_and_not_where_it_costs_a_fortieth() -> None:
    """Why `beta` is not 3 / 120; the sum over 60 modes bounds the share from above, Z of one mode that from below."""
    assert near_one_mode(1.0) == pytest.approx(0.24, abs=0.02)
    assert 60 * near_one_mode(3 / 120) * 1_000_000 < 1


def test_batches_are_taken_and_joined_by_rows() -> None:
    sentences = space().sentences(some_bits(0))
    parts = [sentences.take(np.array([0, 1])), sentences.take(np.arange(2, 7))]
    joined = Sentences.concatenate(parts)
    assert len(joined) == 7
    assert (joined.words == Sentences.of_arrays(sentences.arrays()).words).all()

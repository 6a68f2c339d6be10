import numpy as np
import pytest
import torch

from molgfn.environments.testbeds.bit_sequences import BitSequences, Sentences, random_modes
from molgfn.flow.testbeds.bits import BitFlow
from molgfn.flow.training import TrainerSettings, Training


def model(word_bits: int, trained: bool = False) -> BitFlow:
    torch.manual_seed(0)
    flow = BitFlow(BitSequences(random_modes(8, 3, np.random.default_rng(3)), word_bits), width=32)
    if trained:
        for parameter in flow.parameters():
            parameter.data += 0.5 * torch.randn(parameter.shape)
    return flow


def everything(flow: BitFlow) -> Sentences:
    """All 256 sequences."""
    return flow.space.sentences((np.arange(256)[:, None] >> np.arange(8)) & 1)


@pytest.mark.parametrize("word_bits", [1, 2, 4, 8])
def test_probabilities_of_all_sequences_sum_to_one(word_bits: int) -> None:
    flow = model(word_bits, trained=True)
    assert np.exp(flow.log_probability(everything(flow))).sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("word_bits", [1, 4])
def test_draws_follow_the_exact_probability(word_bits: int) -> None:
    flow = model(word_bits, trained=True)
    whole = everything(flow)
    law = np.exp(flow.log_probability(whole))
    drawn, log_pf = flow.draw(20_000, torch.Generator().manual_seed(0))
    assert np.allclose(log_pf.numpy(), flow.log_probability(drawn), atol=1e-4)
    places = 2 ** np.arange(8)
    number = {int(n): row for row, n in enumerate(flow.space.bits_of(whole) @ places)}
    seen = np.bincount([number[int(n)] for n in flow.space.bits_of(drawn) @ places], minlength=256) / 20_000
    # Five standard errors of the most frequent.
    assert np.abs(seen - law).max() < 5 * np.sqrt(law.max() / 20_000)


def test_all_random_steps_are_even_but_evaluated_under_the_policy() -> None:
    flow = model(2, trained=True)
    drawn, log_pf = flow.draw(4000, torch.Generator().manual_seed(0), epsilon=1.0)
    seen = np.stack([np.bincount(drawn.words[:, step], minlength=4) for step in range(4)]) / 4000
    assert np.abs(seen - 0.25).max() < 0.04
    assert np.allclose(log_pf.numpy(), flow.log_probability(drawn), atol=1e-4)


def test_a_step_does_not_see_what_is_written_later() -> None:
    flow = model(2, trained=True)
    words = np.array([[0, 1, 2, 3], [0, 1, 3, 0]])
    along = flow.evaluate(Sentences(words), False)
    assert torch.allclose(along.log_pf[0, :2], along.log_pf[1, :2])
    assert torch.allclose(along.log_flow[0, :3], along.log_flow[1, :3])
    assert not torch.allclose(along.log_flow[0, 3], along.log_flow[1, 3])
    assert along.length.tolist() == [4, 4]
    assert (along.log_pb == 0).all()


@pytest.mark.parametrize("word_bits", [1, 2, 8])
def test_log_z_is_the_flow_of_the_empty_sequence(word_bits: int) -> None:
    flow = model(word_bits, trained=True)
    along = flow.evaluate(everything(flow), False)
    assert torch.allclose(along.log_flow[:, 0], flow.log_z)


@pytest.mark.parametrize(
    ("objective", "word_bits"),
    [
        ("TB", 2),
        ("DB", 2),
        ("SubTB", 2),
        ("FM", 2),
        pytest.param("TB", 1, marks=pytest.mark.slow),
        pytest.param("TB", 4, marks=pytest.mark.slow),
    ],
)
def test_every_objective_finds_the_law(objective: str, word_bits: int) -> None:
    flow = model(word_bits)
    whole = everything(flow)

    def score(sentences: Sentences) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
        log_reward = flow.space.log_reward(sentences)
        return log_reward, log_reward

    settings = TrainerSettings(
        steps=400,
        learning_rate=3e-2,
        replay_fraction=0.0,
        objective=objective,  # type: ignore[arg-type]
        subtb_lambda=0.9,
    )
    Training(flow, score, settings, seed=0).train(400)
    reward = np.exp(flow.space.log_reward(whole))
    law = np.exp(flow.log_probability(whole))
    assert np.abs(law - reward / reward.sum()).sum() < 0.1
    assert float(flow.log_z.detach()) == pytest.approx(np.log(reward.sum()), abs=0.1)
